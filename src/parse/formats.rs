//! The registry of log formats: one file a format, one line here. The order decides ties: a format
//! that asks for more stands before one that asks for less.

use super::format::Format;

mod akamai_siem;
mod apisix;
mod aws_apigateway;
mod aws_waf;
mod azure_apim;
mod azure_appgw;
mod azure_frontdoor;
mod caddy;
mod cloudflare;
mod cloudflare_firewall;
mod combined;
mod envoy_json;
mod f5_xc;
mod fastly_json;
mod gcp_http_lb;
mod kong;
mod modsecurity_json;
mod nginx_json;
mod openappsec;
mod otlp;
mod suricata_eve;
mod traefik_json;
mod tyk_json;
mod zeek_json;

/// Every built-in format, the more demanding first.
pub static ALL: &[&dyn Format] = &[
    // JSON records
    &aws_waf::FORMAT,
    &akamai_siem::FORMAT,
    &cloudflare_firewall::FORMAT,
    &cloudflare::FORMAT,
    &azure_appgw::FORMAT,
    &azure_frontdoor::FORMAT,
    &azure_apim::FORMAT,
    &gcp_http_lb::FORMAT,
    &kong::FORMAT,
    &apisix::FORMAT,
    &modsecurity_json::FORMAT,
    &suricata_eve::FORMAT,
    &tyk_json::FORMAT,
    &otlp::FORMAT,
    &openappsec::FORMAT,
    &f5_xc::FORMAT,
    &traefik_json::FORMAT,
    &aws_apigateway::FORMAT,
    &zeek_json::FORMAT,
    &envoy_json::FORMAT,
    &fastly_json::FORMAT,
    &nginx_json::FORMAT,
    &caddy::FORMAT,
    // Lines
    &combined::FORMAT,
];

/// The format of this id.
pub fn by_id(id: &str) -> Option<&'static dyn Format> {
    ALL.iter().copied().find(|f| f.meta().id == id)
}

/// Fields of nginx's and Apache's logs under the names both their syntaxes use. See the functions
/// for the sources.
pub mod names;

#[cfg(test)]
mod tests;

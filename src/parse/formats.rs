//! The registry of log formats: one file a format, one line here. The order decides ties: a format
//! that asks for more stands before one that asks for less.

use super::format::Format;

mod akamai_siem;
mod apache_ssl_request;
mod apache_vhost;
mod apisix;
mod atlassian;
mod aws_apigateway;
mod aws_lb;
mod aws_s3;
mod aws_waf;
mod azure_apim;
mod azure_appgw;
mod azure_frontdoor;
mod bitbucket;
mod caddy;
mod cef;
mod clf_forwarded;
mod clf_iso;
mod clf_no_time;
mod clf_short;
mod clf_tail;
mod cloudflare;
mod cloudflare_firewall;
mod combined;
mod common;
mod envoy;
mod envoy_json;
mod error_log;
mod f5_xc;
mod fastly;
mod fastly_json;
mod gcp_http_lb;
mod gorouter;
mod haproxy;
pub(crate) mod har;
mod istio;
mod kong;
mod lighttpd_proxy;
mod logfmt;
mod modsecurity;
mod modsecurity_json;
mod morgan;
mod nginx_ingress;
mod nginx_json;
mod nginx_proxy_manager;
mod openappsec;
pub(super) mod otlp;
mod reactor_netty;
mod squid;
mod suricata_eve;
mod traefik_clf;
mod traefik_json;
mod tyk_json;
mod upsun;
mod w3c;
pub(crate) mod zeek;
mod zeek_json;
mod zoraxy;

/// Every built-in format, the more demanding first.
pub static ALL: &[&dyn Format] = &[
    // JSON records
    &har::FORMAT,
    &aws_waf::FORMAT,
    &w3c::cloudfront::JSON,
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
    &modsecurity::FORMAT,
    &cef::CEF,
    &cef::LEEF,
    &w3c::xml::FORMAT,
    &w3c::cloudfront::REALTIME,
    &w3c::FORMAT,
    &w3c::native::FORMAT,
    &zeek::TSV,
    &aws_lb::ALB,
    &aws_lb::CLASSIC,
    &aws_s3::FORMAT,
    &haproxy::FORMAT,
    &squid::NATIVE,
    &squid::CLF,
    &logfmt::TYK,
    &logfmt::ANY,
    &nginx_ingress::FORMAT,
    &traefik_clf::FORMAT,
    &istio::FORMAT,
    &envoy::FORMAT,
    &nginx_proxy_manager::FORMAT,
    &zoraxy::FORMAT,
    &bitbucket::FORMAT,
    &atlassian::FORMAT,
    &gorouter::FORMAT,
    &reactor_netty::FORMAT,
    &upsun::FORMAT,
    &lighttpd_proxy::FORMAT,
    &apache_vhost::FORMAT,
    &apache_ssl_request::FORMAT,
    &fastly::FORMAT,
    &combined::FORMAT,
    &common::FORMAT,
    &clf_forwarded::FORMAT,
    &clf_iso::FORMAT,
    &clf_short::FORMAT,
    &clf_tail::FORMAT,
    &clf_no_time::FORMAT,
    &morgan::FORMAT,
    &error_log::FORMAT,
];

/// The format of this id.
pub fn by_id(id: &str) -> Option<&'static dyn Format> {
    ALL.iter().copied().find(|f| f.meta().id == id)
}

/// Fields of nginx's, Apache's and Envoy's logs under their own names. See the functions for the
/// sources.
pub mod names;
mod plausible;

#[cfg(test)]
mod tests;

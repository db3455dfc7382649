//! One request with its response, before it is written as HAR, log line or JSON.

use super::people;
use super::world::Answer;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// The address that the gateway sees.
    pub address: String,
    /// Its `User-Agent`.
    pub agent: String,
    /// What a proxy in front of it says.
    pub forwarded: Option<String>,
    /// HTTP/2.0 of browsers, or 1.1.
    pub version: &'static str,
    /// It sends a staff token.
    pub token: bool,
}

impl Client {
    /// A browser without a token.
    pub fn browser(address: impl Into<String>, agent: u64) -> Self {
        Self {
            address: address.into(),
            agent: people::agent(agent),
            forwarded: None,
            version: "HTTP/2.0",
            token: false,
        }
    }
}

/// The intruder's browser: Chrome on a laptop in the café's Wi-Fi. His script says the same.
pub fn intruder(version: &'static str) -> Client {
    Client {
        address: CAFE_WIFI.to_owned(),
        agent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36"
            .to_owned(),
        forwarded: None,
        version,
        token: false,
    }
}

/// The address that all guests of the café share.
pub const CAFE_WIFI: &str = "192.0.2.61";

/// How a browser came to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The page itself.
    Document,
    /// A part of the page that the parser met: its resource type.
    Part(&'static str),
    /// The page's script.
    Page,
    /// The browser asks for leave first.
    Preflight,
    /// Typed into the console of the developer tools.
    Console,
}

/// One exchange.
#[derive(Debug, Clone)]
pub struct Call {
    /// Milliseconds since 1970 when the client began.
    pub start_ms: u64,
    /// Milliseconds on the wire, there and back.
    pub wire_ms: u64,
    /// Milliseconds in the gateway and behind it.
    pub served_ms: u64,
    /// Who.
    pub client: Client,
    /// `GET` …
    pub method: &'static str,
    /// The API answers through the gateway; the menu's pages come from elsewhere.
    pub host: &'static str,
    /// Path and query.
    pub uri: String,
    /// The page that asked.
    pub referer: Option<&'static str>,
    /// What was sent.
    pub request: Option<String>,
    /// What came back.
    pub answer: Answer,
    /// Its type.
    pub mime: &'static str,
    /// How the browser came to ask; `None` where no browser recorded it.
    pub cause: Option<Cause>,
    /// The page of the HAR, from 1.
    pub page: u64,
}

/// The API's host.
pub const API: &str = "api.tablewise.example";
/// The menu's host.
pub const MENU: &str = "menu.tablewise.example";
/// The type of the API's answers.
pub const JSON: &str = "application/json; charset=utf-8";

impl Call {
    /// A call to the API at a time in milliseconds.
    pub fn api(start_ms: u64, client: &Client, method: &'static str, uri: impl Into<String>, answer: Answer) -> Self {
        let uri = uri.into();
        // Latencies that differ from call to call and yet are the same in every run.
        let salt = uri.bytes().fold(start_ms, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
        Self {
            start_ms,
            wire_ms: 22 + salt % 31,
            served_ms: 6 + salt / 31 % 47,
            client: client.clone(),
            method,
            host: API,
            uri,
            referer: Some("https://menu.tablewise.example/"),
            request: None,
            answer,
            mime: JSON,
            cause: None,
            page: 1,
        }
    }

    /// When the gateway had the request, in milliseconds since 1970.
    pub fn received_ms(&self) -> u64 {
        self.start_ms + self.wire_ms / 2
    }

    /// When the gateway wrote its line: the answer was out.
    pub fn logged_ms(&self) -> u64 {
        self.received_ms() + self.served_ms
    }
}

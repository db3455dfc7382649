//! What is recorded of an exchange: one line a column. Parsers fill these, the exchanges frame
//! stores them under the name given here. Adding a column is adding a line.

macro_rules! fields {
    ($(#[$meta:meta])* $name:ident { $($variant:ident = $column:literal, $doc:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $name { $(#[doc = $doc] $variant,)+ }

        impl $name {
            /// Every member, in column order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];
            /// How many there are.
            pub const COUNT: usize = Self::ALL.len();

            /// The column's name.
            pub const fn column(self) -> &'static str {
                match self { $(Self::$variant => $column,)+ }
            }

            /// What the column holds, with its unit and the sources that fill it.
            pub const fn doc(self) -> &'static str {
                match self { $(Self::$variant => $doc,)+ }
            }

            /// The member that is stored under this name.
            pub fn from_column(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|f| f.column() == name)
            }
        }
    };
}

fields! {
    /// Text columns (utf8).
    Text {
        Method = "method", "Request method as sent.";
        Scheme = "scheme", "`http`, `https`, `ws` …: from the URL, the TLS columns or the listener.";
        Host = "host", "Host that was asked for, without port: URL, Host header, authority, virtual host.";
        Path = "path", "Path of the request target, percent-encoding as sent.";
        Query = "query", "Query string without `?`, as sent. May hold personal values.";
        RequestLine = "request_line", "The request line where it is no HTTP request line (TLS bytes on a plain port, garbage).";
        HttpVersion = "http_version", "Protocol as logged, e.g. `HTTP/1.1`, `h2`.";
        UserAgent = "user_agent", "User-Agent header.";
        Referer = "referer", "Referer header. May hold personal values.";
        Origin = "origin", "Origin header: HAR and logs with headers.";
        RequestContentType = "request_content_type", "Content-Type of the request.";
        ResponseContentType = "response_content_type", "Content-Type of the response.";
        ContentEncoding = "content_encoding", "Content-Encoding of the response as logged.";
        ClientAddress = "client_address", "Who asked, decided from peer and forwarded chain by the trusted-proxy setting.";
        PeerAddress = "peer_address", "Address of the socket peer as the gateway saw it.";
        ForwardedFor = "forwarded_for", "The whole X-Forwarded-For (or Forwarded) chain as logged.";
        Country = "client_country", "Client's country where the gateway recorded one.";
        RemoteUser = "remote_user", "Authenticated user where the gateway recorded one.";
        Consumer = "consumer", "API consumer, application or hashed key that the gateway recognised.";
        AuthScheme = "auth_scheme", "Basic, Bearer, Digest, cookie, api-key, mtls …: the kind of credential seen, never the credential.";
        ServerAddress = "server_address", "Address that answered: HAR serverIPAddress, listener address.";
        Server = "server", "Name of the gateway, load balancer, site or edge that logged.";
        Upstream = "upstream", "Backend that was asked; a list where it was retried.";
        UpstreamStatus = "upstream_status", "Status of the backend; a list where it was retried.";
        Route = "route", "Route, rule, router or target group that the gateway chose.";
        RouteTemplate = "route_template", "Path template as the gateway knows it, e.g. `/stores/{id}`.";
        Service = "service", "Service or API that the gateway chose.";
        RequestId = "request_id", "Request id, ray id or unique id.";
        TraceId = "trace_id", "Trace id of distributed tracing.";
        Connection = "connection", "Connection id: HAR connection, log connection serial.";
        PageRef = "page_ref", "HAR page that the entry belongs to.";
        Initiator = "initiator", "HAR _initiator, as JSON: what in the page caused the request.";
        ResourceType = "resource_type", "HAR _resourceType: xhr, fetch, document …";
        TlsVersion = "tls_version", "TLS version, e.g. `TLSv1.3`.";
        TlsCipher = "tls_cipher", "TLS cipher suite.";
        CacheStatus = "cache_status", "HIT, MISS … of a cache in front.";
        Action = "action", "What the gateway or WAF did: ALLOW, BLOCK, forward …";
        Error = "error", "HAR _error, response flags, termination state, WAF message.";
        RedirectUrl = "redirect_url", "Where the response redirected to.";
        RequestHeaders = "request_headers", "Request headers as a JSON list of [name, value]; credentials replaced by scheme and length.";
        ResponseHeaders = "response_headers", "Response headers likewise; Set-Cookie values replaced.";
        CookieNames = "cookie_names", "Names of the request's cookies, comma separated; values are not kept.";
        RequestBodyState = "request_body_state", "present, incomplete, undecodable or too-large; null where the evidence holds no body.";
        ResponseBodyState = "response_body_state", "Likewise for the response. `incomplete`: exposure is a lower bound.";
        Extensions = "extensions", "Fields beyond the HAR specification (`_…`, sameSite …) as one JSON object.";
    }
}

fields! {
    /// Integer columns (int64). Durations are microseconds, sizes bytes.
    Int {
        Status = "status", "Response status; 0 where a browser got no answer.";
        Port = "port", "Port of the host that was asked for, where it was named.";
        ClientPort = "client_port", "Client's port.";
        ServerPort = "server_port", "Port that answered.";
        RequestBytes = "request_bytes", "Whole request, headers included.";
        RequestBodyBytes = "request_body_bytes", "Request body.";
        ResponseBytes = "response_bytes", "Whole response as sent, headers included.";
        ResponseBodyBytes = "response_body_bytes", "Response body as sent.";
        ResponseDecodedBytes = "response_decoded_bytes", "Response body after decoding base64 and compression, where that was needed.";
        DurationUs = "duration_us", "Request begin to response end.";
        UpstreamDurationUs = "upstream_duration_us", "Time the backend took.";
        FirstByteUs = "first_byte_us", "Request begin to the first byte of the response.";
        BlockedUs = "blocked_us", "HAR timings.blocked; null where -1 or absent.";
        DnsUs = "dns_us", "HAR timings.dns.";
        ConnectUs = "connect_us", "HAR timings.connect, TLS included.";
        TlsUs = "tls_us", "HAR timings.ssl.";
        SendUs = "send_us", "HAR timings.send.";
        WaitUs = "wait_us", "HAR timings.wait.";
        ReceiveUs = "receive_us", "HAR timings.receive.";
        Attempts = "attempts", "How often the backend was tried.";
        WebsocketMessages = "websocket_messages", "HAR _webSocketMessages: how many.";
    }
}

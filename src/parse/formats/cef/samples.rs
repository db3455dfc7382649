//! Invented events, laid out as the programs write them.

use crate::parse::format::Sample;

pub(super) const CEF: &[Sample] = &[
    Sample {
        record: r#"CEF:0|Incapsula|SIEMintegration|1|1|Illegal Resource Access|3| fileId=3412341160002518171 sourceServiceName=menu.example siteid=1509732 suid=50005477 requestClientApplication=Mozilla/5.0 (X11; Linux x86_64) deviceFacility=mia cs2=true cs2Label=Javascript Support ccode=IN cn1=200 in=54 xff=198.51.100.7 cs1=NOT_SUPPORTED cs1Label=Cap Support cs6=Firefox cs6Label=clapp Customer=cafe start=1726003440123 request=menu.example/v1/orders requestMethod=GET qstr=p\=%2fetc\=1 app=HTTPS act=REQ_CHALLENGED_CAPTCHA deviceExternalId=33411452762204224 cpt=4431 src=203.0.113.9 ver=TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256 end=1726003440125 additionalReqHeaders=[{"Accept":"*/*"}]"#,
        expect: &[
            ("time", "2024-09-10T21:24:00.123Z"),
            ("duration_us", "2000"),
            ("method", "GET"),
            ("scheme", "https"),
            ("host", "menu.example"),
            ("path", "/v1/orders"),
            ("query", "p=%2fetc=1"),
            ("status", "200"),
            ("response_body_bytes", "54"),
            ("peer_address", "203.0.113.9"),
            ("client_port", "4431"),
            ("forwarded_for", "198.51.100.7"),
            ("user_agent", "Mozilla/5.0 (X11; Linux x86_64)"),
            ("client_country", "IN"),
            ("action", "REQ_CHALLENGED_CAPTCHA"),
            ("error", "Illegal Resource Access"),
            ("request_id", "33411452762204224"),
            ("tls_version", "TLSv1.2"),
            ("tls_cipher", "ECDHE-RSA-AES128-GCM-SHA256"),
            ("server", "mia"),
            ("auth", "unknown"),
        ],
    },
    Sample {
        record: r#"ASM:CEF:0|F5|ASM|15.1.10|Illegal URL|Illegal URL|5|dvchost=waf1.example dvc=10.0.0.5 cs1=/Common/api cs1Label=policy_name externalId=111 act=alerted cn1=200 cn1Label=response_code src=203.0.113.9 spt=51702 dst=10.0.0.8 dpt=443 requestMethod=POST app=HTTPS cs5=198.51.100.7, 203.0.113.9 cs5Label=x_forwarded_for_header_value rt=Sep 10 2024 21:24:00 cs4=Forceful Browsing cs4Label=attack_type cs6=N/A cs6Label=geo_location c6a1= c6a1Label=device_address msg=N/A suid=0 suser=N/A request=/v1/orders cs3Label=full_request cs3=POST /v1/orders?dry=1 HTTP/1.1\r\nHost: api.example\r\nUser-Agent: curl/8.5.0\r\nAuthorization: Bearer abc\r\nReferer: https://menu.example/?t=7\r\n\r\n{"qty":2}"#,
        expect: &[
            ("time", "2024-09-10T21:24:00Z"),
            ("zone_assumed", "true"),
            ("method", "POST"),
            ("scheme", "https"),
            ("host", "api.example"),
            ("path", "/v1/orders"),
            ("query", "dry=1"),
            ("http_version", "HTTP/1.1"),
            ("status", "200"),
            ("peer_address", "203.0.113.9"),
            ("client_port", "51702"),
            ("server_address", "10.0.0.8"),
            ("server_port", "443"),
            ("forwarded_for", "198.51.100.7, 203.0.113.9"),
            ("user_agent", "curl/8.5.0"),
            ("referer", "https://menu.example/?t=7"),
            ("auth", "present"),
            ("auth_scheme", "Bearer"),
            ("request_body", r#"{"qty":2}"#),
            ("error", "Forceful Browsing"),
            ("action", "alerted"),
            ("server", "waf1.example"),
            ("request_id", "111"),
        ],
    },
    Sample {
        record: "CEF:0|F5|BIG-IP|||HTTP Request|Low| src=203.0.113.9 spt=58541 dst=10.0.0.8 dpt=80 requestMethod=GET request=/v1/menu requestClientApplication=curl/8.5.0 http_code=200 suser= host=menu.example",
        expect: &[("method", "GET"), ("path", "/v1/menu"), ("status", "200"), ("host", "menu.example")],
    },
    Sample {
        record: "CEF:0|Imperva Inc|Attack Analytics|0|1|Attack by a single IP |MAJOR|msg=On host end=1726003450000 start=1726003440000 src=203.0.113.9 dhost=menu.example request=Distributed cs1=7 cs1Label=ImpervaAANumberOfEvents",
        expect: &[("ignorable", "other-record")],
    },
];

pub(super) const LEEF: &[Sample] = &[
    Sample {
        record: "LEEF:1.0|Incapsula|SIEMintegration|1.0|SIEMintegration|fileId=34\tsourceServiceName=menu.example\trequestClientApplication=curl/8.5.0\tstart=1726003440123\turl=menu.example/v1/menu\trequestMethod=GET\tcn1=200\tproto=HTTPS\tcat=REQ_PASSED\tcpt=10000\tsrc=203.0.113.9\tend=1726003440125",
        expect: &[
            ("time", "2024-09-10T21:24:00.123Z"),
            ("host", "menu.example"),
            ("path", "/v1/menu"),
            ("method", "GET"),
            ("status", "200"),
            ("action", "REQ_PASSED"),
            ("peer_address", "203.0.113.9"),
            ("client_port", "10000"),
        ],
    },
    Sample {
        record: "LEEF:2.0|Example|Gateway|1|http|^|devTime=Sep 10 2024 21:24:00 UTC^src=203.0.113.9^method=GET^url=https://api.example/a?b=1^usrName=asha",
        expect: &[
            ("time", "2024-09-10T21:24:00Z"),
            ("zone_assumed", "false"),
            ("host", "api.example"),
            ("query", "b=1"),
            ("remote_user", "asha"),
        ],
    },
];

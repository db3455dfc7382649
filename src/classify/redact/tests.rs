use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;
use crate::classify::classes;

const PHONE: &str = "9812345678";
const EMAIL: &str = "asha.raoji@cafe.example";
const NAME: &str = "Asha Raoji";
const PAN: &str = "ABCPE1234F";
const CARD: &str = "4111111111111111";
const BEARER: &str = "abCD1234efGH5678ijKL";
const SESSION: &str = "5f2e9a7c1b3d48e6";
const SET: &str = "n3w5ess10nf0r7h15";
const PASSWORD: &str = "Tr0ub4dor-3-horse";
const QUERY_TOKEN: &str = "qt-77aa88bb99cc00dd";
const CVV: &str = "737";

fn set() -> Arc<ClassSet> {
    Arc::new(ClassSet::new(classes::ALL, Vec::new()))
}

/// An entry that has each value in many places and encodings.
fn entry() -> String {
    let json = format!(
        r#"{{"customer_name":"{NAME}","mobile":"+91 98123 45678","phone":{PHONE},"email":"{EMAIL}","pan":"{PAN}","card_number":"{CARD}","cvv":"{CVV}","order_id":"ORD-4711","note":"call {NAME} on {PHONE} please, or write to {EMAIL}","nested":"{{\"email\":\"{EMAIL}\",\"mobile\":\"{PHONE}\"}}","coded":"{}","link":"https://x.example/?e={}","{PHONE}":1}}"#,
        STANDARD.encode(format!("mail {EMAIL} now")),
        EMAIL.replace('@', "%40"),
    );
    let coded = STANDARD.encode(&json);
    let text = |t: &str| serde_json::to_string(t).unwrap();
    let form = format!(
        "name={}&mobile=%2B91{PHONE}&password={PASSWORD}&email={}",
        NAME.replace(' ', "+"),
        EMAIL.replace('@', "%40")
    );
    let query = format!("mobile={PHONE}&email={}&access_token={QUERY_TOKEN}&q=7", EMAIL.replace('@', "%40"));
    format!(
        r#"{{"startedDateTime":"2024-09-10T21:24:00.000Z","time":5,
"request":{{"method":"POST","url":"https://user:{PASSWORD}@api.example/customers/{PHONE}/orders/4711?{query}","httpVersion":"HTTP/1.1",
"cookies":[{{"name":"sid","value":"{SESSION}"}}],
"headers":[{{"name":"Authorization","value":"Bearer {BEARER}"}},{{"name":"Cookie","value":"sid={SESSION}; theme=dark"}},{{"name":"Content-Length","value":"{}"}},{{"name":"Referer","value":"https://menu.example/?{query}"}},{{"name":"X-Customer-Email","value":"{EMAIL}"}}],
"queryString":[{{"name":"mobile","value":"{PHONE}"}},{{"name":"email","value":"{EMAIL}"}},{{"name":"access_token","value":"{QUERY_TOKEN}"}}],
"postData":{{"mimeType":"application/x-www-form-urlencoded","text":{},"params":[{{"name":"mobile","value":"{PHONE}"}},{{"name":"password","value":"{PASSWORD}"}}]}},
"headersSize":10,"bodySize":{}}},
"response":{{"status":200,"statusText":"OK","httpVersion":"HTTP/1.1","cookies":[{{"name":"sid","value":"{SET}"}}],
"headers":[{{"name":"Set-Cookie","value":"sid={SET}; Path=/; HttpOnly"}}],
"content":{{"size":{},"mimeType":"application/json","text":"{coded}","encoding":"base64"}},"redirectURL":"/welcome?email={}","headersSize":20,"bodySize":{}}},
"cache":{{}},"timings":{{"send":1,"wait":2,"receive":2}},"comment":"asked by {EMAIL}",
"_initiator":{{"url":"https://menu.example/?email={EMAIL}"}},"_rawHeaders":[{{"name":"Authorization","value":"Bearer {BEARER}"}}],
"_webSocketMessages":[{{"type":"receive","time":1,"opcode":1,"data":{}}},{{"type":"send","time":1,"opcode":1,"data":"{EMAIL} joined"}}]}}"#,
        form.len(),
        text(&form),
        form.len(),
        json.len(),
        EMAIL.replace('@', "%40"),
        json.len(),
        text(&json),
    )
}

fn har(entries: &[String]) -> String {
    format!(
        r#"{{"log":{{"version":"1.2","creator":{{"name":"WebInspector","version":"537.36"}},"pages":[{{"startedDateTime":"2024-09-10T21:24:00.000Z","id":"p","title":"https://menu.example/?email={EMAIL}","pageTimings":{{}}}}],"entries":[{}]}}}}"#,
        entries.join(",")
    )
}

fn redact(har: &str, key: u8, options: Options) -> (String, Certificate) {
    let mut out = Vec::new();
    let certificate = document(har.as_bytes(), &set(), [key; 32], options, &mut |b| out.extend_from_slice(b)).unwrap();
    (String::from_utf8(out).unwrap(), certificate)
}

fn hold(text: &str, value: &str) -> bool {
    let percent: String = value.bytes().fold(String::new(), |out, b| out + &format!("%{b:02X}"));
    let usual = String::from_utf8(book::percent(value.as_bytes(), false)).unwrap();
    let plus = String::from_utf8(book::percent(value.as_bytes(), true)).unwrap();
    let unicode: String = value.chars().fold(String::new(), |out, c| out + &format!("\\u{:04x}", u32::from(c)));
    let coded = STANDARD.encode(value);
    let coded = coded.trim_end_matches('=');
    let lower = text.to_lowercase();
    [value, &percent, &usual, &plus, &unicode].iter().any(|form| lower.contains(&form.to_lowercase()))
        || text.contains(coded.get(..coded.len() - 1).unwrap())
}

/// The text and all base64 in it, decoded, at any depth.
fn layers(text: &str) -> Vec<String> {
    let mut all = vec![text.to_owned()];
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || "+/=".contains(c)));
    for word in words.filter(|w| w.len() >= 16) {
        if let Some(plain) = STANDARD.decode(word).ok().and_then(|p| String::from_utf8(p).ok()) {
            all.extend(layers(&plain));
        }
    }
    all
}

#[test]
fn no_raw_value_is_left_in_any_form() {
    let document = har(&[entry()]);
    let values = [PHONE, EMAIL, NAME, PAN, CARD, BEARER, SESSION, SET, PASSWORD, QUERY_TOKEN, "98123 45678"];
    for value in values {
        assert!(layers(&document).iter().any(|text| hold(text, value)), "the test's own document holds {value}");
    }
    let (out, certificate) = redact(&document, 1, Options::default());
    let shown = serde_json::to_string(&certificate).unwrap();
    for value in values {
        for text in layers(&out) {
            assert!(!hold(&text, value), "{value} in {text}");
        }
        assert!(!hold(&shown, value), "{value} in the certificate");
    }
    for text in layers(&out) {
        assert!(!text.contains(&format!("\"cvv\":\"{CVV}\"")), "{text}");
    }
    assert!(out.contains("/orders/4711?"), "what is not personal stays");
    assert!(layers(&out).iter().any(|t| t.contains("\"order_id\":\"ORD-4711\"")));
    assert!(out.contains("\"version\":\"537.36\""));
    assert!(out.contains("q=7"));
}

#[test]
fn the_output_is_a_har_and_its_sizes_fit() {
    let (out, certificate) = redact(&har(&[entry(), entry()]), 1, Options::default());
    let read: ::har::Har = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out}"));
    let ::har::Spec::V1_2(log) = read.log else { panic!("another version") };
    assert_eq!((log.entries.len(), certificate.entries, certificate.entries_left_out), (2, 2, 0));
    let entry = &log.entries[0];
    let content = &entry.response.content;
    let body = STANDARD.decode(content.text.as_deref().unwrap()).unwrap();
    assert_eq!(content.size, body.len() as i64);
    let post = entry.request.post_data.as_ref().unwrap().text.as_deref().unwrap();
    let length = entry.request.headers.iter().find(|h| h.name == "Content-Length").unwrap();
    assert_eq!((entry.request.body_size, length.value.as_str()), (post.len() as i64, post.len().to_string().as_str()));
    assert_eq!(certificate.output_sha256, hex(&Sha256::digest(out.as_bytes())));
    assert!(certificate.replaced["email"].len() >= 4, "{certificate:?}");
    assert!(certificate.not_looked_into.is_empty(), "{:?}", certificate.not_looked_into);
}

#[test]
fn one_value_has_one_pseudonym_everywhere() {
    let (out, _) = redact(&har(&[entry()]), 1, Options::default());
    let read: serde_json::Value = serde_json::from_str(&out).unwrap();
    let entry = &read["log"]["entries"][0];
    let query = &entry["request"]["queryString"];
    let (phone, email) = (query[0]["value"].as_str().unwrap(), query[1]["value"].as_str().unwrap());
    assert!(phone.starts_with('5') && phone.len() == 10, "{phone}");
    assert!(email.starts_with("user-") && email.ends_with("@example.invalid"), "{email}");
    let url = entry["request"]["url"].as_str().unwrap();
    assert!(
        url.contains(&format!("/customers/{phone}/orders/4711?mobile={phone}&email={}", email.replace('@', "%40"))),
        "{url}"
    );
    let body = STANDARD.decode(entry["response"]["content"]["text"].as_str().unwrap()).unwrap();
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body["email"], email);
    assert_eq!(body["phone"].to_string(), phone, "a number stays a number");
    assert_eq!(body["mobile"].as_str().unwrap().replace(['+', ' '], ""), format!("91{phone}"));
    assert_eq!(body[phone], 1, "a key may be a value");
    let nested: serde_json::Value = serde_json::from_str(body["nested"].as_str().unwrap()).unwrap();
    assert_eq!((nested["email"].as_str().unwrap(), nested["mobile"].as_str().unwrap()), (email, phone));
    assert_eq!(STANDARD.decode(body["coded"].as_str().unwrap()).unwrap(), format!("mail {email} now").into_bytes());
    let name = body["customer_name"].as_str().unwrap();
    assert!(name.starts_with("Person "), "{name}");
    // Free text that holds something personal is replaced whole: what else it tells nobody has checked.
    let note = body["note"].as_str().unwrap();
    assert!(!note.contains("call") && !note.contains(phone) && note.len() > 20, "{note}");
    assert!(!entry["comment"].as_str().unwrap().contains(EMAIL) && entry["comment"] != "");
    let messages = &entry["_webSocketMessages"];
    assert_eq!(messages[1]["data"], format!("{email} joined"));
    let cookie = entry["request"]["cookies"][0]["value"].as_str().unwrap();
    assert_eq!(
        entry["request"]["headers"][1]["value"].as_str().unwrap().split(';').next().unwrap(),
        format!("sid={cookie}")
    );
    assert_eq!(cookie.len(), SESSION.len());
}

#[test]
fn loose_entries_and_odd_names_hide_nothing() {
    let loose = entry().replace("\"time\":5", "\"time\":5,\"odd\":NaN");
    let escaped = entry().replace("\"text\":", "\"te\\u0078t\":");
    let twice = entry().replacen("\"postData\":{", &format!("\"postData\":{{\"text\":\"mobile={PHONE}\","), 1);
    for odd in [loose, escaped, twice] {
        let (out, certificate) = redact(&har(&[odd]), 1, Options::default());
        assert_eq!((certificate.entries, certificate.entries_left_out), (1, 0));
        for value in [PHONE, EMAIL, BEARER, SESSION, PASSWORD] {
            assert!(layers(&out).iter().all(|text| !hold(text, value)), "{value}");
        }
    }
}

#[test]
fn the_same_key_gives_the_same_bytes_and_another_key_others() {
    let document = har(&[entry()]);
    let (one, two, other) = (
        redact(&document, 1, Options::default()),
        redact(&document, 1, Options::default()),
        redact(&document, 2, Options::default()),
    );
    assert_eq!(one, two);
    assert_ne!(one.0, other.0);
}

#[test]
fn what_cannot_be_read_is_left_out_or_kept_and_said() {
    let coded = STANDARD.encode([0xff, 0xfe, 0, 1, 2, 3]);
    let binary = entry()
        .replace("\"mimeType\":\"application/json\"", "\"mimeType\":\"application/octet-stream\"")
        .replace(&STANDARD.encode("{\"customer"), "");
    let from = binary.find("\"text\":\"").map(|_| binary.rfind("\"encoding\":\"base64\"").unwrap()).unwrap();
    let start = binary.get(..from).unwrap().rfind("\"text\":\"").unwrap();
    let binary = format!("{}\"text\":\"{coded}\",{}", binary.get(..start).unwrap(), binary.get(from..).unwrap());
    let document = har(std::slice::from_ref(&binary));
    let (out, certificate) = redact(&document, 1, Options::default());
    assert!(!out.contains(&coded));
    assert_eq!(certificate.not_looked_into["bodies that are no text: left out"], 1);
    let keep = Options { keep_unreadable: true, ..Options::default() };
    let (out, certificate) = redact(&document, 1, keep);
    assert!(out.contains(&coded));
    assert_eq!(certificate.not_looked_into["bodies that are no text: kept unread"], 1);
    assert_eq!(document_of("{\"log\":{\"entries\":[]}}"), Err(RedactError::NoEntries));
    assert_eq!(document_of("not a HAR"), Err(RedactError::NoEntries));
}

fn document_of(text: &str) -> Result<Certificate, RedactError> {
    document(text.as_bytes(), &set(), [1; 32], Options::default(), &mut |_| {})
}

#[test]
fn damage_never_panics_and_what_comes_out_is_json() {
    let document = har(&[entry(), entry()]);
    for cut in (0..document.len()).step_by(397) {
        let mut out = Vec::new();
        let text = document.as_bytes();
        for bytes in [text[..cut].to_vec(), [&text[..cut], &text[(cut + 5).min(text.len())..]].concat()] {
            out.clear();
            if super::document(&bytes, &set(), [1; 32], Options::default(), &mut |b| out.extend_from_slice(b)).is_ok() {
                assert!(is_json(&out), "cut at {cut}: {}", String::from_utf8_lossy(&out));
            }
        }
    }
}

/// Real captures: what comes out is JSON with as many entries, and no value of those that were learnt
/// and that are unmistakable stands in it. Needs `BREACHWALK_CORPORA`.
#[test]
fn real_captures() {
    let Some(root) = std::env::var_os("BREACHWALK_CORPORA") else {
        println!("skipped: BREACHWALK_CORPORA is not set");
        return;
    };
    let mut folders = vec![std::path::PathBuf::from(root).join("har")];
    let (mut files, mut entries, mut bytes, mut changed, mut left_out) = (0, 0, 0, 0, 0);
    let mut replaced: BTreeMap<String, u64> = BTreeMap::new();
    while let Some(folder) = folders.pop() {
        let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read(&path).unwrap();
            let mut out = Vec::new();
            let Ok(certificate) =
                document(&text, &set(), [1; 32], Options::default(), &mut |b| out.extend_from_slice(b))
            else {
                continue;
            };
            assert!(is_json(&out), "{}", path.display());
            let read: serde_json::Value = serde_json::from_slice(&out).unwrap();
            assert_eq!(read["log"]["entries"].as_array().unwrap().len() as u64, certificate.entries);
            files += 1;
            bytes += text.len();
            entries += certificate.entries;
            left_out += certificate.entries_left_out;
            changed += u64::from(!certificate.replaced.is_empty());
            for (class, places) in &certificate.replaced {
                *replaced.entry(class.clone()).or_default() += places.values().sum::<u64>();
            }
            let again = document(&text, &set(), [1; 32], Options::default(), &mut |_| {}).unwrap();
            assert_eq!(again, certificate, "{}", path.display());
            check_gone(&text, &out, &path);
        }
    }
    println!(
        "{files} captures, {bytes} bytes, {entries} entries, {left_out} left out, {changed} changed: {replaced:?}"
    );
    assert!(files > 150 && changed > 20, "{files} {changed}");
}

/// Credentials of the evidence by a reading of its own: none stands in the output.
fn check_gone(text: &[u8], out: &[u8], path: &std::path::Path) {
    let Ok(read) = serde_json::from_slice::<serde_json::Value>(text) else { return };
    for entry in read["log"]["entries"].as_array().into_iter().flatten() {
        for side in ["request", "response"] {
            for cookie in entry[side]["cookies"].as_array().into_iter().flatten() {
                let value = cookie["value"].as_str().unwrap_or_default();
                if value.len() >= 16 && value.bytes().any(|b| b.is_ascii_digit()) {
                    assert!(
                        memchr::memmem::find(out, value.as_bytes()).is_none(),
                        "a cookie is left in {}",
                        path.display()
                    );
                }
            }
            for header in entry[side]["headers"].as_array().into_iter().flatten() {
                let name = header["name"].as_str().unwrap_or_default();
                let value = header["value"].as_str().unwrap_or_default();
                if name.eq_ignore_ascii_case("authorization") && value.len() >= 20 {
                    let secret = value.rsplit(' ').next().unwrap_or_default();
                    assert!(memchr::memmem::find(out, secret.as_bytes()).is_none(), "{}", path.display());
                }
            }
        }
    }
}

//! Expressions that a server's engine evaluates: templates, log4j look-ups, XML entities, LDAP filters,
//! operators of document databases, prototypes.

use super::bytes::{has, has_any, is_word, tail};

/// What must stand in braces for them to be more than a placeholder (`{{name}}`, `${GDPR}`).
const ACTIVE: &[&[u8]] = &[
    b"__",
    b"constructor",
    b"config",
    b"self.",
    b"request.",
    b"request|",
    b"cycler",
    b"joiner",
    b"namespace.",
    b"lipsum",
    b"class.",
    b"getclass",
    b"runtime",
    b"t(java",
    b"new java",
    b"system(",
    b"system.",
    b"exec(",
    b"popen",
    b"process.",
    b"require(",
    b"eval",
    b"freemarker",
    b"#assign",
    b"#set",
    b"dump(",
    b"file(",
    b"range(",
    b"import ",
    b"settings.",
    b"url_for",
    b"get_flashed",
    b"_self",
    b"['",
    b"[\"",
    b"|attr",
    b"print(",
    b"md5(",
    b"global.",
    b"this.",
    b"root.",
    b"env.",
    b"include(",
    b"phpinfo",
];

/// Code that gives reason for the checks here.
pub(super) const CODE: &[&[u8]] = &[b"new date()", b"db.", b"curdate", b":2.5.13.18:"];

/// What makes a decoded value in lower case a template injection.
pub(super) fn template(text: &[u8]) -> Option<&'static str> {
    const FORMS: &[(&[u8], &[u8])] = &[
        (b"{{", b"}}"),
        (b"${", b"}"),
        (b"#{", b"}"),
        (b"*{", b"}"),
        (b"@{", b"}"),
        (b"<%", b"%>"),
        (b"[[${", b"}"),
        (b"{%", b"%}"),
        (b"~{", b"}"),
    ];
    for (open, close) in FORMS {
        for at in memchr::memmem::find_iter(text, open).take(64) {
            let inside = tail(text, at + open.len());
            let end = memchr::memmem::find(inside, close).unwrap_or(inside.len()).min(400);
            let inside = inside.get(..end).unwrap_or_default().trim_ascii();
            let inside = inside.strip_prefix(b"=").unwrap_or(inside);
            let page = inside.first() == Some(&b'@')
                || has_any(inside, &[b"=", b"system", b"eval", b"response.", b"runtime", b"exec"]);
            if *open == b"<%" && page {
                return Some("server-page code");
            }
            if arithmetic(inside) {
                return Some("arithmetic in a template's braces");
            }
            if has_any(inside, ACTIVE) && !json_like(inside) {
                return Some("code in a template's braces");
            }
        }
    }
    None
}

/// `7*7`, `7*'7'`, `1337+1`: a probe whose result is looked for in the answer.
fn arithmetic(inside: &[u8]) -> bool {
    let plain = inside.iter().all(|b| {
        b.is_ascii_digit() || matches!(b, b'*' | b'+' | b'-' | b'/' | b'%' | b' ' | b'\'' | b'"' | b'(' | b')')
    });
    let operator = inside.iter().position(|b| matches!(b, b'*' | b'+' | b'/'));
    plain && operator.is_some_and(|at| at > 0 && at + 1 < inside.len()) && inside.len() < 40
}

/// Nested objects (`{"a":{"b":1}}`) end in `}}` and begin in `{{` nowhere; a set of them may.
fn json_like(inside: &[u8]) -> bool {
    inside.first() == Some(&b'"') && has(inside, b"\":")
}

/// Look-ups of log4j (CVE-2021-44228), also spelt through nested ones: `${${lower:j}ndi:…`.
pub(super) fn log4j(text: &[u8]) -> Option<&'static str> {
    if !has(text, b"${") {
        return None;
    }
    let mut flat = text.to_vec();
    // Innermost first: `${lower:j}` and `${env:x:-j}` become `j`.
    for _ in 0..64 {
        let Some(close) = flat.iter().position(|b| *b == b'}') else { break };
        let Some(open) = flat.get(..close).and_then(|head| memchr::memmem::rfind(head, b"${")) else { break };
        let inside = flat.get(open + 2..close).unwrap_or_default();
        if inside.starts_with(b"jndi:") {
            return Some("a JNDI look-up");
        }
        let value = match memchr::memmem::rfind(inside, b":-") {
            Some(at) => tail(inside, at + 2).to_vec(),
            None => inside.rsplit(|b| *b == b':').next().unwrap_or_default().to_vec(),
        };
        flat.splice(open..=close, value);
    }
    if has(&flat, b"jndi:") {
        return Some("a JNDI look-up");
    }
    has_any(
        text,
        &[
            b"${env:",
            b"${sys:",
            b"${java:",
            b"${ctx:",
            b"${main:",
            b"${bundle:",
            b"${docker:",
            b"${k8s:",
            b"${lower:",
            b"${upper:",
            b"${::-",
        ],
    )
    .then_some("a look-up of log4j")
}

/// Entities and inclusions in XML that fetch.
pub(super) fn entity(text: &[u8]) -> Option<&'static str> {
    if has(text, b"<!entity") || has(text, b"+adwaiq-entity") {
        return Some("an XML entity");
    }
    if let Some(at) = memchr::memmem::find(text, b"<!doctype") {
        let rest = tail(text, at + 9);
        let rest = rest.get(..rest.len().min(400)).unwrap_or_default();
        let web = has_any(rest, &[b"w3.org", b"-//ietf", b"about:legacy-compat"]);
        if has_any(rest, &[b" system ", b" public "]) && !web {
            return Some("an external document type");
        }
    }
    if has_any(text, &[b"xi:include", b"xs:include", b"xs:import", b"xsi:schemalocation="])
        && has_any(text, &[b"http", b"file:", b"//"])
        && has(text, b"<")
    {
        return Some("an XML inclusion");
    }
    None
}

/// Filters of RFC 4515 inside a value.
pub(super) fn ldap(text: &[u8]) -> Option<&'static str> {
    let tight: Vec<u8> = text.iter().copied().filter(|b| *b != b' ').collect();
    if has_any(
        &tight,
        &[
            b"*)(",
            b")(|(",
            b")(&(",
            b"(|(objectclass=",
            b"(objectclass=*",
            b"*(|(",
            b"(&(uid=",
            b")(cn=",
            b")(uid=",
            b")(!(",
            b"))(&(",
            b"))(|(",
        ],
    ) && has(&tight, b"=")
    {
        return Some("an LDAP filter");
    }
    if has(&tight, b")(") && has_any(&tight, &[b"(objectclass", b"userpassword", b"samaccountname", b"memberof="]) {
        return Some("an LDAP filter");
    }
    has(text, b":2.5.13.18:=").then_some("an LDAP matching rule")
}

/// Operators of `MongoDB` and the like in a parameter's name or in JSON, and its shell's calls.
pub(super) fn document(name: &[u8], text: &[u8]) -> Option<&'static str> {
    const OPERATORS: &[&[u8]] = &[
        b"$ne",
        b"$gt",
        b"$gte",
        b"$lt",
        b"$lte",
        b"$nin",
        b"$where",
        b"$regex",
        b"$exists",
        b"$or",
        b"$not",
        b"$expr",
        b"$function",
        b"$accumulator",
        b"$func",
    ];
    let bracketed = name.rsplit(|b| *b == b'[').next().and_then(|n| n.strip_suffix(b"]")).unwrap_or_default();
    if OPERATORS.contains(&bracketed) || OPERATORS.contains(&name) && name != b"$or" {
        return Some("an operator as a parameter's name");
    }
    for operator in OPERATORS {
        for at in memchr::memmem::find_iter(text, operator).take(16) {
            let led = at
                .checked_sub(1)
                .and_then(|b| text.get(b))
                .is_some_and(|b| matches!(b, b'{' | b'"' | b'\'' | b'[' | b',' | b' '));
            let rest = tail(text, at + operator.len());
            let rest = rest.strip_prefix(b"\"").or_else(|| rest.strip_prefix(b"'")).unwrap_or(rest).trim_ascii_start();
            if led && rest.first() == Some(&b':') {
                return Some("an operator of a document database");
            }
        }
    }
    let code = has_any(text, &[b"db.injection.", b"this.password", b"new date(); do{", b"new date();do{"])
        || has(text, b"db.") && has_any(text, &[b".insert(", b".drop()", b".find({", b".remove({"])
        || has(text, b"curdate-date");
    code.then_some("code for a document database")
}

/// `__proto__` and `constructor.prototype`: changes every object of a JavaScript server.
pub(super) fn prototype(text: &[u8]) -> Option<&'static str> {
    let direct = memchr::memmem::find_iter(text, b"__proto__").any(|at| {
        let before = at.checked_sub(1).and_then(|b| text.get(b)).copied();
        let after = text.get(at + 9).copied();
        let led = before.is_none_or(|b| !is_word(b) && b != b' ');
        led && after.is_none_or(|b| matches!(b, b'[' | b'.' | b']' | b'"' | b'\'' | b'=' | b':'))
    });
    (direct || has_any(text, &[b"constructor[prototype]", b"constructor.prototype."])).then_some("a prototype")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_that_compute_and_placeholders_that_do_not() {
        for attack in [
            "{{7*7}}",
            "${7*7}",
            "#{7*7}",
            "{{config.items()}}",
            "{{''.__class__}}",
            "<%= system('id') %>",
            "{{request.application}}",
        ] {
            assert!(template(attack.as_bytes()).is_some(), "{attack}");
        }
        for text in [
            "{{name}}",
            "${gdpr}",
            "${gdpr_consent_278}",
            "{{ user_id }}",
            "{\"a\":{\"b\":{\"c\":1}}}",
            "#{price}",
            "{{date}}",
        ] {
            assert_eq!(template(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn log4j_however_spelt() {
        for attack in [
            "${jndi:ldap://x/a}",
            "${${lower:j}ndi:rmi://x}",
            "${${env:x:-j}${::-n}${::-d}i:ldap://x}",
            "${jndi:ldapx.example}",
        ] {
            assert!(log4j(attack.as_bytes()).is_some(), "{attack}");
        }
        assert_eq!(log4j(b"${gdpr} ${price}"), None);
    }

    #[test]
    fn entities_filters_operators() {
        assert!(entity(b"<!doctype foo [<!entity x system \"file:///etc/passwd\">]>").is_some());
        assert_eq!(
            entity(b"<!doctype html public \"-//w3c//dtd xhtml 1.0//en\" \"http://www.w3.org/tr/x.dtd\">"),
            None
        );
        assert!(ldap(b"*)(uid=*))(|(uid=*").is_some());
        assert_eq!(ldap(b"f(x)(y) = z"), None);
        assert!(document(b"password[$ne]", b"1").is_some());
        assert!(document(b"q", b"{\"$gt\": \"\"}").is_some());
        assert_eq!(document(b"price", b"$gt 5"), None);
        assert!(prototype(b"__proto__[admin]").is_some());
        assert_eq!(prototype(b"what is __proto__ good for"), None);
    }
}

//! Scripts and markup that run in a browser. Markup alone is text (rich-text fields, mathematics,
//! `a <b> c`); an attack is markup that acts: handlers, script addresses, breaking out of an attribute.

use super::bytes::{has, has_any, is_word, tail};

/// Elements that run or load what their attributes name.
const ACTIVE: &[&[u8]] = &[
    b"script",
    b"iframe",
    b"object",
    b"embed",
    b"applet",
    b"base",
    b"meta",
    b"link",
    b"xml",
    b"frameset",
    b"vmlframe",
    b"isindex",
    b"bgsound",
];

/// Calls by which a probe shows that it ran, and ways to what it is after.
pub(super) const CALLS: &[&[u8]] = &[
    b"alert(",
    b"alert`",
    b"prompt(",
    b"prompt`",
    b"confirm(",
    b"confirm`",
    b"(alert)",
    b"(prompt)",
    b"(confirm)",
    b"alert.call(",
    b"alert.apply(",
    b"prompt.call(",
    b"confirm.call(",
    b"eval(atob",
    b"string.fromcharcode(",
    b".constructor(",
    b"document.cookie",
    b"document.write(",
    b"document.location",
    b"document.domain",
    b"window.location",
    b"window[",
    b"self[",
    b"top[",
    b"this[",
    b"document[",
    b".innerhtml",
    b"window.open(",
    b"localstorage.",
    b"[].sort.call",
    b"settimeout(",
    b"setinterval(",
    b"import(",
    b"window.name",
    b".addeventlistener(",
    b"eval(string",
    b"atob(",
];

/// What makes a decoded value in lower case a script injection.
pub(super) fn check(text: &[u8]) -> Option<&'static str> {
    let compact: Vec<u8> = text.iter().copied().filter(|b| !matches!(b, 0..=0x20 | 0x7f)).collect();
    if script_address(&compact) {
        return Some("a script as an address");
    }
    if let Some(why) = elements(text) {
        return Some(why);
    }
    if handler_outside(text) {
        return Some("an event handler behind a closed attribute");
    }
    if has_any(
        &compact,
        &[b"expression(alert", b"-moz-binding:url", b"url(javascript:", b"url('javascript:", b"style=behavior:url"],
    ) {
        return Some("a script in a style");
    }
    calls(text, &compact)
}

/// `javascript:…` that does something; `javascript:void(0)` is what pages put on buttons.
fn script_address(compact: &[u8]) -> bool {
    if has(compact, b"data:text/html") {
        return has_any(compact, &[b"base64,", b"<script", b"<svg", b",<"]);
    }
    if has(compact, b"vbscript:msgbox") || has(compact, b"livescript:") {
        return true;
    }
    memchr::memmem::find_iter(compact, b"javascript:").any(|at| {
        let code = tail(compact, at + 11);
        let acts = memchr::memchr3(b'(', b'`', b'=', code).is_some() || code.starts_with(b"//") || has_any(code, CALLS);
        let idle =
            code.starts_with(b"void(0)") || code.starts_with(b"void0") || code.starts_with(b";") || code.is_empty();
        acts && !idle
    })
}

fn elements(text: &[u8]) -> Option<&'static str> {
    for at in memchr::memchr_iter(b'<', text).take(512) {
        let rest = tail(text, at + 1);
        let rest = rest.strip_prefix(b"/").unwrap_or(rest);
        // `<<scr\0ipt`: zero bytes went with decoding.
        let name: &[u8] =
            rest.get(..rest.iter().take_while(|b| is_word(**b) || **b == b':').count()).unwrap_or_default();
        let local = name.rsplit(|b| *b == b':').next().unwrap_or_default();
        if rest.starts_with(b"!--#") {
            return Some("a server-side include");
        }
        if local.first().is_none_or(|b| !b.is_ascii_alphabetic()) {
            continue;
        }
        let after = tail(rest, name.len());
        let end = memchr::memchr(b'>', after).unwrap_or(after.len());
        // A `>` inside a quoted attribute does not end it; a little more is looked at.
        let inside = after.get(..end.saturating_add(256).min(after.len())).unwrap_or_default();
        let bound = matches!(
            after.first(),
            None | Some(b'>' | b'/' | b' ' | b'\t' | b'\n' | b'\r' | 0x0c | b'"' | b'\'' | b'+' | b'=' | b'\\')
        );
        if !bound {
            continue;
        }
        if local == b"script" {
            return Some("a script element");
        }
        if handler(inside, false) {
            return Some("an event handler in markup");
        }
        if ACTIVE.contains(&local) && has_any(inside, &[b"src", b"href", b"http-equiv", b"data", b"code", b"srcdoc"]) {
            return Some("an element that loads");
        }
        if matches!(local, b"svg" | b"math" | b"form" | b"button" | b"input" | b"isindex")
            && has_any(inside, &[b"xlink:href", b"formaction", b"action=java", b"<set", b"<animate"])
        {
            return Some("an element that acts");
        }
    }
    None
}

/// `onerror=…` at a word's begin. `strict`: what follows must look like code.
fn handler(text: &[u8], strict: bool) -> bool {
    memchr::memmem::find_iter(text, b"on").any(|at| {
        let led = at.checked_sub(1).and_then(|b| text.get(b)).is_none_or(|b| !is_word(*b) && !matches!(b, b'-' | b'.'));
        let name = tail(text, at + 2);
        let length = name.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        let rest = tail(name, length).trim_ascii_start();
        let Some((b'=', value)) = rest.split_first() else { return false };
        let code = !strict || has_any(value, &[b"(", b"`", b"javascript", b"location", b"document", b"="]);
        led && (3..=24).contains(&length) && code
    })
}

/// `" onfocus=alert(1)`, `'//onclick=…`: a quote closed, a handler after it.
fn handler_outside(text: &[u8]) -> bool {
    let Some(at) = memchr::memchr3(b'"', b'\'', b'`', text) else {
        return has_any(text, &[b"alert", b"prompt", b"confirm"]) && handler(text, true);
    };
    handler(tail(text, at + 1), true)
}

/// A call without markup: only with signs that it is to be run, since people write of functions.
fn calls(text: &[u8], compact: &[u8]) -> Option<&'static str> {
    if has_any(
        compact,
        &[
            b"alert.call(",
            b"prompt.call(",
            b"confirm.call(",
            b"alert.apply(",
            b"(alert)(",
            b"(prompt)(",
            b"(confirm)(",
            b"eval(atob(",
            b"document.cookie",
            b".constructor('alert",
            b".constructor(\"alert",
            b".constructor(`alert",
            b"[].sort.call`",
        ],
    ) {
        return Some("a script's call");
    }
    let called = has_any(compact, CALLS);
    let breaks = compact.first().is_some_and(|b| matches!(b, b'"' | b'\'' | b'`' | b'\\' | b';' | b')' | b'}' | b'-'))
        || has_any(
            compact,
            &[
                b"</",
                b"//",
                b"-alert(",
                b"-prompt(",
                b"-confirm(",
                b";alert(",
                b"\"alert(",
                b"'alert(",
                b"*alert(",
                b"=alert(",
            ],
        );
    if called && breaks && text.len() < 4096 {
        return Some("a script's call behind a closed string");
    }
    let whole =
        [&b"alert("[..], b"prompt(", b"confirm("].iter().any(|c| compact.starts_with(c)) && compact.ends_with(b")");
    whole.then_some("a script's call")
}

#[cfg(test)]
mod tests {
    fn check(text: &str) -> Option<&'static str> {
        super::check(text.to_ascii_lowercase().as_bytes())
    }

    #[test]
    fn markup_that_acts() {
        for attack in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "\"onClick=\"(prompt)(1)",
            "<svg/onload=alert(1)>",
            "javascript:alert(1)",
            "java\tscript:alert(1)",
            "<a href=\"javascript:document.location='x'\">a</a>",
            "\\'-alert(1)//",
            "<iframe src=//x.example>",
            "confirm.call(null,1)",
            "<x:script src=data:,alert(1) />",
            "'\"></title><body onload=alert(1)>",
            "data:text/html;base64,PHNjcmlwdD4=",
            "<style>x{width: expression(alert(1))}</style>",
        ] {
            assert!(check(attack).is_some(), "{attack}");
        }
    }

    #[test]
    fn markup_and_prose_that_do_not() {
        for text in [
            "a < b and c > d",
            "<b>extra spicy</b> please",
            "<p>Hello, <a href=\"https://shop.example\">menu</a></p>",
            "h2<h1",
            "javascript:void(0)",
            "javascript:;",
            "JavaScript: Basics of JavaScript Language",
            "I <3 chai",
            "<https://shop.example/menu>",
            "John <john@example.com>",
            "season=winter&on=1",
            "\"on=1\"",
            "only=1",
            "version=2&ton=5",
            "use document.getElementById to alert users",
            "Mozilla/5.0 (X11; Linux x86_64)",
            "the <$ tag",
            "<enter type here>",
        ] {
            assert_eq!(check(text), None, "{text}");
        }
    }
}

//! Ways out of a folder, and files of the machine that no API serves.

use super::bytes::{has, has_any, tail};

/// Files that are asked for to prove that any file can be read.
pub(super) const FILES: &[&[u8]] = &[
    b"etc/passwd",
    b"etc/shadow",
    b"etc/hosts",
    b"etc/group",
    b"etc/issue",
    b"etc/crontab",
    b"etc/ssh/",
    b"etc\\passwd",
    b"etc/master.passwd",
    b"etc/mysql/",
    b"etc/nginx/",
    b"etc/apache2/",
    b"etc/httpd/",
    b"etc/subuid",
    b"proc/self/",
    b"proc/version",
    b"proc/cpuinfo",
    b"proc/net/",
    b"windows/win.ini",
    b"windows\\win.ini",
    b"win.ini",
    b"windows.ini",
    b"boot.ini",
    b"windows/system32",
    b"windows\\system32",
    b"winnt/",
    b"system32/config",
    b"system32\\config",
    b"web-inf/",
    b"web-inf\\",
    b"meta-inf/",
    b"/.ssh/",
    b"id_rsa",
    b"/.aws/credentials",
    b"/.bash_history",
    b"var/log/apache",
    b"var/log/nginx",
    b"var/run/secrets/",
    b"global.asa",
    b"web.config",
    b".htpasswd",
    b"wp-config.php",
    b"apache2/conf/httpd.conf",
];

/// Wrappers of PHP and Java that read what a path should not.
pub(super) const WRAPPERS: &[&[u8]] = &[
    b"php://filter",
    b"php://input",
    b"phar://",
    b"zip://",
    b"expect://",
    b"ssh2.exec://",
    b"ssh2.shell://",
    b"compress.zlib://",
    b"netdoc:",
    b"file:///",
    b"file:/etc",
    b"jar:http",
    b"data://text/plain",
    b"ogg://",
    b"glob://",
];

/// What makes a decoded value or path in lower case a traversal. `path`: it is the path of the request.
pub(super) fn check(text: &[u8], path: bool) -> Option<&'static str> {
    if has_any(text, WRAPPERS) {
        return Some("a wrapper that reads files");
    }
    let (deepest, dotted) = climb(text);
    let file = has_any(text, FILES);
    if deepest > 0 && (file || !path || deepest > 1 || dotted > 2) {
        return Some("dots that leave the folder");
    }
    if has_any(
        text,
        &[
            b"..;/",
            b"....//",
            b"..\\",
            b"...//",
            b".../...",
            b"..0x2f",
            b"0x2e0x2e",
            b"..%",
            b"..///",
            b"%c0%ae",
            b"..//..",
            b"..|",
            b"..;..",
            b".%00.",
        ],
    ) && (dotted > 0 || has_any(text, &[b"..;/", b"....//", b"..\\", b"0x2e0x2e", b"..0x2f", b".../..."]))
    {
        return Some("dots that leave the folder");
    }
    if has(text, b"................") && !text.iter().all(|b| *b == b'.' || *b == b' ') {
        return Some("dots whose slashes a filter took");
    }
    // As the path itself, without dots, such a name is a probe at most.
    let rooted = text.starts_with(b"/")
        || text.starts_with(b"file:")
        || text.starts_with(b"\\")
        || text.get(1..3) == Some(b":\\")
        || text.get(1..3) == Some(b":/");
    let plain = [&b"etc/passwd"[..], b"etc/shadow", b"proc/self/", b"\\windows\\", b"/web-inf/"];
    let named = file && (dotted > 0 || rooted && !path || has_any(text, &plain));
    named.then_some("a file of the machine")
}

/// How far above where it began a path climbs, and how many `..` it has.
fn climb(text: &[u8]) -> (i32, i32) {
    let (mut depth, mut deepest, mut dots) = (0, 0, 0);
    let text = tail(text, usize::from(text.starts_with(b"/")));
    for segment in text.split(|b| matches!(b, b'/' | b'\\')) {
        match segment {
            b"" | b"." => {}
            b".." | b"..;" => {
                dots += 1;
                depth -= 1;
                deepest = deepest.max(-depth);
            }
            _ => depth += 1,
        }
    }
    // `page=x../../../y`: what precedes the first dots is a name, not a folder.
    (deepest, dots)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_out() {
        for (attack, path) in [
            ("/static/txt/../../../../etc/passwd.txt", true),
            ("../../secret.txt", false),
            ("..\\..\\boot.ini", false),
            ("/etc/passwd", false),
            ("....//....//x", false),
            ("php://filter/read=convert.base64-encode/resource=x", false),
            ("file:///etc/./passwd", false),
            ("/web-inf/web.xml", true),
            ("/.../.../x", false),
            ("/0x2e0x2e/x", false),
            ("c:\\windows\\system32\\drivers", false),
            ("/a/..;/manager/html", true),
        ] {
            assert!(check(attack.as_bytes(), path).is_some(), "{attack}");
        }
    }

    #[test]
    fn ordinary_paths_and_prose() {
        for (text, path) in [
            ("/assets/css/../img/logo.png", true),
            ("wait... what", false),
            ("v1..v2", false),
            ("/a/b/../c", true),
            ("loading.....", false),
            ("the file /etc/hostname is fine", false),
            ("and so on ... / maybe", false),
            ("../", true),
            ("https://a.example/x/../y", false),
        ] {
            assert_eq!(check(text.as_bytes(), path), None, "{text}");
        }
    }
}

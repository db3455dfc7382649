//! Hostile evidence does not reach the terminal: no command prints a byte that acts on one.

use super::{Desk, Ran};

/// Lines that try. Where the corpora are here, theirs come on top.
fn hostile() -> Vec<u8> {
    let mut out = Vec::new();
    let nasty: &[&[u8]] = &[
        b"\x1b]0;owned\x07\x1b[2J",
        b"\x9b31m\xc2\x9b31m",
        "\u{202e}gnp.exe\u{2066}".as_bytes(),
        b"a\x08\x08b\x7f\x00",
        b"\r\x0b\x0c overwritten",
        b"=cmd|' /C calc'!A1",
        "\u{feff}\u{200b}\u{2028}".as_bytes(),
        b"\xff\xfe\xc0\xaf",
        b"<script>|`x`|[a](javascript:b)",
        "\u{e0041}\u{61c}".as_bytes(),
    ];
    for text in nasty {
        for (path, agent, client) in
            [(*text, &b"-"[..], &b"192.0.2.1"[..]), (b"x", text, b"192.0.2.2"), (b"y", b"-", text)]
        {
            for part in [
                client,
                b" - - [11/Sep/2024:02:54:00 +0530] \"GET /",
                path,
                b"?q=1 HTTP/1.1\" 200 5 \"-\" \"",
                agent,
                b"\"\n",
            ] {
                out.extend_from_slice(part);
            }
        }
        out.extend_from_slice(text);
        out.push(b'\n');
    }
    if let Some(folder) = crate::support::corpora() {
        out.extend(std::fs::read(folder.join("hostile_access.log")).unwrap_or_default());
    }
    out
}

fn acts(c: char) -> bool {
    // A tab and a line end do no harm; CSV ends its lines in CRLF, see below.
    matches!(c, '\0'..='\x08' | '\x0b'..='\x1f' | '\x7f'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}'..='\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

#[track_caller]
fn harmless(args: &[&str], output: std::process::Output, csv: bool) {
    assert!(std::str::from_utf8(&output.stdout).is_ok(), "{args:?}: stdout is no UTF-8");
    let ran = Ran::from(output);
    let out = if csv { ran.out.replace("\r\n", "\n") } else { ran.out };
    for (what, text) in [("stdout", &out), ("stderr", &ran.err)] {
        let line = text.lines().find(|l| l.chars().any(acts));
        assert!(line.is_none() && !text.chars().any(acts), "{args:?} on {what}: {line:?}");
    }
    assert!(!out.is_empty() || !ran.err.is_empty(), "{args:?} says nothing");
}

#[test]
fn nothing_printed_acts_on_a_terminal() {
    let desk = Desk::new();
    desk.write("h.log", hostile());
    let mut names = vec!["h.log"];
    if cfg!(unix) {
        names.extend(["e\x1b]0;t\x07/na\x1b[31mme\u{202e}.log", "none\x1b[2J\u{9b}.log"]);
        desk.write(names[1], hostile());
    }
    let run = |args: &[&str]| harmless(args, desk.command(args).output().unwrap(), args.contains(&"csv"));
    for (i, name) in names.iter().enumerate() {
        let case = format!("case{i}\x1b[1m");
        let case = if cfg!(unix) { case } else { format!("case{i}") };
        for shape in ["table", "json", "jsonl", "csv", "md"] {
            run(&["report", name, "--top", "0", "-f", shape]);
        }
        run(&["ingest", "-c", &case, name]);
        for shape in ["table", "json", "jsonl", "csv", "md"] {
            run(&["ingest", "-c", &format!("{case}{shape}"), name, "-f", shape]);
        }
        for verb in [&["verify"][..], &["log"], &["digest"], &["verify", "--json"], &["log", "--json"]] {
            let mut args = vec!["case", verb[0], &case];
            args.extend(&verb[1..]);
            run(&args);
        }
        for record in ["1", "2", "5", "9", "14", "21"] {
            run(&["formats", "explain", name, "--record", record]);
        }
    }
    for flag in
        ["--zone", "--trusted-proxy", "--nginx-format", "--log-regex", "--format", "--since", "--section", "--mapping"]
    {
        run(&["report", "h.log", flag, "x\x1b[31m\u{202e}y"]);
    }
    run(&["\x1b[31mverb"]);
}

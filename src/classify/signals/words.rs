//! One automaton over the words that attacks cannot do without. What it finds says only which checks
//! are worth running.

use std::sync::LazyLock;

use aho_corasick::automaton::Automaton as _;
use aho_corasick::dfa::DFA;
use aho_corasick::{Anchored, MatchKind};

use super::{command, expression, path, scanner, script};

/// Checks, as bits.
pub(super) mod family {
    pub(crate) const SQL: u16 = 1;
    pub(crate) const SCRIPT: u16 = 1 << 1;
    pub(crate) const CODE: u16 = 1 << 2;
    pub(crate) const PATH: u16 = 1 << 3;
    pub(crate) const ADDRESS: u16 = 1 << 4;
    pub(crate) const PROBE: u16 = 1 << 5;
    pub(crate) const XML: u16 = 1 << 6;
    pub(crate) const PROTOTYPE: u16 = 1 << 7;
    pub(crate) const CALLBACK: u16 = 1 << 8;
    pub(crate) const SCHEMA: u16 = 1 << 9;
    /// Parts of names that credentials go by; no attack.
    pub(crate) const CREDENTIAL: u16 = 1 << 10;
}

const SQL: &[&[u8]] = &[
    b"union",
    b"select",
    b"sleep",
    b"benchmark",
    b"waitfor",
    b"having",
    b"where ",
    b"where(",
    b"where/*",
    b"order by",
    b"order/*",
    b"order+by",
    b"insert into",
    b"delete from",
    b"drop ",
    b"declare",
    b"exec",
    b"extractvalue",
    b"updatexml",
    b"load_file",
    b"into outfile",
    b"into dumpfile",
    b"analyse",
    b"--",
    b"/*",
    b" or ",
    b" and ",
    b"or(",
    b"and(",
    b" xor ",
    b" like ",
    b"generate_series",
    b"dbms_",
    b"@@",
    b"||",
    b"&&",
    b"xp_cmd",
    b"regexp_substring",
    b"randomblob",
];

const SCRIPT: &[&[u8]] =
    &[b"javascript", b"vbscript", b"data:text/html", b"expression", b"binding", b"(alert", b"(prompt", b"(confirm"];

const ADDRESS: &[&[u8]] = &[
    b"://",
    b"localhost",
    b"127.",
    b"169.254",
    b"metadata",
    b"192.168.",
    b"172.",
    b"10.",
    b"0x",
    b"[::",
    b"100.100.100.200",
    b"file:",
    b"%2f%2f",
];

static WORDS: LazyLock<(Option<DFA>, Vec<u16>)> = LazyLock::new(|| {
    let mut words: Vec<(&[u8], u16)> = Vec::new();
    let mut add = |list: &[&'static [u8]], bit: u16| words.extend(list.iter().map(|w| (*w, bit)));
    add(SQL, family::SQL);
    add(SCRIPT, family::SCRIPT);
    add(script::CALLS, family::SCRIPT);
    add(path::FILES, family::PATH);
    add(path::WRAPPERS, family::PATH | family::ADDRESS);
    add(&[b"..", b"/bin/", b"/etc/", b"0x2e"], family::PATH);
    add(ADDRESS, family::ADDRESS);
    add(&[b"<!entity", b"<!doctype", b"adwaiq", b":include", b"schemalocation", b"xs:import"], family::XML);
    add(&[b"__proto__", b"prototype"], family::PROTOTYPE);
    add(&[b"__schema"], family::SCHEMA);
    add(scanner::CALLBACKS, family::CALLBACK);
    add(
        &[b"token", b"auth", b"jwt", b"key", b"sig", b"passw", b"sess", b"sid=", b"secret", b"eyj"],
        family::CREDENTIAL,
    );
    words.extend(command::CODE.iter().map(|(w, _)| (*w, family::CODE)));
    words.extend(scanner::PROBES.iter().map(|w| (w.as_bytes(), family::PROBE)));
    words.extend(expression::CODE.iter().map(|w| (*w, family::CODE)));
    let dfa = DFA::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::Standard)
        .prefilter(false)
        .build(words.iter().map(|(w, _)| w))
        .ok();
    (dfa, words.iter().map(|(_, bit)| *bit).collect())
});

/// Which checks a text gives reason for. Without an automaton (it cannot fail to be built) all.
pub(super) fn families(text: &[u8]) -> u16 {
    let (Some(dfa), bits) = &*WORDS else { return u16::MAX };
    // The crate's own search for overlapping matches does the same with more care than is needed.
    let Ok(mut state) = dfa.start_state(Anchored::No) else { return u16::MAX };
    let mut found = 0;
    for byte in text {
        state = dfa.next_state(Anchored::No, state, *byte);
        if dfa.is_special(state) && dfa.is_match(state) {
            for at in 0..dfa.match_len(state) {
                found |= bits.get(dfa.match_pattern(state, at).as_usize()).copied().unwrap_or_default();
            }
        }
    }
    found
}

//! SQL that breaks out of a value or is one. The value is read as tokens three times: as it stands,
//! as the rest of a `'…` and as the rest of a `"…` string (the way of libinjection, N. Galbreath,
//! Black Hat 2012); what counts is grammar that a value has no use for, not words.

use super::bytes::{has_any, tail};

/// Tokens of one value that are looked at.
const TOKENS_MAX: usize = 4096;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Word,
    Number,
    /// A closed string, or the closing of the one the value stood in.
    Text,
    /// A string that the value leaves open.
    Open,
    Compare,
    /// `||` or `&&`.
    Logic,
    Operator,
    LeftParen,
    RightParen,
    Semicolon,
    Comma,
    /// A comment sign with nothing of weight behind it.
    End,
    Other,
}

#[derive(Debug, Clone, Copy)]
struct Token {
    kind: Kind,
    from: usize,
    to: usize,
}

/// Reads values; keeps its room between them.
#[derive(Debug, Default)]
pub(super) struct Sql {
    tokens: Vec<Token>,
}

/// One reading of a value.
#[derive(Clone, Copy)]
struct Reading<'t> {
    text: &'t [u8],
    tokens: &'t [Token],
    /// It was read as the rest of a string.
    quoted: bool,
}

impl Sql {
    /// What makes a decoded value in lower case an SQL injection.
    pub(super) fn check(&mut self, text: &[u8]) -> Option<&'static str> {
        for quote in [None, Some(b'\''), Some(b'"'), Some(b'`')] {
            self.tokens.clear();
            let start = match quote {
                None => 0,
                Some(q) => {
                    let Some(at) = memchr::memchr(q, text) else { continue };
                    self.tokens.push(Token { kind: Kind::Text, from: 0, to: at + 1 });
                    at + 1
                }
            };
            tokenise(text, start, &mut self.tokens);
            let reading = Reading { text, tokens: &self.tokens, quoted: quote.is_some() };
            if let Some(why) = reading.judge() {
                return Some(why);
            }
        }
        None
    }
}

fn word_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'@' | b'$' | 128..)
}

fn tokenise(text: &[u8], start: usize, tokens: &mut Vec<Token>) {
    let mut at = start;
    while let Some(b) = text.get(at).copied() {
        if tokens.len() >= TOKENS_MAX {
            return;
        }
        let rest = tail(text, at);
        let next = rest.get(1).copied().unwrap_or_default();
        let (kind, length) = match b {
            _ if b.is_ascii_whitespace() => (None, 1),
            b'/' if next == b'*' => (None, comment(rest)),
            b'*' if next == b'/' => (None, 2),
            b'-' if next == b'-' => (Some(dashes(tail(rest, 2))), 2),
            b'#' => (Some(if tail(rest, 1).trim_ascii().is_empty() { Kind::End } else { Kind::Other }), 1),
            b'\'' | b'"' | b'`' => {
                let closed = memchr::memchr(b, tail(rest, 1));
                (Some(closed.map_or(Kind::Open, |_| Kind::Text)), closed.map_or(rest.len(), |c| c + 2))
            }
            b'(' => (Some(Kind::LeftParen), 1),
            b')' => (Some(Kind::RightParen), 1),
            b';' => (Some(Kind::Semicolon), 1),
            b',' => (Some(Kind::Comma), 1),
            b'|' if next == b'|' => (Some(Kind::Logic), 2),
            b'&' if next == b'&' => (Some(Kind::Logic), 2),
            b'<' | b'>' | b'=' | b'!' => {
                let two = usize::from(matches!((b, next), (b'<', b'>' | b'=') | (b'>' | b'!', b'=')));
                (Some(if b == b'!' && two == 0 { Kind::Operator } else { Kind::Compare }), 1 + two)
            }
            b'+' | b'-' | b'*' | b'/' | b'%' | b'^' | b'~' | b'&' | b'|' => (Some(Kind::Operator), 1),
            _ if word_byte(b) => {
                let length = rest.iter().take_while(|b| word_byte(**b)).count();
                (Some(word_or_number(rest.get(..length).unwrap_or_default())), length)
            }
            _ => (Some(Kind::Other), 1),
        };
        if let Some(kind) = kind {
            tokens.push(Token { kind, from: at, to: at + length });
        }
        at += length;
    }
}

/// Length of a comment; of `/*!50000` only the sign, what it holds is run.
fn comment(rest: &[u8]) -> usize {
    if rest.get(2) == Some(&b'!') {
        return 3 + tail(rest, 3).iter().take_while(|b| b.is_ascii_digit()).count();
    }
    memchr::memmem::find(tail(rest, 2), b"*/").map_or(rest.len(), |end| end + 4)
}

/// `--` ends a statement if hardly anything follows; in prose it is a dash.
fn dashes(rest: &[u8]) -> Kind {
    let rest = rest.trim_ascii();
    let plain = rest.len() <= 8
        && rest.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'+' | b'#' | b'/' | b'*'));
    if plain { Kind::End } else { Kind::Other }
}

fn word_or_number(word: &[u8]) -> Kind {
    let number = match word {
        [b'0', b'x', digits @ ..] => !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit),
        [b'0'..=b'9', ..] => word.iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e')),
        _ => false,
    };
    if number { Kind::Number } else { Kind::Word }
}

const CONNECTORS: &[&[u8]] = &[b"or", b"and", b"xor", b"where", b"having", b"when", b"on", b"not", b"div"];
const COMPARERS: &[&[u8]] =
    &[b"like", b"rlike", b"regexp", b"in", b"is", b"between", b"glob", b"ilike", b"sounds", b"div"];

/// Functions that a value never calls: they wait, raise errors that speak, or read files.
const FUNCTIONS: &[&[u8]] = &[
    b"sleep",
    b"pg_sleep",
    b"benchmark",
    b"dbms_pipe.receive_message",
    b"dbms_lock.sleep",
    b"extractvalue",
    b"updatexml",
    b"load_file",
    b"group_concat",
    b"generate_series",
    b"randomblob",
    b"regexp_substring",
    b"crypt_key",
    b"make_set",
    b"json_depth",
    b"utl_inaddr.get_host_address",
    b"utl_http.request",
    b"ctxsys.drithsx.sn",
    b"xmltype",
    b"gtid_subset",
    b"dbms_utility.sqlid_to_sqlhash",
    b"xp_cmdshell",
    b"master.dbo.xp_cmdshell",
    b"exec_master",
    b"elt",
    b"json_extract",
    b"fn_varbintohexstr",
    b"sys.fn_sqlvarbasetostr",
    b"analyse",
    b"current_user",
    b"user",
    b"database",
    b"version",
    b"load_extension",
    b"lo_import",
    b"row",
];

/// Functions of the list above that other languages have too: only where SQL stands before them.
const COMMON: &[&[u8]] =
    &[b"elt", b"user", b"database", b"version", b"row", b"current_user", b"group_concat", b"json_extract"];

const CATALOGUES: &[&[u8]] = &[
    b"information_schema",
    b"sysobjects",
    b"syscolumns",
    b"sysibm.",
    b"sysusers",
    b"sysdatabases",
    b"mysql.user",
    b"pg_catalog",
    b"sqlite_master",
    b"all_users",
    b"all_tables",
    b"user_tables",
    b"msysaccessobjects",
    b"rdb$",
    b"domain.domains",
    b"sys.user",
    b"v$version",
    b"master..",
    b"pg_shadow",
    b"pg_user",
];

impl Reading<'_> {
    fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|t| t.kind)
    }

    fn is(&self, at: usize, kinds: &[Kind]) -> bool {
        self.kind(at).is_some_and(|k| kinds.contains(&k))
    }

    fn raw(&self, at: usize) -> &[u8] {
        self.tokens.get(at).and_then(|t| self.text.get(t.from..t.to)).unwrap_or_default()
    }

    /// The word there; empty for anything else.
    fn word(&self, at: usize) -> &[u8] {
        if self.is(at, &[Kind::Word]) { self.raw(at) } else { b"" }
    }

    fn one_of(&self, at: usize, words: &[&[u8]]) -> bool {
        self.is(at, &[Kind::Word]) && words.contains(&self.raw(at))
    }

    fn before(&self, at: usize, kinds: &[Kind]) -> bool {
        at.checked_sub(1).is_some_and(|b| self.is(b, kinds))
    }

    fn ends_in_comment(&self) -> bool {
        self.tokens.last().is_some_and(|t| t.kind == Kind::End)
    }

    fn later(&self, at: usize, word: &[u8]) -> bool {
        (at..self.tokens.len()).any(|i| self.word(i) == word)
    }

    fn judge(&self) -> Option<&'static str> {
        if self.cut_off() {
            return Some("a string or bracket closed, the rest commented out");
        }
        (0..self.tokens.len()).find_map(|at| match self.kind(at)? {
            Kind::Word => self.at_word(at),
            Kind::Logic => self.condition(at),
            Kind::Semicolon => self.stacked(at + 1),
            _ => None,
        })
    }

    /// `admin'--`, `1'))#`, `5)--`.
    fn cut_off(&self) -> bool {
        let closers = self.tokens.iter().skip(1).take_while(|t| t.kind == Kind::RightParen).count();
        let end = self.is(closers + 1, &[Kind::End]);
        end && match self.kind(0) {
            Some(Kind::Text) => self.quoted && self.tokens.first().is_some_and(|t| t.to < 48),
            Some(Kind::Number) => closers > 0,
            _ => false,
        }
    }

    fn at_word(&self, at: usize) -> Option<&'static str> {
        let word = self.word(at);
        match word {
            b"union" => self.union(at).then_some("union select"),
            b"select" => self.select(at),
            b"order" | b"group" if self.word(at + 1) == b"by" => self.order(at),
            b"waitfor" if self.one_of(at + 1, &[b"delay", b"time"]) && self.is(at + 2, &[Kind::Text, Kind::Open]) => {
                Some("waitfor delay")
            }
            b"into" if self.one_of(at + 1, &[b"outfile", b"dumpfile"]) => Some("into outfile"),
            b"procedure" if self.word(at + 1) == b"analyse" => Some("procedure analyse"),
            b"exec" | b"execute"
                if self.word(at + 1).starts_with(b"xp_") || self.word(at + 1).starts_with(b"master") =>
            {
                Some("exec of a system procedure")
            }
            b"iif" if self.is(at + 1, &[Kind::LeftParen]) => self.condition(at),
            _ if word.starts_with(b"@@") && word.len() > 4 => self.has_select().then_some("server variable"),
            _ if CONNECTORS.contains(&word) => self.condition(at),
            _ if FUNCTIONS.contains(&word) && self.is(at + 1, &[Kind::LeftParen]) => self.function(at),
            _ => None,
        }
    }

    fn has_select(&self) -> bool {
        self.later(0, b"select")
    }

    fn union(&self, at: usize) -> bool {
        let mut i = at + 1;
        while self.one_of(i, &[b"all", b"distinct"]) || self.is(i, &[Kind::LeftParen]) {
            i += 1;
        }
        if self.word(i) != b"select" {
            return false;
        }
        let broken = self.before(at, &[Kind::Number, Kind::Text, Kind::RightParen, Kind::Comma, Kind::Semicolon]);
        broken || self.columns(i + 1) || self.ends_in_comment() || self.tokens.len() == i + 1 && at == 0
    }

    /// What stands behind `select` in SQL and hardly in prose.
    fn columns(&self, at: usize) -> bool {
        self.is(at, &[Kind::Number, Kind::Text, Kind::LeftParen, Kind::Operator])
            || self.one_of(at, &[b"null", b"case", b"top", b"distinct"])
            || self.word(at).starts_with(b"@@")
            || self.is(at, &[Kind::Word]) && self.is(at + 1, &[Kind::LeftParen, Kind::Comma])
            || self.is(at, &[Kind::Word]) && self.word(at + 1) == b"from"
    }

    fn select(&self, at: usize) -> Option<&'static str> {
        let columns = self.columns(at + 1);
        if self.before(at, &[Kind::LeftParen]) && (columns || self.later(at, b"from") && self.later(at, b"where")) {
            return Some("nested select");
        }
        // Text quotes statements too; one that a string was closed for ends in a comment.
        let first = at == 0 || self.before(at, &[Kind::Logic]) || self.quoted && at == 1 && self.ends_in_comment();
        let table = (at..self.tokens.len()).find(|i| self.word(*i) == b"from").map(|i| i + 1);
        // `select * from the menu`
        let spoken =
            table.is_none_or(|t| self.one_of(t, &[b"the", b"a", b"an", b"my", b"our", b"your", b"this", b"these"]));
        if columns && first && !spoken {
            return Some("a select statement");
        }
        if columns && self.is(at + 2, &[Kind::LeftParen]) && FUNCTIONS.contains(&self.word(at + 1)) {
            return Some("select of a function");
        }
        let catalogue = columns && self.later(at, b"from") && has_any(self.text, CATALOGUES);
        catalogue.then_some("select from the catalogue")
    }

    fn order(&self, at: usize) -> Option<&'static str> {
        let numbered = self.is(at + 2, &[Kind::Number]);
        let broken = self.before(at, &[Kind::Text, Kind::RightParen, Kind::Number, Kind::Operator]);
        let ended = matches!(self.kind(at + 3), None | Some(Kind::End | Kind::Comma));
        (numbered && broken && ended && (at <= 4 || self.ends_in_comment())).then_some("order by a column's number")
    }

    /// A statement behind a semicolon.
    fn stacked(&self, at: usize) -> Option<&'static str> {
        let next = self.word(at + 1);
        let found = match self.word(at) {
            b"select" => {
                self.columns(at + 1)
                    && (self.later(at, b"from")
                        || self.is(at + 2, &[Kind::LeftParen])
                        || self.ends_in_comment()
                        || self.is(at + 1, &[Kind::LeftParen]))
            }
            b"insert" => next == b"into",
            b"delete" => next == b"from",
            b"update" => self.word(at + 2) == b"set",
            b"drop" | b"truncate" | b"alter" | b"create" => {
                [&b"table"[..], b"database", b"user", b"schema", b"function", b"procedure", b"view", b"alias", b"login"]
                    .contains(&next)
            }
            b"declare" => next.starts_with(b"@"),
            b"exec" | b"execute" => {
                next.starts_with(b"xp_")
                    || next.starts_with(b"sp_")
                    || next.starts_with(b"master")
                    || self.is(at + 1, &[Kind::LeftParen])
            }
            b"shutdown" => matches!(self.kind(at + 1), None | Some(Kind::End | Kind::Semicolon)),
            b"waitfor" => next == b"delay" || next == b"time",
            b"begin" => next.starts_with(b"dbms_") || next.starts_with(b"user_lock"),
            b"call" => self.is(at + 2, &[Kind::LeftParen]) && (self.ends_in_comment() || self.quoted),
            b"set" => next.starts_with(b"@"),
            b"if" => self.is(at + 1, &[Kind::LeftParen]) && has_any(self.text, &[b"waitfor", b"select", b"sleep"]),
            _ => false,
        };
        found.then_some("a second statement")
    }

    fn function(&self, at: usize) -> Option<&'static str> {
        let led = at == 0
            || self.before(
                at,
                &[
                    Kind::Logic,
                    Kind::Operator,
                    Kind::Compare,
                    Kind::Comma,
                    Kind::Semicolon,
                    Kind::Text,
                    Kind::LeftParen,
                ],
            )
            || at.checked_sub(1).is_some_and(|b| {
                self.one_of(b, CONNECTORS)
                    || self.one_of(b, COMPARERS)
                    || self.one_of(b, &[b"select", b"procedure", b"call", b"by"])
            });
        let common = COMMON.contains(&self.word(at));
        if !led || common && !(self.has_select() || self.quoted && self.ends_in_comment() || self.joined()) {
            return None;
        }
        // `sleep(` of a program that waits a moment takes a name or milliseconds; so does SQL's, but
        // with more of SQL around it.
        let alone = at == 0 && self.word(at) == b"sleep";
        let argument =
            self.is(at + 2, &[Kind::Number, Kind::Text, Kind::LeftParen, Kind::Operator, Kind::Word, Kind::RightParen]);
        let more =
            !alone || self.is(at + 2, &[Kind::Number]) && self.tokens.get(at + 2).is_some_and(|t| t.to - t.from < 4);
        (argument && more).then_some("a function of the database")
    }

    /// Whether conditions are joined anywhere.
    fn joined(&self) -> bool {
        (0..self.tokens.len()).any(|i| self.is(i, &[Kind::Logic]) || self.one_of(i, &[b"or", b"and", b"where"]))
    }

    fn skip_open(&self, mut at: usize) -> usize {
        while self.is(at, &[Kind::LeftParen])
            || self.one_of(at, &[b"not", b"binary"])
            || matches!(self.raw(at), b"-" | b"~" | b"!" | b"+")
        {
            at += 1;
        }
        at
    }

    /// `or 1=1`, `and 'a'='a`, `where 5 like 5`: conditions about nothing in the data.
    fn condition(&self, at: usize) -> Option<&'static str> {
        let left = self.skip_open(at + 1);
        let mut operator = left + 1;
        while self.is(operator, &[Kind::RightParen]) {
            operator += 1;
        }
        while self.is(operator, &[Kind::Operator]) && self.is(operator + 1, &[Kind::Number]) {
            operator += 2;
        }
        if self.word(operator) == b"not" {
            operator += 1;
        }
        // `2 < 3 and 5 > 4`: arithmetic on both sides.
        let prose = !self.quoted && self.before(at, &[Kind::Number]) && at > 1 && self.before(at - 1, &[Kind::Compare]);
        let compares = !prose && (self.is(operator, &[Kind::Compare]) || self.one_of(operator, COMPARERS));
        let right = self.skip_open(operator + 1);
        let called = self.is(right + 1, &[Kind::LeftParen]) && self.is(right, &[Kind::Word]);
        let hit = match self.kind(left)? {
            Kind::Number if compares => {
                self.is(right, &[Kind::Number, Kind::Text, Kind::Open]) || called || self.word(right) == b"select"
            }
            Kind::Text if compares => self.is(right, &[Kind::Number, Kind::Text, Kind::Open]) || called,
            Kind::Word if compares => {
                let same = self.raw(left) == self.raw(right) && self.is(right, &[Kind::Word]);
                let open = self.quoted && self.is(right, &[Kind::Open]) && self.before(at, &[Kind::Text]);
                let comment = self.quoted
                    && self.ends_in_comment()
                    && (self.is(right, &[Kind::Number, Kind::Text]) || self.word(right) == b"null");
                same && (self.quoted || self.ends_in_comment()) || open || comment
            }
            Kind::Number | Kind::Text | Kind::Word if self.broken(at) => {
                let constant = !self.is(left, &[Kind::Word]) || self.one_of(left, &[b"true", b"false", b"null"]);
                constant
                    && (self.is(operator, &[Kind::End])
                        || self.one_of(operator, &[b"group", b"order", b"limit", b"procedure"]))
            }
            _ => false,
        };
        hit.then_some("a condition that is always true or false")
    }

    /// Something was closed before the connector.
    fn broken(&self, at: usize) -> bool {
        self.before(at, &[Kind::Text, Kind::RightParen, Kind::Number])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Option<&'static str> {
        Sql::default().check(text.to_ascii_lowercase().as_bytes())
    }

    #[test]
    fn grammar_that_a_value_has_no_use_for() {
        for attack in [
            "x' or 'a'='a",
            "1 or 1=1",
            "1' and 2=2--",
            "admin'--",
            "admin' #",
            "1))--",
            "-1 union all select null,null#",
            "1' union/**/select/**/password from users",
            "';select * from orders limit 7--",
            "1; drop table users",
            "1 and sleep(5)",
            "sleep(5)",
            "1' order by 10--",
            "(select(0)from(select(sleep(15)))v)",
            "1';waitfor delay '0:0:5'--",
            "/*!50000union*/ /*!50000select*/ 1,2",
            "1 or pg_sleep(5)--",
            "\" or \"\"=\"",
            "1) and (5=5",
            "1' or 1#",
            "1 where 5=5",
            "') as x where 3 like 3 and ('a' like 'a",
            "1'||(select 'a' from dual where 1=1)||'",
        ] {
            assert!(check(attack).is_some(), "{attack}");
        }
    }

    #[test]
    fn words_alone_are_no_attack() {
        for text in [
            "O'Brien",
            "Tom & Jerry",
            "union was a great select",
            "D'or 1st parfume",
            "1) a-b=c",
            "john or@var.es",
            "please select an item from the menu",
            "In SQL you write SELECT * FROM table to read all rows",
            "drop the table at the door; update me",
            "DEAR FINN,--I think it would do",
            "rock 'n' roll and 'soul'",
            "status = 'open' and price > 5",
            "12\" pizza #4",
            "price eq 5 and name eq 'Chai'",
            "it's 5 o'clock--somewhere nice",
            "a and b = c",
            "order by phone, group by table",
            "x > 5 or y < 3",
            "credit union select committee meets",
            "how do I sleep(well)?",
            "2 + 2 = 4 and that's that",
            "insert coin; select player",
            "'quoted' -- and a dash in prose",
        ] {
            assert_eq!(check(text), None, "{text}");
        }
    }
}

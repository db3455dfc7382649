//! Short words for building sections and sentences.

use super::value::{Column, Section, Shown, Value, grouped};

/// A column for everybody.
pub(super) const fn column(key: &'static str, title: &'static str) -> Column {
    Column { key, title, shown: Shown::Always }
}

/// A column that tables leave out where it is 0 throughout.
pub(super) const fn nonzero(key: &'static str, title: &'static str) -> Column {
    Column { key, title, shown: Shown::Nonzero }
}

/// A column for machines.
pub(super) const fn machines(key: &'static str) -> Column {
    Column { key, title: key, shown: Shown::Machines }
}

/// A section without notes.
pub(super) fn section(id: &'static str, title: &'static str, columns: &[Column], rows: Vec<Vec<Value>>) -> Section {
    Section { id, title, notes: Vec::new(), columns: columns.to_vec(), rows, rows_cut: 0 }
}

/// `1 client`, `2 clients`.
pub(super) fn counted(n: u64, thing: &str) -> String {
    format!("{} {}", grouped(n), plural(n, thing))
}

/// `client`, `clients`, `people`, `entries`.
pub(super) fn plural(n: u64, thing: &str) -> String {
    match thing {
        _ if n == 1 => thing.to_owned(),
        "person" => "people".to_owned(),
        _ => match thing.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o', 'u'])) {
            Some(stem) => format!("{stem}ies"),
            None => format!("{thing}s"),
        },
    }
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

/// The first `most` of them, and how many there are beyond.
pub(super) fn listed_up_to(items: &[String], most: usize) -> String {
    match items.split_at_checked(most) {
        Some((head, tail)) if !tail.is_empty() => {
            format!("{} and {} more", head.join(", "), grouped(tail.len() as u64))
        }
        _ => listed(items),
    }
}

/// `2.75` of 275.
pub(super) fn hundredths(n: u16) -> String {
    format!("{}.{:02}", n / 100, n % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_read_well() {
        assert_eq!(counted(1, "person"), "1 person");
        assert_eq!(counted(1_200, "person"), "1,200 people");
        assert_eq!(counted(2, "entry"), "2 entries");
        assert_eq!(counted(2, "day"), "2 days");
        let items = ["a".to_owned(), "b".to_owned(), "c".to_owned()];
        assert_eq!(listed(&items), "a, b and c");
        assert_eq!(listed_up_to(&items, 2), "a, b and 1 more");
        assert_eq!(listed_up_to(&items, 3), "a, b and c");
        assert_eq!(hundredths(275), "2.75");
        assert_eq!(hundredths(5), "0.05");
    }
}

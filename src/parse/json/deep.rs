//! Objects inside objects in one pass, for readers that want a few members of each.

#[cfg(doc)]
use super::members;
use super::{JSON_DEPTH_MAX, Shape, Walk};

/// [`members`] of objects inside objects, in one pass over the bytes: `enter` says of a member by
/// its name whether it is entered, and at what level; `each` gets all others with theirs. False
/// where the bytes are not an object, or not to their end.
pub fn nested_members<'a, L: Copy>(
    container: &'a [u8],
    level: L,
    mut enter: impl FnMut(L, &'a [u8]) -> Option<L>,
    mut each: impl FnMut(L, &'a [u8], &'a [u8], Shape),
) -> bool {
    let mut walk = Walk { text: container, at: 0, escaped: false };
    let mut levels = vec![level];
    walk.skip_blanks();
    if walk.peek() != Some(b'{') {
        return false;
    }
    walk.at += 1;
    while let Some(level) = levels.last().copied() {
        walk.skip_blanks();
        match walk.peek() {
            Some(b'}') => {
                walk.at += 1;
                levels.pop();
                continue;
            }
            Some(b',') => {
                walk.at += 1;
                continue;
            }
            Some(b'"') => {}
            _ => return false,
        }
        let Ok(name) = walk.string() else { return false };
        if walk.expect(b':').is_err() {
            return false;
        }
        walk.skip_blanks();
        if walk.peek() == Some(b'{')
            && levels.len() < JSON_DEPTH_MAX
            && let Some(inner) = enter(level, name)
        {
            walk.at += 1;
            levels.push(inner);
            continue;
        }
        let Ok((value, shape)) = walk.value() else {
            return false;
        };
        each(level, name, value, shape);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_inside_objects_in_one_pass() {
        let look = |text: &'static str| {
            let mut seen = Vec::new();
            let enter = |level: u8, name: &[u8]| (name == b"in").then_some(level + 1);
            let whole = nested_members(text.as_bytes(), 0, enter, |level, name, value, _| {
                let text = |t| String::from_utf8_lossy(t).into_owned();
                seen.push(format!("{level}{}={}", text(name), text(value)));
            });
            (seen.join(" "), whole)
        };
        let nested = r#" {"a":1, "in":{"b":"}","in":{},"c":[{"in":2}]},"d":{"x":{}},"in":3} "#;
        assert_eq!(look(nested), (r#"0a=1 1b=} 1c=[{"in":2}] 0d={"x":{}} 0in=3"#.to_owned(), true));
        assert_eq!(look(r#"{"in":{"a":1"#), ("1a=1".to_owned(), false));
        assert_eq!(look("[1]"), (String::new(), false));
    }
}

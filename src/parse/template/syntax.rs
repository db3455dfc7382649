//! Finding the fields in a format string.

use super::{Syntax, TemplateError};

/// Fields that people write side by side and that make one value together.
const JOINED: &[&str] = &[
    "uri$is_args$args",
    "scheme://$host$request_uri",
    "scheme://$http_host$request_uri",
    "scheme://$server_name$request_uri",
];

/// The field that begins right here, without its marks, and what follows it.
pub(super) fn field_at(text: &str, syntax: Syntax) -> Result<Option<(&str, &str)>, TemplateError> {
    match syntax {
        Syntax::Nginx => {
            let Some(after) = text.strip_prefix('$') else {
                return Ok(None);
            };
            if let Some(braced) = after.strip_prefix('{') {
                return braced.split_once('}').map(Some).ok_or_else(|| TemplateError::Unclosed(text.to_owned()));
            }
            if let Some(joined) = JOINED.iter().find(|j| after.starts_with(**j)) {
                return Ok(after.split_at_checked(joined.len()));
            }
            let end = after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(after.len());
            Ok((end > 0).then(|| after.split_at(end)))
        }
        Syntax::Apache => apache_field(text),
        Syntax::Envoy => {
            let Some(after) = text.strip_prefix('%') else {
                return Ok(None);
            };
            // The argument of START_TIME is a strftime format, with marks of its own.
            let operator = after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(after.len());
            let argument = match after.get(operator..) {
                Some(rest) if rest.starts_with('(') => rest.find(')').unwrap_or(rest.len()),
                _ => 0,
            };
            let end =
                after.get(operator + argument..).and_then(|rest| rest.find('%')).map(|at| at + operator + argument);
            match end.and_then(|end| after.split_at_checked(end)) {
                Some((name, rest)) if !name.is_empty() => Ok(Some((name, rest.get(1..).unwrap_or_default()))),
                _ => Err(TemplateError::Unclosed(text.chars().take(40).collect())),
            }
        }
    }
}

/// `%h`, `%>s`, `%!200,304{Referer}i`, `%^FB`: the name keeps braces and the final letter.
fn apache_field(text: &str) -> Result<Option<(&str, &str)>, TemplateError> {
    let Some(after) = text.strip_prefix('%') else {
        return Ok(None);
    };
    // Path and query make the request target.
    if after.starts_with("U%q") {
        return Ok(after.split_at_checked(3));
    }
    let start =
        after.find(|c: char| !(c.is_ascii_digit() || matches!(c, '!' | ',' | '<' | '>'))).unwrap_or(after.len());
    let body = after.get(start..).unwrap_or_default();
    let end = if body.starts_with('{') {
        body.find('}').map(|at| at + 2).ok_or_else(|| TemplateError::Unclosed(text.to_owned()))?
    } else if body.starts_with('^') {
        3
    } else {
        1
    };
    Ok(body.split_at_checked(end))
}

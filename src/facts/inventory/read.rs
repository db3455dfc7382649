//! From the bytes of a description to its operations.

use serde_json::{Map, Value};

use super::{Authentication, Inventory, InventoryError, Operation, Server, Skipped};

/// The keys of a path item that are operations; `query` is of 3.2.
const METHODS: &[&str] = &["delete", "get", "head", "options", "patch", "post", "put", "query", "trace"];
/// References that lead to references.
const MAX_HOPS: usize = 8;
/// Servers that the values of a variable are spelt out for.
const MAX_SERVERS: usize = 64;

/// Reads an `OpenAPI` description in JSON or YAML. Parts that cannot be followed (references into other
/// files, paths that are no paths) are listed in [`Inventory::skipped`].
///
/// # Errors
/// If it is neither JSON nor YAML, with line and column; if it is no `OpenAPI` description, with the
/// place of what is missing.
pub fn read(bytes: &[u8]) -> Result<Inventory, InventoryError> {
    let document = document(bytes)?;
    let Some(root) = document.as_object() else {
        return Err(not_openapi("#", "no object"));
    };
    let version = ["openapi", "swagger"].iter().find_map(|k| root.get(*k)).map(text).unwrap_or_default();
    let swagger = version.starts_with("2.");
    if !swagger && !version.starts_with("3.") {
        let message = if version.is_empty() {
            "neither `openapi` nor `swagger` says a version".to_owned()
        } else {
            format!("version {version} is not known")
        };
        return Err(not_openapi(if root.contains_key("swagger") { "#/swagger" } else { "#/openapi" }, &message));
    }
    let title = root.get("info").and_then(|i| i.get("title")).map(text).unwrap_or_default();
    let mut reader = Reader { root, swagger, out: Inventory { title, version, ..Inventory::default() } };
    match root.get("paths") {
        Some(Value::Object(paths)) => reader.paths(paths),
        // A 3.1 description may hold webhooks only.
        None | Some(Value::Null) => {}
        Some(_) => return Err(not_openapi("#/paths", "no object")),
    }
    reader.out.operations.sort_by(|a, b| (&a.path, &a.method).cmp(&(&b.path, &b.method)));
    Ok(reader.out)
}

fn not_openapi(place: &str, message: &str) -> InventoryError {
    InventoryError::NotOpenApi { place: place.to_owned(), message: message.to_owned() }
}

/// The document as a tree.
pub(in crate::facts) fn document(bytes: &[u8]) -> Result<Value, InventoryError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'{') {
        match serde_json::from_slice(bytes) {
            Ok(value) => return Ok(value),
            Err(e) if e.is_data() || e.is_eof() => return Err(json_error(&e)),
            // YAML in flow style begins with a brace too.
            Err(e) => return yaml(bytes).map_err(|_| json_error(&e)),
        }
    }
    yaml(bytes)
}

fn json_error(e: &serde_json::Error) -> InventoryError {
    InventoryError::Syntax { line: e.line() as u64, column: e.column() as u64, message: e.to_string() }
}

fn yaml(bytes: &[u8]) -> Result<Value, InventoryError> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Err(InventoryError::Syntax { line: 0, column: 0, message: "not UTF-8".to_owned() });
    };
    // The parser itself bounds depth and what aliases may expand to.
    serde_yaml_ng::from_str(text).map_err(|e| {
        let (line, column) = e.location().map_or((0, 0), |l| (l.line() as u64, l.column() as u64));
        InventoryError::Syntax { line, column, message: e.to_string() }
    })
}

/// A scalar as text: YAML reads `swagger: 2.0` as a number.
fn text(value: &Value) -> String {
    match value {
        Value::String(s) => s.clone(),
        Value::Number(n) => n.to_string(),
        _ => String::new(),
    }
}

/// One reference token of a JSON pointer (RFC 6901).
fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

struct Reader<'d> {
    root: &'d Map<String, Value>,
    swagger: bool,
    out: Inventory,
}

impl<'d> Reader<'d> {
    fn skip(&mut self, place: &str, why: impl Into<String>) {
        self.out.skipped.push(Skipped { place: place.to_owned(), why: why.into() });
    }

    /// What a value is once its references are followed.
    fn resolve(&self, mut value: &'d Value) -> Result<&'d Value, String> {
        for _ in 0..MAX_HOPS {
            let Some(reference) = value.get("$ref").and_then(Value::as_str) else { return Ok(value) };
            let Some(pointer) = reference.strip_prefix("#/") else {
                return Err(format!("refers to another file, {reference}"));
            };
            let mut parts = pointer.split('/').map(|p| p.replace("~1", "/").replace("~0", "~"));
            let first = parts.next().and_then(|key| self.root.get(&key));
            let found = first.and_then(|first| {
                parts.try_fold(first, |at, key| match at {
                    Value::Array(items) => items.get(key.parse::<usize>().ok()?),
                    _ => at.get(&key),
                })
            });
            value = found.ok_or_else(|| format!("refers to {reference}, which does not exist"))?;
        }
        Err("refers to itself".to_owned())
    }

    fn paths(&mut self, paths: &'d Map<String, Value>) {
        for (path, item) in paths {
            let place = format!("#/paths/{}", escaped(path));
            if path.starts_with("x-") {
                continue;
            }
            if !path.starts_with('/') {
                self.skip(&place, "a path begins with `/`");
                continue;
            }
            match self.resolve(item) {
                Ok(Value::Object(item)) => self.item(path, item, &place),
                Ok(_) => self.skip(&place, "no object"),
                Err(why) => self.skip(&place, why),
            }
        }
    }

    fn item(&mut self, path: &str, item: &'d Map<String, Value>, place: &str) {
        for method in METHODS {
            let place = format!("{place}/{method}");
            match item.get(*method) {
                None => {}
                Some(Value::Object(operation)) => {
                    let servers = self.servers(operation, item);
                    let authentication = self.authentication(operation, item);
                    self.out.operations.push(Operation {
                        method: method.to_ascii_uppercase(),
                        path: path.to_owned(),
                        servers,
                        deprecated: operation.get("deprecated").is_some_and(is_true),
                        authentication,
                        place,
                    });
                }
                Some(_) => self.skip(&place, "no object"),
            }
        }
    }

    /// The servers of an operation, else of its path, else of the document.
    fn servers(&self, operation: &'d Map<String, Value>, item: &'d Map<String, Value>) -> Vec<Server> {
        let mut servers = Vec::new();
        if self.swagger {
            let base = self.root.get("basePath").map(text).unwrap_or_default();
            let host = self.root.get("host").map(text).unwrap_or_default().to_ascii_lowercase();
            servers.push(Server { host, base: base.trim_end_matches('/').to_owned() });
            return servers;
        }
        let listed = [operation, item, self.root]
            .into_iter()
            .find_map(|o| o.get("servers").and_then(Value::as_array).filter(|s| !s.is_empty()));
        for server in listed.into_iter().flatten() {
            for url in urls(server) {
                servers.push(server_of(&url));
            }
        }
        if servers.is_empty() {
            servers.push(Server { host: String::new(), base: String::new() });
        }
        servers.sort();
        servers.dedup();
        servers
    }

    fn authentication(&self, operation: &'d Map<String, Value>, item: &'d Map<String, Value>) -> Authentication {
        let said = operation.get("security").or_else(|| self.root.get("security")).and_then(Value::as_array);
        let by_scheme = said.map_or(Authentication::Unsaid, |list| {
            let empty = |v: &&Value| v.as_object().is_some_and(Map::is_empty);
            if list.is_empty() {
                Authentication::NotNeeded
            } else if list.iter().any(|v| empty(&v)) {
                Authentication::Optional
            } else {
                Authentication::Required
            }
        });
        // Many describe the header as a parameter and leave `security` out.
        if by_scheme == Authentication::Unsaid {
            let all = [operation, item].into_iter().filter_map(|o| o.get("parameters")?.as_array()).flatten();
            for parameter in all.filter_map(|p| self.resolve(p).ok()) {
                let name = parameter.get("name").map(text).unwrap_or_default().to_ascii_lowercase();
                let header = parameter.get("in").and_then(Value::as_str) == Some("header");
                if header && matches!(name.as_str(), "authorization" | "x-api-key" | "api-key" | "x-auth-token") {
                    let required = parameter.get("required").is_some_and(is_true);
                    return if required { Authentication::Required } else { Authentication::Optional };
                }
            }
        }
        by_scheme
    }
}

fn is_true(value: &Value) -> bool {
    value.as_bool().unwrap_or_else(|| value.as_str() == Some("true"))
}

/// The addresses of a server: its template with each value that its variables may take.
fn urls(server: &Value) -> Vec<String> {
    let mut urls = vec![server.get("url").map(text).unwrap_or_default()];
    for (name, variable) in server.get("variables").and_then(Value::as_object).into_iter().flatten() {
        let listed = variable.get("enum").and_then(Value::as_array).into_iter().flatten().map(text);
        let mut values: Vec<String> = variable.get("default").map(text).into_iter().chain(listed).collect();
        values.sort();
        values.dedup();
        let hole = format!("{{{name}}}");
        if values.is_empty() || !urls.iter().any(|u| u.contains(&hole)) {
            continue;
        }
        urls = urls.iter().flat_map(|u| values.iter().map(|v| u.replace(&hole, v))).take(MAX_SERVERS).collect();
    }
    urls
}

fn server_of(url: &str) -> Server {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let (host, base) = match url.split_once("://").map(|(_, rest)| rest).or_else(|| url.strip_prefix("//")) {
        Some(rest) => rest.split_at_checked(rest.find('/').unwrap_or(rest.len())).unwrap_or((rest, "")),
        None => ("", url),
    };
    let host = host.rsplit('@').next().unwrap_or_default().to_ascii_lowercase();
    // A variable without a value may be anything.
    let host = if host.contains('{') { String::new() } else { host };
    let base = base.trim_matches('/');
    Server { host, base: if base.is_empty() { String::new() } else { format!("/{base}") } }
}

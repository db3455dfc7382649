//! What has to be known before the rows come: templates, verdicts on fields, what endpoints return.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::Options;
use crate::case::{Case, CaseError};
use crate::classify::{ClassSet, Sensitivity};
use crate::exposure::ledger::Returns;
use crate::facts::builder::{Resolve, Resolved};
use crate::facts::row::SightingRow;
use crate::facts::template::{self, ShapeCount, Templates};
use crate::frame::rows::{self, CONFIDENCE_LEAST, Judge};
use crate::frame::schema::Table;

/// What is known before the rows come.
#[derive(Debug)]
pub(super) struct Context {
    templates: Templates,
    classes: Arc<ClassSet>,
    /// Verdict of a field: method and path shape, location, pointer, class.
    fields: HashMap<String, i16>,
    /// Classes in answers, by method and path shape.
    returns: HashMap<String, Vec<String>>,
    /// Classes in answers as the lens says, by template.
    said: BTreeMap<String, Vec<String>>,
    public: BTreeSet<String>,
}

impl Context {
    pub(super) fn new(case: &Case, options: &Options) -> Result<Self, CaseError> {
        let lens = &case.settings.lens;
        let shapes = rows::shapes(case.part_files(Table::Exchanges), options.window)?;
        let counts: Vec<ShapeCount<'_>> = shapes
            .iter()
            .map(|(method, host, path_shape, count, answered)| ShapeCount {
                method,
                host,
                path_shape,
                count: *count,
                answered: *answered,
            })
            .collect();
        let templates = template::learn(&counts, &lens.templates);
        let mut context = Self {
            templates,
            classes: Arc::clone(&options.classes),
            fields: HashMap::new(),
            returns: HashMap::new(),
            said: lens.returns.clone(),
            public: lens.public.iter().cloned().collect(),
        };
        context.judge_fields(rows::fields(case.part_files(Table::Fields))?);
        Ok(context)
    }

    fn judge_fields(&mut self, fields: Vec<rows::FieldRow>) {
        for f in fields {
            if f.location.is_response() && f.passing > 0 {
                self.returns.entry(f.endpoint.clone()).or_default().push(f.class.clone());
            }
        }
        for classes in self.returns.values_mut() {
            classes.sort_unstable();
            classes.dedup();
        }
    }

    fn template(&self, host: &str, path_shape: &str) -> &str {
        self.templates.apply(host, path_shape, path_shape).0
    }
}

impl Resolve for &Context {
    fn resolve(&self, _method: &str, host: &str, path_shape: &str) -> Resolved {
        let (template, values) = self.templates.apply(host, path_shape, path_shape);
        // A segment in braces was an identifier to begin with: its value is in `identifiers`.
        let slugs = values.filter(|(_, segment)| !segment.contains('{'));
        Resolved {
            template: template.to_owned(),
            slugs: slugs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        }
    }

    fn class(&self, class: &str) -> (Sensitivity, bool) {
        self.classes.meta(class).map_or((Sensitivity::Business, false), |m| (m.sensitivity, m.identifies))
    }
}

impl Returns for &Context {
    fn returns(&self, method: &str, host: &str, path_shape: &str) -> &[String] {
        if let Some(said) = self.said.get(self.template(host, path_shape)) {
            return said;
        }
        self.returns.get(&format!("{method} {path_shape}")).map_or(&[], Vec::as_slice)
    }

    fn identifies(&self, class: &str) -> bool {
        self.classes.meta(class).is_some_and(|m| m.identifies)
    }

    fn is_public(&self, _method: &str, host: &str, path_shape: &str) -> bool {
        !self.public.is_empty() && self.public.contains(self.template(host, path_shape))
    }
}

impl Judge for Context {
    fn confidence(&self, method: &str, path_shape: &str, s: &SightingRow<'_>) -> u8 {
        let key = field_key(&format!("{method} {path_shape}"), s.location.code(), s.pointer, s.class);
        match self.fields.get(&key) {
            Some(change) => (i16::from(s.confidence) + change).clamp(0, 100) as u8,
            None => s.confidence,
        }
    }
}

fn field_key(endpoint: &str, location: &str, pointer: &str, class: &str) -> String {
    let _ = CONFIDENCE_LEAST;
    [endpoint, location, pointer, class].join("\0")
}

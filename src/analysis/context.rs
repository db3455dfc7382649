//! What has to be known before the rows come: templates, verdicts on fields, what endpoints return.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::Options;
use crate::case::{Case, CaseError};
use crate::classify::{ClassSet, FieldTotal, FieldVerdict, Sensitivity, fields};
use crate::exposure::ledger::Returns;
use crate::facts::builder::{Resolve, Resolved};
use crate::facts::row::SightingRow;
use crate::facts::template::{self, ShapeCount, Templates};
use crate::frame::rows::{self, Judge};
use crate::frame::schema::Table;

/// What is known before the rows come.
#[derive(Debug)]
pub(super) struct Context {
    templates: Templates,
    /// How bad each class is to lose, and whether it identifies one person.
    classes: HashMap<String, (Sensitivity, bool)>,
    /// Verdicts that are not to keep what is there, by a hash of the field.
    fields: HashMap<u64, FieldVerdict>,
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
            classes: options
                .classes
                .iter()
                .map(|(_, c)| c.meta())
                .map(|m| (m.id.to_owned(), (m.sensitivity, m.identifies)))
                .collect(),
            fields: HashMap::new(),
            returns: HashMap::new(),
            said: lens.returns.clone(),
            public: lens.public.iter().cloned().collect(),
        };
        context.judge_fields(&options.classes, &rows::fields(case.part_files(Table::Fields))?);
        Ok(context)
    }

    fn judge_fields(&mut self, classes: &ClassSet, fields: &[FieldTotal]) {
        for judged in fields::judge_all(classes, fields.iter().map(FieldTotal::as_count)) {
            let f = judged.field;
            if judged.verdict != FieldVerdict::Keep {
                self.fields.insert(field_key(&f.endpoint, f.location.code(), &f.pointer, &f.class), judged.verdict);
            }
            if f.location.is_response() && f.passing > 0 && judged.verdict != FieldVerdict::Kill {
                self.returns.entry(f.endpoint).or_default().push(f.class);
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
        let learnt = self.templates.find(host, path_shape).and_then(|at| self.templates.all().get(at));
        // A segment in braces was an identifier to begin with: its value is in `identifiers`.
        let slugs = values.filter(|(_, segment)| !segment.contains('{'));
        Resolved {
            host: learnt.map_or(host, |t| &t.host).to_owned(),
            template: template.to_owned(),
            slugs: slugs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        }
    }

    fn class(&self, class: &str) -> (Sensitivity, bool) {
        self.classes.get(class).copied().unwrap_or((Sensitivity::Business, false))
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
        self.classes.get(class).is_some_and(|c| c.1)
    }

    fn is_public(&self, _method: &str, host: &str, path_shape: &str) -> bool {
        !self.public.is_empty() && self.public.contains(self.template(host, path_shape))
    }
}

impl Judge for Context {
    fn counts(&self, method: &str, path_shape: &str, s: &SightingRow<'_>) -> bool {
        if self.fields.is_empty() {
            return FieldVerdict::Keep.counts(s.confidence);
        }
        let key = field_key(&format!("{method} {path_shape}"), s.location.code(), s.pointer, s.class);
        self.fields.get(&key).copied().unwrap_or(FieldVerdict::Keep).counts(s.confidence)
    }
}

fn field_key(endpoint: &str, location: &str, pointer: &str, class: &str) -> u64 {
    [endpoint, location, pointer, class].iter().fold(0, |seed, part| xxh3_64_with_seed(part.as_bytes(), seed))
}

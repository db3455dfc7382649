//! A line format told by a format string: see [`super::template`].

use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::domain::{Exchange, Reason};

use super::format::{Format, Meta, Read, Reader, Sample};
use super::target::Scratch;
use super::template::{Names, Syntax, Tail, Template};

/// Looks at a line that fits the template: fills what the fields tell together, or says that the
/// line is something else after all.
pub type Finish = fn(&mut Exchange<'_>) -> Result<Read, Reason>;

/// A built-in line format.
pub struct LineFormat {
    /// What is known of it.
    pub meta: Meta,
    /// Format strings, tried in this order; more than one where versions differ.
    pub templates: &'static [&'static str],
    /// Their syntax.
    pub syntax: Syntax,
    /// What the field names mean.
    pub names: Names,
    /// What may follow.
    pub tail: Tail,
    /// The last look.
    pub finish: Finish,
    /// Records that it must read.
    pub samples: &'static [Sample],
    /// The templates, compiled at first use: start it as `OnceLock::new()`.
    pub compiled: OnceLock<Arc<[Template]>>,
}

impl fmt::Debug for LineFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LineFormat").field("id", &self.meta.id).finish_non_exhaustive()
    }
}

/// For formats whose fields stand alone: an access-log line has a request or at least a status.
pub fn any_request(x: &mut Exchange<'_>) -> Result<Read, Reason> {
    if x.has_request() || x.get_int(crate::domain::Int::Status).is_some() {
        Ok(Read::Exchange)
    } else {
        Err(Reason::MissingRequest)
    }
}

impl Format for LineFormat {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn reader(&self) -> Box<dyn Reader> {
        let templates = self.compiled.get_or_init(|| {
            // A built-in string that does not compile reads nothing; the sample test finds it.
            self.templates
                .iter()
                .filter_map(|t| Template::compile(t, self.syntax, self.names, self.tail).ok())
                .collect()
        });
        Box::new(LineReader { templates: Arc::clone(templates), finish: self.finish })
    }

    fn samples(&self) -> &'static [Sample] {
        self.samples
    }
}

/// Reads lines by the first of several templates that fits. Always in their order: what was read
/// before must not decide which of two fitting templates a line gets.
pub struct LineReader {
    templates: Arc<[Template]>,
    finish: Finish,
}

impl LineReader {
    /// A reader over compiled templates.
    pub fn new(templates: Arc<[Template]>, finish: Finish) -> Self {
        Self { templates, finish }
    }
}

impl fmt::Debug for LineReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LineReader").field("templates", &self.templates).finish_non_exhaustive()
    }
}

impl Reader for LineReader {
    fn read<'a>(&mut self, record: &'a [u8], x: &mut Exchange<'a>, s: &mut Scratch<'a>) -> Result<Read, Reason> {
        if let [only] = &*self.templates {
            return only.read(record, x, s).and_then(|()| (self.finish)(x));
        }
        let mut reason = Reason::NotThisFormat;
        let mark = x.mark();
        for template in self.templates.iter() {
            match template.read(record, x, s).and_then(|()| (self.finish)(x)) {
                Ok(read) => return Ok(read),
                Err(why) => {
                    if why != Reason::NotThisFormat {
                        reason = why;
                    }
                    x.reset(&mark);
                }
            }
        }
        Err(reason)
    }
}

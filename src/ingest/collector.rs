//! The sink of one chunk: rows for the frames, with what ingest itself decides about each.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::actor::Actors;
use super::settings::Settings;
use super::tally::Tally;
use crate::classify::signals::Inspector;
use crate::classify::{Classifier, FieldTotal, Fingerprinter};
use crate::domain::time::SECOND;
use crate::domain::{Body, Exchange, Ignorable, Micros, Place, Reason, Text};
use crate::facts::path_shape;
use crate::frame::builder::{Derived, ExchangeBuilder, RejectBuilder};
use crate::frame::findings::FindingsBuilder;
use crate::parse::Sink;

/// A wall-clock time, read as if UTC, put right for a zone. In the hour that a clock change repeats
/// or skips, the offset before the change counts.
pub fn to_utc(wall: Micros, zone: &TimeZone) -> Micros {
    let Ok(as_if_utc) = Timestamp::from_microsecond(wall) else { return wall };
    let civil = TimeZone::UTC.to_datetime(as_if_utc);
    zone.to_ambiguous_timestamp(civil).compatible().unwrap_or(as_if_utc).as_microsecond()
}

/// Offsets of a zone, looked up once an hour of log.
struct ZoneCache<'z> {
    zone: &'z TimeZone,
    hour: Option<i64>,
    offset: Micros,
}

impl ZoneCache<'_> {
    /// A wall-clock time, read as if UTC, put right: subtracts the zone's offset at that wall time.
    /// In the hour that a clock change repeats or skips, the offset before the change counts.
    fn utc(&mut self, wall: Micros) -> Micros {
        let hour = wall.div_euclid(900 * SECOND);
        if self.hour != Some(hour) {
            self.hour = Some(hour);
            self.offset = wall - to_utc(wall, self.zone);
        }
        wall - self.offset
    }
}

/// What a parsing thread fills and keeps from chunk to chunk.
pub(super) struct Builders {
    pub(super) exchanges: ExchangeBuilder,
    pub(super) rejects: RejectBuilder,
    pub(super) findings: FindingsBuilder,
    classifier: Classifier,
    inspector: Inspector,
    who: Actors,
}

impl Builders {
    pub(super) fn new(evidence_id: i64, settings: &Settings, fingerprinter: &Fingerprinter) -> Self {
        Self {
            exchanges: ExchangeBuilder::new(evidence_id),
            rejects: RejectBuilder::new(evidence_id),
            findings: FindingsBuilder::new(evidence_id),
            classifier: Classifier::new(Arc::clone(&settings.classes), fingerprinter.clone()),
            inspector: Inspector::new(),
            who: Actors::new(fingerprinter.clone(), evidence_id),
        }
    }

    /// Forgets all rows and begins with those of this evidence; keeps the room.
    pub(super) fn clear(&mut self, evidence_id: i64) {
        self.exchanges.clear(evidence_id);
        self.rejects.clear(evidence_id);
        self.findings.clear(evidence_id);
        self.who.evidence_id = evidence_id;
    }
}

/// Collects what a chunk yields.
pub(super) struct Collector<'z> {
    pub(super) exchanges: ExchangeBuilder,
    pub(super) rejects: RejectBuilder,
    pub(super) tally: Tally,
    findings: FindingsBuilder,
    settings: &'z Settings,
    zone: ZoneCache<'z>,
    shape: Vec<u8>,
    shape_of: Vec<u8>,
    who: Actors,
    classifier: Classifier,
    inspector: Inspector,
    /// An ignorable span that the next one may continue.
    open: Option<(Place, Ignorable)>,
    last_format: String,
    last_format_rows: u64,
}

impl<'z> Collector<'z> {
    /// Collects into these builders, which are cleared.
    pub(super) fn new(builders: Builders, settings: &'z Settings) -> Self {
        let Builders { exchanges, rejects, findings, classifier, inspector, who } = builders;
        Self {
            exchanges,
            rejects,
            tally: Tally::default(),
            findings,
            settings,
            zone: ZoneCache { zone: &settings.zone, hour: None, offset: 0 },
            shape: Vec::new(),
            shape_of: Vec::new(),
            classifier,
            inspector,
            who,
            open: None,
            last_format: String::new(),
            last_format_rows: 0,
        }
    }

    fn close(&mut self) {
        if let Some((place, what)) = self.open.take() {
            self.rejects.push(place, "ignorable", what.code());
            self.tally.ignorable_bytes += place.length;
        }
    }

    /// Counts formats in runs: one lookup a run instead of one a row.
    fn close_run(&mut self) {
        if self.last_format_rows > 0 {
            self.tally.see_format(&self.last_format);
            if let Some(n) = self.tally.formats.get_mut(&self.last_format) {
                *n += self.last_format_rows - 1;
            }
            self.last_format_rows = 0;
        }
    }

    /// Ends the chunk.
    pub(super) fn finish(mut self) -> (Builders, Vec<FieldTotal>, Tally) {
        self.close();
        self.close_run();
        self.tally.repaired = self.exchanges.repaired;
        let fields = self.classifier.take_fields();
        let Self { exchanges, rejects, findings, classifier, inspector, who, tally, .. } = self;
        (Builders { exchanges, rejects, findings, classifier, inspector, who }, fields, tally)
    }
}

/// `present` or `incomplete`, where the parser did not look closer itself.
fn body_state(x: &Exchange<'_>, body: Option<Body<'_>>, field: Text) -> Option<&'static str> {
    let body = body.filter(|_| x.get(field).is_none())?;
    Some(if body.complete { "present" } else { "incomplete" })
}

impl Sink for Collector<'_> {
    fn exchange(&mut self, place: Place, format: &str, raw: &[u8], x: &Exchange<'_>) {
        self.close();
        if format != self.last_format {
            self.close_run();
            format.clone_into(&mut self.last_format);
        }
        self.last_format_rows += 1;
        let time = x.time.map(|at| if x.zone_assumed { self.zone.utc(at) } else { at });
        if let Some(at) = time {
            self.tally.see_time(at);
        }
        let peer = x.get(Text::PeerAddress);
        let client =
            x.get(Text::ClientAddress).or_else(|| self.settings.trusted.client(peer, x.get(Text::ForwardedFor)));
        let path = x.get(Text::Path);
        if let Some(path) = path
            && path != self.shape_of.as_slice()
        {
            path_shape(path, &mut self.shape);
            path.clone_into(&mut self.shape_of);
        }
        self.who.see(x, client);
        let derived = Derived {
            time,
            client,
            path_shape: path.map(|_| self.shape.as_slice()),
            actor: Some(&self.who.key),
            credential: self.who.credential.as_ref().map(<[u8; 32]>::as_slice),
            request_body_state: body_state(x, x.request_body, Text::RequestBodyState),
            response_body_state: body_state(x, x.response_body, Text::ResponseBodyState),
        };
        self.exchanges.push(place, format, raw, x, &derived);
        self.findings.place = place;
        self.classifier.exchange(x, path.map(|_| self.shape.as_slice()), &mut self.findings);
        self.inspector.exchange(x, &mut self.findings);
        self.tally.exchanges += 1;
        self.tally.exchange_bytes += place.length;
    }

    fn reject(&mut self, place: Place, reason: Reason) {
        self.close();
        self.rejects.push(place, "reject", reason.code());
        self.tally.rejects += 1;
        self.tally.reject_bytes += place.length;
    }

    fn ignorable(&mut self, place: Place, what: Ignorable) {
        match &mut self.open {
            Some((open, kind)) if *kind == what && open.end() == place.offset => open.length += place.length,
            _ => {
                self.close();
                self.open = Some((place, what));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wall_clock_to_utc() {
        let zone = TimeZone::get("Asia/Kolkata").unwrap();
        let mut cache = ZoneCache { zone: &zone, hour: None, offset: 0 };
        // 2024-09-11 02:54:00 IST is 2024-09-10 21:24:00 UTC.
        let wall = 1_726_023_240 * SECOND;
        assert_eq!(cache.utc(wall), 1_726_003_440 * SECOND);
        assert_eq!(cache.utc(wall + 7), 1_726_003_440 * SECOND + 7);
    }
}

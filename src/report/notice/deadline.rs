//! Deadlines. Hours are counted from the moment of awareness; days and business days in the zone
//! where the regime applies.

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use crate::domain::Micros;

/// A deadline's length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// Without delay: no length.
    AtOnce,
    /// So many hours after awareness.
    Hours(i64),
    /// The end of the so-manieth calendar day after the day of awareness.
    Days(i64),
    /// The end of the so-manieth weekday after the day of awareness. A day of awareness on a weekend
    /// needs no rule of its own: the first weekday after it is the first (Form 8-K, General
    /// Instruction B.1). Holidays are not known here.
    BusinessDays(u32),
}

const UNKNOWN: &str = "cannot be computed";

/// Date and clock in a zone.
fn local(at: Micros, zone: &str) -> Option<DateTime> {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    Some(zone.to_datetime(Timestamp::from_microsecond(at).ok()?))
}

/// `2026-11-24 00:10 UTC (05:40 on 2026-11-24, Asia/Kolkata)`.
pub(super) fn moment(at: Micros, zone: &str) -> String {
    let (Some(utc), Some(there)) = (local(at, "UTC"), local(at, zone)) else { return UNKNOWN.to_owned() };
    let utc = utc.strftime("%Y-%m-%d %H:%M UTC");
    if zone == "UTC" { utc.to_string() } else { format!("{utc} ({}, {zone})", there.strftime("%H:%M on %Y-%m-%d")) }
}

/// Until when, in words.
pub(super) fn until(when: When, aware_at: Micros, zone: &str) -> String {
    let end = |date: Option<Date>| {
        let date = date.map(|d| format!("end of {} ({zone})", d.strftime("%A, %Y-%m-%d")));
        date.unwrap_or_else(|| UNKNOWN.to_owned())
    };
    let day = || local(aware_at, zone).map(DateTime::date);
    match when {
        When::AtOnce => "without delay".to_owned(),
        When::Hours(hours) => {
            aware_at.checked_add(hours * 3_600_000_000).map_or(UNKNOWN.to_owned(), |at| moment(at, zone))
        }
        When::Days(days) => end(day().and_then(|d| d.checked_add(Span::new().try_days(days).ok()?).ok())),
        When::BusinessDays(days) => end(day().and_then(|d| business_days(d, days))),
    }
}

/// The so-manieth weekday after a date.
fn business_days(date: Date, days: u32) -> Option<Date> {
    let mut date = date;
    let mut left = days;
    while left > 0 {
        date = date.tomorrow().ok()?;
        if !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) {
            left -= 1;
        }
    }
    Some(date)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::iso;

    fn at(text: &str) -> Micros {
        iso(text.as_bytes()).unwrap().at
    }

    /// Worked out with a calendar: 2026-11-20 is a Friday.
    #[test]
    fn weekends_do_not_count() {
        let due = |aware: &str| until(When::BusinessDays(4), at(aware), "America/New_York");
        assert_eq!(due("2026-11-20T15:00:00Z"), "end of Thursday, 2026-11-26 (America/New_York)");
        assert_eq!(due("2026-11-21T15:00:00Z"), "end of Thursday, 2026-11-26 (America/New_York)");
        assert_eq!(due("2026-11-22T15:00:00Z"), "end of Thursday, 2026-11-26 (America/New_York)");
        assert_eq!(due("2026-11-23T15:00:00Z"), "end of Friday, 2026-11-27 (America/New_York)");
        // 03:00 UTC on Monday is 22:00 on Sunday in New York.
        assert_eq!(due("2026-11-23T03:00:00Z"), "end of Thursday, 2026-11-26 (America/New_York)");
    }

    #[test]
    fn hours_and_days_are_counted_from_awareness() {
        let aware = at("2026-11-24T00:10:00Z");
        assert_eq!(until(When::Hours(72), aware, "UTC"), "2026-11-27 00:10 UTC");
        assert_eq!(
            until(When::Hours(6), aware, "Asia/Kolkata"),
            "2026-11-24 06:10 UTC (11:40 on 2026-11-24, Asia/Kolkata)"
        );
        // 23 November in New York; 7 days of November and 31 of December leave 22 of January.
        assert_eq!(until(When::Days(60), aware, "America/New_York"), "end of Friday, 2027-01-22 (America/New_York)");
    }

    #[test]
    fn no_moment_is_too_far() {
        assert_eq!(until(When::Hours(72), i64::MAX, "UTC"), UNKNOWN);
        assert_eq!(until(When::BusinessDays(4), i64::MIN, "UTC"), UNKNOWN);
        assert_eq!(moment(i64::MAX, "UTC"), UNKNOWN);
    }
}

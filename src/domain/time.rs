//! Time as the frames store it: microseconds since 1970-01-01 UTC. Reading the ways in which logs
//! write it down; by hand, because every line has one and the date part seldom changes.

/// Microseconds since the Unix epoch, UTC.
pub type Micros = i64;

/// Microseconds in a second.
pub const SECOND: Micros = 1_000_000;

/// Years that a log or capture can name. Outside of it a number is no time (a counter, a typo).
const YEARS: std::ops::RangeInclusive<i64> = 1970..=2200;

/// A time and whether its source named a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// The moment, read as UTC where no zone was named.
    pub at: Micros,
    /// Whether a zone or offset stood beside it.
    pub zoned: bool,
}

/// Days from 1970-01-01 to a civil date (Howard Hinnant, "chrono-compatible low-level date
/// algorithms", `days_from_civil`). `None` for a date that does not exist.
pub fn days_from_civil(year: i64, month: u32, day: u32) -> Option<i64> {
    const DAYS: [u32; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let mut last = *DAYS.get((month as usize).checked_sub(1)?)?;
    if month == 2 && leap {
        last += 1;
    }
    if day == 0 || day > last || !YEARS.contains(&year) {
        return None;
    }
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let year_of_era = y - era * 400;
    let month = i64::from(month);
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

/// A reader over the bytes of a time.
struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn peek(&self) -> Option<u8> {
        self.0.first().copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let hit = self.peek() == Some(byte);
        if hit {
            self.0 = self.0.get(1..).unwrap_or_default();
        }
        hit
    }

    /// Between `min` and `max` digits.
    fn digits(&mut self, min: usize, max: usize) -> Option<i64> {
        let n = self.0.iter().take(max).take_while(|b| b.is_ascii_digit()).count();
        if n < min {
            return None;
        }
        let (head, tail) = self.0.split_at_checked(n)?;
        self.0 = tail;
        Some(head.iter().fold(0, |v, b| v * 10 + i64::from(b - b'0')))
    }

    /// `.123456789` or `,123` as microseconds; nothing there is 0. Digits past the sixth are cut.
    fn fraction(&mut self) -> Micros {
        if !(self.eat(b'.') || self.eat(b',')) {
            return 0;
        }
        let mut value = 0;
        let mut scale = SECOND;
        while let Some(b @ b'0'..=b'9') = self.peek() {
            self.0 = self.0.get(1..).unwrap_or_default();
            scale /= 10;
            value += scale * i64::from(b - b'0');
        }
        value
    }

    /// `hh:mm:ss[.fff]` as microseconds of the day. 24:00:00 and leap seconds pass.
    fn clock(&mut self) -> Option<Micros> {
        let hour = self.digits(1, 2)?;
        if !self.eat(b':') {
            return None;
        }
        let minute = self.digits(2, 2)?;
        let second = if self.eat(b':') { self.digits(2, 2)? } else { 0 };
        if hour > 24 || minute > 59 || second > 60 {
            return None;
        }
        Some((hour * 3600 + minute * 60 + second) * SECOND + self.fraction())
    }

    /// `Z`, ` UTC`, `+05:30`, `-0500`, ` +02`; `None` inside where there is no zone, outer `None`
    /// where what follows is no zone.
    #[expect(clippy::option_option, reason = "no zone and a wrong zone differ")]
    fn zone(&mut self) -> Option<Option<Micros>> {
        while self.eat(b' ') {}
        match self.peek() {
            None => Some(None),
            Some(b'Z' | b'z') => {
                self.eat(b'Z');
                self.eat(b'z');
                self.0.is_empty().then_some(Some(0))
            }
            Some(sign @ (b'+' | b'-')) => {
                self.eat(sign);
                let hours = self.digits(2, 2)?;
                self.eat(b':');
                let minutes = if self.0.is_empty() { 0 } else { self.digits(2, 2)? };
                let offset = (hours * 3600 + minutes * 60) * SECOND;
                (self.0.is_empty() && hours < 24).then_some(Some(if sign == b'-' { -offset } else { offset }))
            }
            Some(_) => matches!(self.0, b"UTC" | b"GMT").then_some(Some(0)),
        }
    }
}

/// `2024-09-11T02:54:00.123+05:30`, with ` ` or `T`, `-` or `/`, any number of fraction digits
/// (`.` or `,`), `Z`, `UTC`, `+0530`, `+05:30` or no zone (RFC 3339 and what passes for it).
pub fn iso(text: &[u8]) -> Option<Stamp> {
    let mut c = Cursor(text);
    let year = c.digits(4, 4)?;
    let sep = c.peek().filter(|b| matches!(b, b'-' | b'/'))?;
    c.eat(sep);
    let month = c.digits(1, 2)?;
    if !c.eat(sep) {
        return None;
    }
    let day = c.digits(1, 2)?;
    let days = days_from_civil(year, u32::try_from(month).ok()?, u32::try_from(day).ok()?)?;
    if !(c.eat(b'T') || c.eat(b't') || c.eat(b' ')) {
        return None;
    }
    let clock = c.clock()?;
    let zone = c.zone()?;
    Some(Stamp { at: days * 86_400 * SECOND + clock - zone.unwrap_or(0), zoned: zone.is_some() })
}

/// Number of an English month's first three letters, any case.
fn month(name: &[u8]) -> Option<u32> {
    const NAMES: [&[u8; 3]; 12] =
        [b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"];
    let at = NAMES.iter().position(|n| n.eq_ignore_ascii_case(name))?;
    u32::try_from(at + 1).ok()
}

/// `11/Sep/2024:02:54:00 +0530`, also with a fraction after the seconds and without a zone
/// (HAProxy), and with a blank instead of the first colon.
pub fn clf(text: &[u8]) -> Option<Stamp> {
    let mut c = Cursor(text);
    let day = c.digits(1, 2)?;
    if !c.eat(b'/') {
        return None;
    }
    let (name, rest) = c.0.split_at_checked(3)?;
    c.0 = rest;
    let month = month(name)?;
    if !c.eat(b'/') {
        return None;
    }
    let year = c.digits(4, 4)?;
    let days = days_from_civil(year, month, u32::try_from(day).ok()?)?;
    if !(c.eat(b':') || c.eat(b' ')) {
        return None;
    }
    let clock = c.clock()?;
    let zone = c.zone()?;
    Some(Stamp { at: days * 86_400 * SECOND + clock - zone.unwrap_or(0), zoned: zone.is_some() })
}

/// `Sep 11 02:54:00` as syslog writes it (RFC 3164): no year, no zone. `year` is the caller's.
pub fn syslog(text: &[u8], year: i64) -> Option<Stamp> {
    let (name, rest) = text.split_at_checked(3)?;
    let month = month(name)?;
    let mut c = Cursor(rest);
    while c.eat(b' ') {}
    let day = c.digits(1, 2)?;
    if !c.eat(b' ') {
        return None;
    }
    let days = days_from_civil(year, month, u32::try_from(day).ok()?)?;
    let clock = c.clock()?;
    Some(Stamp { at: days * 86_400 * SECOND + clock, zoned: false })
}

/// A plain decimal number, sign and fraction allowed, times `scale`: `("0.173", 1_000_000)` is
/// 173,000. Digits below one are cut. `None` for anything else, and where it does not fit.
pub fn scaled(text: &[u8], scale: i64) -> Option<i64> {
    let (negative, digits) = match text.split_first()? {
        (b'-', rest) => (true, rest),
        (b'+', rest) => (false, rest),
        _ => (false, text),
    };
    let mut value: i64 = 0;
    let mut at = 0;
    while let Some(b @ b'0'..=b'9') = digits.get(at).copied() {
        value = value.checked_mul(10)?.checked_add(i64::from(b - b'0'))?;
        at += 1;
    }
    let whole = at > 0;
    value = value.checked_mul(scale)?;
    if digits.get(at) == Some(&b'.') {
        at += 1;
        let mut unit = scale;
        let from = at;
        while let Some(b @ b'0'..=b'9') = digits.get(at).copied() {
            unit /= 10;
            value = value.checked_add(unit * i64::from(b - b'0'))?;
            at += 1;
        }
        if !whole && at == from {
            return None;
        }
    } else if !whole {
        return None;
    }
    if at != digits.len() {
        return exponent(text, scale);
    }
    Some(if negative { -value } else { value })
}

/// `1.7e9`-like numbers: some encoders write epochs so. Rare, so the slow way will do.
fn exponent(text: &[u8], scale: i64) -> Option<i64> {
    if !text.iter().any(|b| matches!(b, b'e' | b'E')) {
        return None;
    }
    let value: f64 = std::str::from_utf8(text).ok()?.parse().ok()?;
    #[expect(clippy::cast_precision_loss, reason = "scale is at most 10^9")]
    let value = (value * scale as f64).round();
    (value.abs() < 9.0e18).then_some(value as i64)
}

/// `hh:mm:ss[.fff]` as microseconds of the day.
pub fn of_day(text: &[u8]) -> Option<i64> {
    let mut parts = text.split(|b| *b == b':');
    let (h, m, s) = (parts.next()?, parts.next()?, parts.next()?);
    let plain = |t: &[u8]| (1..=2).contains(&t.len()) && t.iter().all(u8::is_ascii_digit);
    if parts.next().is_some() || !plain(h) || !plain(m) || !s.first().is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let (hours, minutes, seconds) = (scaled(h, 1)?, scaled(m, 1)?, scaled(s, SECOND)?);
    (hours < 24 && minutes < 60 && seconds <= 60 * SECOND).then_some((hours * 3600 + minutes * 60) * SECOND + seconds)
}

/// An epoch whose unit is told by its size: seconds (fraction allowed), milli-, micro- or
/// nanoseconds. Good from 1973 to 2200: no unit's range overlaps another's.
pub fn epoch(text: &[u8]) -> Option<Stamp> {
    let seconds = scaled(text, 1)?;
    let at = match seconds.unsigned_abs() {
        0..100_000_000 => return None,
        100_000_000..10_000_000_000 => scaled(text, SECOND)?,
        10_000_000_000..10_000_000_000_000 => scaled(text, 1_000)?,
        10_000_000_000_000..10_000_000_000_000_000 => seconds,
        _ => seconds / 1_000,
    };
    Some(Stamp { at, zoned: true })
}

/// Writes `2024-09-11T02:54:00.123456Z`; the fraction only where there is one.
pub fn rfc3339(at: Micros) -> String {
    let days = at.div_euclid(86_400 * SECOND);
    let of_day = at.rem_euclid(86_400 * SECOND);
    let (year, month, day) = civil_from_days(days);
    let (seconds, micros) = (of_day / SECOND, of_day % SECOND);
    let clock = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    let fraction = match micros {
        0 => String::new(),
        m if m % 1000 == 0 => format!(".{:03}", m / 1000),
        m => format!(".{m:06}"),
    };
    format!("{year:04}-{month:02}-{day:02}T{clock}{fraction}Z")
}

/// Civil date of a day count (Hinnant, `civil_from_days`).
pub fn civil_from_days(days: i64) -> (i64, u32, u32) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i64::from(month <= 2);
    (year, month as u32, day as u32)
}

/// Remembers the last date so that a line of the same day costs six digits: what makes reading
/// times cheap. Results do not depend on what was remembered.
#[derive(Debug, Default, Clone)]
pub struct DateCache {
    /// `11/Sep/2024:` and the offset behind it.
    clf_date: [u8; 12],
    clf_zone: [u8; 6],
    clf_base: Micros,
    /// `2024-09-11T`.
    iso_date: [u8; 11],
    iso_base: Micros,
}

/// Six digits at fixed places `hh?mm?ss`, as microseconds of the day.
fn fixed_clock(t: [u8; 8]) -> Option<Micros> {
    let [h1, h2, c1, m1, m2, c2, s1, s2] = t;
    let digit = |b: u8| b.is_ascii_digit().then(|| i64::from(b - b'0'));
    if c1 != b':' || c2 != b':' {
        return None;
    }
    let hour = digit(h1)? * 10 + digit(h2)?;
    let minute = digit(m1)? * 10 + digit(m2)?;
    let second = digit(s1)? * 10 + digit(s2)?;
    (hour <= 24 && minute < 60 && second <= 60).then_some((hour * 3600 + minute * 60 + second) * SECOND)
}

impl DateCache {
    /// As [`clf`].
    pub fn clf(&mut self, text: &[u8]) -> Option<Stamp> {
        let fast = || -> Option<Stamp> {
            let (date, rest) = text.split_first_chunk::<12>()?;
            let (clock, rest) = rest.split_first_chunk::<8>()?;
            let zone = rest.first_chunk::<6>().filter(|_| rest.len() == 6)?;
            if *date != self.clf_date || *zone != self.clf_zone {
                return None;
            }
            Some(Stamp { at: self.clf_base + fixed_clock(*clock)?, zoned: true })
        };
        if let Some(stamp) = fast() {
            return Some(stamp);
        }
        let stamp = clf(text)?;
        if let Some((date, rest)) = text.split_first_chunk::<12>()
            && let Some((clock, zone)) = rest.split_first_chunk::<8>()
            && let Ok(zone) = <[u8; 6]>::try_from(zone)
            && let Some(of_day) = fixed_clock(*clock)
        {
            self.clf_date = *date;
            self.clf_zone = zone;
            self.clf_base = stamp.at - of_day;
        }
        Some(stamp)
    }

    /// As [`iso`].
    pub fn iso(&mut self, text: &[u8]) -> Option<Stamp> {
        let fast = || -> Option<Stamp> {
            let (date, rest) = text.split_first_chunk::<11>()?;
            let (clock, rest) = rest.split_first_chunk::<8>()?;
            if *date != self.iso_date {
                return None;
            }
            let mut tail = Cursor(rest);
            let fraction = tail.fraction();
            let zone = tail.zone()?;
            let at = self.iso_base + fixed_clock(*clock)? + fraction - zone.unwrap_or(0);
            Some(Stamp { at, zoned: zone.is_some() })
        };
        if let Some(stamp) = fast() {
            return Some(stamp);
        }
        let stamp = iso(text)?;
        if let Some((date, _)) = text.split_first_chunk::<11>() {
            let midnight = [date.as_slice(), b"00:00:00Z"].concat();
            if let Some(base) = iso(&midnight) {
                self.iso_date = *date;
                self.iso_base = base.at;
            }
        }
        Some(stamp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Expectations: `date -u -d '…' +%s`.
    const AT: Micros = 1_726_003_440 * SECOND;

    #[test]
    fn iso_reads_what_captures_write() {
        for text in [
            "2024-09-10T21:24:00Z",
            "2024-09-11T02:54:00+05:30",
            "2024-09-11 02:54:00.000 +0530",
            "2024/09/10 21:24:00 UTC",
            "2024-09-10T21:24:00.0000000Z",
            "2024-09-10t21:24:00,000z",
        ] {
            assert_eq!(iso(text.as_bytes()), Some(Stamp { at: AT, zoned: true }), "{text}");
        }
        assert_eq!(iso(b"2024-09-10 21:24:00,838"), Some(Stamp { at: AT + 838_000, zoned: false }));
        for text in [
            "NaN-NaN-NaNTNaN:NaN:NaN.NaN+NaN:NaN",
            "",
            "2024-13-01T00:00:00Z",
            "2024-02-30T00:00:00Z",
            "2024-09-10T21:24:00 foo",
        ] {
            assert_eq!(iso(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn clf_with_and_without_cache_agree() {
        let mut cache = DateCache::default();
        for text in [
            "11/Sep/2024:02:54:00 +0530",
            "11/Sep/2024:02:54:00 +0530",
            "10/Sep/2024:21:24:00 +0000",
            "10/Sep/2024:21:24:00.000 +0000",
        ] {
            assert_eq!(cache.clf(text.as_bytes()), Some(Stamp { at: AT, zoned: true }), "{text}");
        }
        assert_eq!(cache.clf(b"10/Sep/2024:21:24:00.143"), Some(Stamp { at: AT + 143_000, zoned: false }));
        assert_eq!(cache.clf(b"99/Sep/2024:21:24:00 +0000"), None);
        for text in ["2024-09-11T02:54:00+05:30", "2024-09-11T02:54:00+05:30", "2024-09-11T02:54:00.000000001+05:30"] {
            assert_eq!(cache.iso(text.as_bytes()), Some(Stamp { at: AT, zoned: true }), "{text}");
        }
    }

    #[test]
    fn epochs_tell_their_unit() {
        for text in
            ["1726003440", "1726003440.0", "1726003440000", "1726003440000000", "1726003440000000000", "1.72600344e9"]
        {
            assert_eq!(epoch(text.as_bytes()).map(|s| s.at), Some(AT), "{text}");
        }
        assert_eq!(epoch(b"12"), None);
        assert_eq!(epoch(b"1726003440.123456").map(|s| s.at), Some(AT + 123_456));
    }

    #[test]
    fn scaled_is_exact() {
        assert_eq!(scaled(b"0.173624", 1_000_000), Some(173_624));
        assert_eq!(scaled(b"-1", 1000), Some(-1000));
        assert_eq!(scaled(b".5", 10), Some(5));
        for bad in ["", "-", ".", "1x", "9999999999999999999"] {
            assert_eq!(scaled(bad.as_bytes(), 1), None, "{bad}");
        }
    }

    #[test]
    fn rfc3339_round_trips() {
        for at in [0, AT, AT + 1, AT + 838_000, 951_782_400 * SECOND] {
            assert_eq!(iso(rfc3339(at).as_bytes()).map(|s| s.at), Some(at));
        }
        assert_eq!(rfc3339(AT), "2024-09-10T21:24:00Z");
    }
}

//! Dates of the evidence's zone, and JSON strings.

/// Seconds that the zone of the evidence is ahead of UTC: +05:30.
pub const ZONE_S: u64 = 19_800;

/// Appends a number with leading zeros.
pub fn padded(out: &mut Vec<u8>, n: u64, width: u32) {
    for place in (0..width).rev() {
        out.push(b'0' + (n / 10_u64.pow(place) % 10) as u8);
    }
}

/// Year, month and day of a day since 1970 (Hinnant, `civil_from_days`).
pub fn civil(days: u64) -> (u64, u64, u64) {
    let z = days + 719_468;
    let era = z / 146_097;
    let day_of_era = z % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

/// Appends `14/Sep/2024:13:55:36 +0530` for a second since 1970.
pub fn clf(out: &mut Vec<u8>, unix_s: u64) {
    const MONTHS: &[u8] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
    let local = unix_s + ZONE_S;
    let (year, month, day) = civil(local / 86_400);
    padded(out, day, 2);
    out.push(b'/');
    let at = (month as usize - 1) * 3;
    out.extend_from_slice(&MONTHS[at..at + 3]);
    out.push(b'/');
    padded(out, year, 4);
    out.push(b':');
    clock(out, local);
    out.extend_from_slice(b" +0530");
}

/// Appends `2024-09-14T13:55:36+05:30`.
pub fn iso_local(out: &mut Vec<u8>, unix_s: u64) {
    date(out, unix_s + ZONE_S);
    out.push(b'T');
    clock(out, unix_s + ZONE_S);
    out.extend_from_slice(b"+05:30");
}

/// Appends `2024-09-14T08:25:36.123Z`, as browsers write it.
pub fn iso_utc(out: &mut Vec<u8>, unix_ms: u64) {
    date(out, unix_ms / 1000);
    out.push(b'T');
    clock(out, unix_ms / 1000);
    out.push(b'.');
    padded(out, unix_ms % 1000, 3);
    out.push(b'Z');
}

fn date(out: &mut Vec<u8>, s: u64) {
    let (year, month, day) = civil(s / 86_400);
    padded(out, year, 4);
    out.push(b'-');
    padded(out, month, 2);
    out.push(b'-');
    padded(out, day, 2);
}

fn clock(out: &mut Vec<u8>, s: u64) {
    padded(out, s / 3600 % 24, 2);
    out.push(b':');
    padded(out, s / 60 % 60, 2);
    out.push(b':');
    padded(out, s % 60, 2);
}

/// Appends text escaped for the inside of a JSON string. Everything here is valid UTF-8 without
/// control characters but for line ends.
pub fn escaped(out: &mut Vec<u8>, text: &[u8]) {
    for &byte in text {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            _ => out.push(byte),
        }
    }
}

//! Are values in an order that chance does not give?

/// Fewest values that the runs test is made for: its normal approximation is poor below.
pub const RUNS_MIN: usize = 10;

/// Runs up and down: z = (R − (2n−1)/3) / √((16n−29)/90) for R maximal rising or falling runs of n
/// values (NIST/SEMATECH e-Handbook §1.3.5.13; Levene & Wolfowitz 1944). Far below 0 is monotone, far
/// above 0 alternates. Equal neighbours are taken as one value. `None` below [`RUNS_MIN`] values.
pub fn runs_z(values: &[i64]) -> Option<f64> {
    let mut n = 1usize;
    let mut runs = 0usize;
    let mut direction = None;
    for (a, b) in values.iter().zip(values.iter().skip(1)) {
        if a == b {
            continue;
        }
        n += 1;
        let up = b > a;
        if direction != Some(up) {
            runs += 1;
            direction = Some(up);
        }
    }
    if n < RUNS_MIN {
        return None;
    }
    let n = n as f64;
    Some((runs as f64 - (2.0 * n - 1.0) / 3.0) / ((16.0 * n - 29.0) / 90.0).sqrt())
}

/// The longest subsequence that only rises or only falls.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LongestRun {
    /// Values in it.
    pub length: usize,
    /// Whether it rises; else it falls.
    pub rising: bool,
    /// Distance from what chance gives, in standard deviations; see [`longest_monotone`].
    pub z: f64,
}

/// The longer of the longest strictly rising and falling subsequences, with
/// z = (L − 2√n + 1.77·n^⅙) / (0.90·n^⅙): the mean and deviation of the length for a random order of n
/// distinct values (Baik, Deift, Johansson 1999: Tracy-Widom law of order 2, mean −1.7711, variance
/// 0.8132). Above 5 the values were asked for in order, also where others stand between them.
/// O(n log n). `None` for fewer than 2 values.
pub fn longest_monotone(values: &[i64]) -> Option<LongestRun> {
    if values.len() < 2 {
        return None;
    }
    let up = longest_rising(values.iter().copied());
    let down = longest_rising(values.iter().map(|v| !v));
    let (length, rising) = if up >= down { (up, true) } else { (down, false) };
    let n = values.len() as f64;
    let sixth = n.powf(1.0 / 6.0);
    Some(LongestRun { length, rising, z: (length as f64 - 2.0 * n.sqrt() + 1.77 * sixth) / (0.90 * sixth) })
}

/// Length of the longest strictly rising subsequence, by patience sorting (Fredman 1975).
fn longest_rising(values: impl Iterator<Item = i64>) -> usize {
    let mut tops: Vec<i64> = Vec::new();
    for value in values {
        let at = tops.partition_point(|top| *top < value);
        match tops.get_mut(at) {
            Some(top) => *top = value,
            None => tops.push(value),
        }
    }
    tops.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_counted_as_in_the_handbook() {
        // 12 values, 1 run: (1 − 23/3)/√((192−29)/90) = −6.6667/1.34578 = −4.9538.
        let walk: Vec<i64> = (0..12).collect();
        assert!((runs_z(&walk).unwrap() + 4.9538).abs() < 1e-3);
        // Alternating: 11 runs of 12 values, (11 − 23/3)/1.34578 = 2.4769.
        let zigzag: Vec<i64> = (0..12).map(|i| if i % 2 == 0 { i } else { 100 - i }).collect();
        assert!((runs_z(&zigzag).unwrap() - 2.4769).abs() < 1e-3);
        assert_eq!(runs_z(&[1, 2, 3]), None);
        assert_eq!(runs_z(&[5; 40]), None);
    }

    #[test]
    fn the_longest_rising_part_is_found_in_noise() {
        // Fredman's example: 0 8 4 12 2 10 6 14 1 9 5 13 3 11 7 15 has length 6.
        let v = [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15];
        assert_eq!(longest_monotone(&v).unwrap().length, 6);
        let down: Vec<i64> = (0..500).rev().collect();
        let found = longest_monotone(&down).unwrap();
        assert_eq!((found.length, found.rising), (500, false));
        // (500 − 44.7214 + 1.77·2.81731)/(0.90·2.81731) = 460.265/2.53558 = 181.52; the simulation in the
        // literature notes says 181.
        assert!((found.z - 181.52).abs() < 0.05, "{}", found.z);
        assert_eq!(longest_monotone(&[1]), None);
    }

    #[test]
    fn equal_values_do_not_rise() {
        assert_eq!(longest_monotone(&[3, 3, 3, 3]).unwrap().length, 1);
        assert_eq!(longest_monotone(&[i64::MAX, i64::MIN]).unwrap().length, 2);
    }
}

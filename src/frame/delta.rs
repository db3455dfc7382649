//! Parquet's `DELTA_BINARY_PACKED` (parquet-format, "Delta Encoding"): the polars crates keep theirs
//! to themselves.

/// Values of a block, and of each of its four miniblocks.
const BLOCK: usize = 128;
const MINIBLOCK: usize = 32;

/// Appends a number, seven bits a byte (ULEB128).
pub(super) fn varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn zigzag(value: i64, out: &mut Vec<u8>) {
    varint((value << 1 ^ value >> 63) as u64, out);
}

/// Appends numbers as the differences between neighbours.
pub(super) fn encode(mut values: impl ExactSizeIterator<Item = i64>, out: &mut Vec<u8>) {
    varint(BLOCK as u64, out);
    varint((BLOCK / MINIBLOCK) as u64, out);
    varint(values.len() as u64, out);
    let mut last = values.next().unwrap_or(0);
    zigzag(last, out);
    let mut deltas = [0_i64; BLOCK];
    while values.len() > 0 {
        let filled = values.len().min(BLOCK);
        let mut least = i64::MAX;
        for (delta, value) in deltas.iter_mut().zip(values.by_ref().take(filled)) {
            *delta = value.wrapping_sub(last);
            least = least.min(*delta);
            last = value;
        }
        for delta in deltas.iter_mut().skip(filled) {
            *delta = least;
        }
        zigzag(least, out);
        let widths = out.len();
        out.extend_from_slice(&[0; BLOCK / MINIBLOCK]);
        for (at, miniblock) in deltas.chunks_exact_mut(MINIBLOCK).enumerate().take(filled.div_ceil(MINIBLOCK)) {
            let mut all = 0;
            for delta in miniblock.iter_mut() {
                *delta = delta.wrapping_sub(least);
                all |= *delta as u64;
            }
            let width = u64::BITS - all.leading_zeros();
            if let Some(place) = out.get_mut(widths + at) {
                *place = width as u8;
            }
            pack(miniblock, width, out);
        }
    }
}

/// Appends the lowest `width` bits of each value, the first one's lowest; a whole number of bytes,
/// as there are 32 values.
fn pack(values: &[i64], width: u32, out: &mut Vec<u8>) {
    if width == 0 {
        return;
    }
    let end = out.len() + values.len() * width as usize / 8;
    let (mut word, mut filled) = (0_u64, 0);
    for value in values {
        let value = *value as u64;
        word |= value << filled;
        filled += width;
        if filled >= u64::BITS {
            out.extend_from_slice(&word.to_le_bytes());
            filled -= u64::BITS;
            word = value.checked_shr(width - filled).unwrap_or(0);
        }
    }
    if filled > 0 {
        out.extend_from_slice(&word.to_le_bytes());
    }
    out.truncate(end);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of the specification: 1 to 5 differ by one each; 7, 5, 3, 1, 2, 3, 4, 5 by -2 and
    /// 1, so differences from the least are 0, 0, 0, 3, 3, 3, 3 at two bits.
    #[test]
    fn the_specifications_examples() {
        let encoded = |values: &[i64]| {
            let mut out = Vec::new();
            encode(values.iter().copied(), &mut out);
            out
        };
        assert_eq!(encoded(&[1, 2, 3, 4, 5]), [0x80, 1, 4, 5, 2, 2, 0, 0, 0, 0]);
        let second = encoded(&[7, 5, 3, 1, 2, 3, 4, 5]);
        assert_eq!(second, [0x80, 1, 4, 8, 14, 3, 2, 0, 0, 0, 0b1100_0000, 0b0011_1111, 0, 0, 0, 0, 0, 0]);
        assert_eq!(encoded(&[]), [0x80, 1, 4, 0, 0]);
        assert_eq!(encoded(&[-3]), [0x80, 1, 4, 1, 5]);
    }

    /// Read back as the specification says.
    #[test]
    fn any_numbers_come_back() {
        fn number(bytes: &mut impl Iterator<Item = u8>) -> u64 {
            let (mut out, mut shift) = (0, 0);
            loop {
                let byte = bytes.next().unwrap();
                out |= u64::from(byte & 0x7f) << shift;
                shift += 7;
                if byte < 0x80 {
                    return out;
                }
            }
        }
        let signed = |n: u64| (n >> 1) as i64 ^ -((n & 1) as i64);
        let mut state = 1_u64;
        for round in 0..200_u32 {
            let values: Vec<i64> = (0..round * 3)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    (state as i64) >> (round % 64)
                })
                .collect();
            let mut out = Vec::new();
            encode(values.iter().copied(), &mut out);
            let mut bytes = out.into_iter();
            assert_eq!((number(&mut bytes), number(&mut bytes)), (128, 4));
            let count = number(&mut bytes) as usize;
            let mut read = vec![signed(number(&mut bytes))];
            while read.len() < count {
                let least = signed(number(&mut bytes));
                let widths: Vec<u8> = bytes.by_ref().take(4).collect();
                for width in widths {
                    if read.len() >= count {
                        break;
                    }
                    let packed: Vec<u8> = bytes.by_ref().take(4 * usize::from(width)).collect();
                    let bit = |at: usize| u64::from(packed[at / 8] >> (at % 8) & 1);
                    for at in 0..32 {
                        let delta = (0..usize::from(width)).map(|b| bit(at * usize::from(width) + b) << b).sum::<u64>();
                        read.push(read.last().unwrap().wrapping_add(least).wrapping_add(delta as i64));
                    }
                }
            }
            read.truncate(count);
            assert_eq!(read, values, "{round}");
            assert_eq!(bytes.next(), None);
        }
    }
}

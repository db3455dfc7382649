//! Values known by a keyed digest: HMAC-SHA-256 (RFC 2104, FIPS 198-1), the first 128 bits.

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::domain::Fingerprint;

/// Bytes of a SHA-256 block, which the key is padded to.
const BLOCK: usize = 64;

/// Makes fingerprints with one case's key. Both pads are hashed once, so that a fingerprint of a
/// short value costs two compressions instead of four.
#[derive(Clone)]
pub struct Fingerprinter {
    inner: Sha256,
    outer: Sha256,
}

impl fmt::Debug for Fingerprinter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fingerprinter")
    }
}

impl Fingerprinter {
    /// With the case's key.
    pub fn new(key: [u8; 32]) -> Self {
        Self::with_key(&key)
    }

    /// With a key of any length up to a block; longer ones are cut, which no caller does.
    fn with_key(key: &[u8]) -> Self {
        let pad = |with: u8| {
            let mut block = [with; BLOCK];
            block.iter_mut().zip(key).for_each(|(b, k)| *b ^= k);
            Sha256::new_with_prefix(block)
        };
        Self { inner: pad(0x36), outer: pad(0x5c) }
    }

    /// Of a value in its class' one way of writing.
    pub fn fingerprint(&self, normalised: &[u8]) -> Fingerprint {
        let inner = self.inner.clone().chain_update(normalised).finalize();
        let whole = self.outer.clone().chain_update(inner).finalize();
        let mut first = [0; 16];
        first.iter_mut().zip(whole).for_each(|(f, w)| *f = w);
        Fingerprint(u128::from_be_bytes(first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test cases 1, 2, 3 and 4: the first 16 of 32 bytes (case 5 of the RFC is that cut).
    #[test]
    fn rfc_4231() {
        let cases: [(&[u8], &[u8], u128); 5] = [
            (&[0x0b; 20], b"Hi There", 0xb034_4c61_d8db_3853_5ca8_afce_af0b_f12b),
            (b"Jefe", b"what do ya want for nothing?", 0x5bdc_c146_bf60_754e_6a04_2426_0895_75c7),
            (&[0xaa; 20], &[0xdd; 50], 0x773e_a91e_3680_0e46_854d_b8eb_d091_81a7),
            (
                &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25],
                &[0xcd; 50],
                0x8255_8a38_9a44_3c0e_a4cc_8198_99f2_083a,
            ),
            (&[0x0c; 20], b"Test With Truncation", 0xa3b6_1674_7310_0ee0_6e0c_796c_2955_552b),
        ];
        for (key, data, want) in cases {
            assert_eq!(Fingerprinter::with_key(key).fingerprint(data), Fingerprint(want));
        }
    }

    #[test]
    fn another_key_is_another_fingerprint() {
        let of = |key| Fingerprinter::new([key; 32]).fingerprint(b"+919800000000");
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
    }
}

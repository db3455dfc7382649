//! What every target holds of a stream: its items tile it, however it arrives and is cut.

use breachwalk::domain::{Exchange, Ignorable, Place, Reason};
use breachwalk::parse::cut::{self, Chunk, Cut, Layout, Span};
use breachwalk::parse::{FormatSet, Session, Sink};

/// Checks that items follow each other without a gap.
#[derive(Debug, Default)]
struct Tiles(u64);

impl Tiles {
    fn lay(&mut self, place: Place) {
        assert_eq!(place.offset, self.0, "a gap or an overlap");
        assert!(place.length > 0, "an empty item at {}", place.offset);
        self.0 = place.end();
    }
}

impl Sink for Tiles {
    fn exchange(&mut self, place: Place, _: &str, raw: &[u8], x: &Exchange<'_>) {
        assert!(
            x.has_request() || x.ints().next().is_some() || x.texts().next().is_some(),
            "an exchange of nothing: {raw:?}"
        );
        self.lay(place);
    }
    fn reject(&mut self, place: Place, _: Reason) {
        self.lay(place);
    }
    fn ignorable(&mut self, place: Place, _: Ignorable) {
        self.lay(place);
    }
}

/// Cuts of a stream that arrives `step` bytes at a time.
fn cuts(bytes: &[u8], layout: Layout, target: usize, step: usize) -> Vec<(usize, Vec<Span>, u64, Vec<u8>)> {
    let mut cutter = cut::cutter(layout, target);
    let (mut from, mut to, mut pieces) = (0, 0, Vec::new());
    while from < bytes.len() {
        let last = to == bytes.len();
        match cutter.cut(&bytes[from..to], last) {
            Cut::More => {
                assert!(!last, "more is wanted than there is");
                to = to.saturating_add(step).min(bytes.len());
            }
            Cut::Take { len, spans, records } => {
                assert!(len > 0 && len <= to - from, "{len} bytes taken of {}", to - from);
                from += len;
                pieces.push((len, spans, records, cutter.context().to_vec()));
            }
        }
    }
    pieces
}

/// Cuts and parses a stream of this layout as ingest does.
///
/// # Panics
/// Where an invariant of the parsers does not hold.
pub fn hold(bytes: &[u8], layout: Layout) {
    // The stream itself says how it is cut: nothing besides it decides.
    let sum = bytes.iter().take(64).fold(bytes.len(), |sum, b| sum.wrapping_mul(31).wrapping_add(usize::from(*b)));
    // A session a chunk costs some time: never more than some thirty chunks.
    let target = [1, 16, 200, 4096, 1 << 20][sum % 5].max(bytes.len() / 32);
    let step = 1 + sum / 5 % 97;
    let mut formats = FormatSet::built_in();
    // Sniffing parses the stream once a format: most runs go without.
    if sum % 16 == 0 {
        formats.sniff(bytes);
    }
    let pieces = cuts(bytes, layout, target, usize::MAX);
    assert_eq!(pieces, cuts(bytes, layout, target, step), "cuts depend on how the bytes arrive");
    let mut tiles = Tiles::default();
    let (mut at, mut records_before) = (0, 0);
    for (index, (len, spans, records, context)) in pieces.into_iter().enumerate() {
        let bytes = bytes[at..at + len].to_vec();
        let chunk = Chunk { index: index as u32, offset: at as u64, records_before, bytes, context, spans };
        Session::new(&formats).parse(&chunk, &mut tiles);
        assert_eq!(tiles.0, (at + len) as u64, "a chunk is not tiled to its end");
        at += len;
        records_before += records;
    }
}

//! Every bound in one place, each with its reason. A limit that was hit is reported, never silent.

/// Longest record that is read as one exchange; below a chunk, so that one always holds it. Rejects
/// cover a longer one whole: a gateway that logs bodies caps them far below this, and one line must
/// not decide how much memory an ingest needs.
pub const RECORD_BYTES_MAX: usize = 15 << 20;

/// Longest entry of a HAR. Entries carry whole bodies, base64 adds a third, and a browser keeps
/// downloads of many megabytes; a longer one is a download of no API and must not decide how much
/// memory an ingest needs.
pub const HAR_ENTRY_BYTES_MAX: usize = 128 << 20;

/// Bytes of evidence that one worker parses into one Parquet part. Large enough that a row group
/// compresses well, small enough that reader and workers together stay far below 512 MB.
pub const CHUNK_BYTES: usize = 16 << 20;

/// Bytes of chunks that wait for a worker or are in work, unless it is a single larger one or there are
/// workers for more chunks of [`CHUNK_BYTES`].
pub const IN_FLIGHT_BYTES_MAX: usize = 96 << 20;

/// Deepest JSON nesting that is followed. `serde_json` stops at the same depth; real logs stay
/// below 20.
pub const JSON_DEPTH_MAX: usize = 128;

/// Distinct unknown keys that a JSON reader remembers per object. Beyond it unknown keys are still
/// skipped correctly, only without the shortcut.
pub const JSON_KEYS_LEARNED_MAX: usize = 256;

/// Ends that are tried for one quoted field that holds stray quotes, per line, before the line is
/// given up: keeps a line of a million quotes linear.
pub const QUOTE_RETRIES_MAX: usize = 64;

/// A decoded body may be this many times larger than its encoded form. Text compresses 1:20 at
/// the utmost in practice; 1:200 leaves room and stops bombs.
pub const BODY_RATIO_MAX: usize = 200;

/// Largest decoded body. Nothing an API sends to a browser is larger.
pub const BODY_BYTES_MAX: usize = 256 << 20;

/// Decoded bytes below which the ratio is not looked at: a short run of zeros is no bomb.
pub const BODY_RATIO_FREE_BYTES: usize = 1 << 20;

/// An evidence file may decompress to this many times its size. Access logs reach 1:40 with xz,
/// very uniform ones 1:200; more is reported as a refusal with what was read until then.
pub const STREAM_RATIO_MAX: u64 = 1_000;

/// Decompressed bytes below which the stream ratio is not looked at.
pub const STREAM_RATIO_FREE_BYTES: u64 = 256 << 20;

/// Memory that an xz stream may ask for its dictionary and tables. `xz -9` needs 65 MiB, the format
/// allows 4 GiB. zstd's decoder has the same bound built in: windows up to 128 MiB.
pub const DECODER_BYTES_MAX: usize = 160 << 20;

/// Bytes at the start of a stream that decide its layout and format.
pub const SNIFF_BYTES: usize = 256 << 10;

/// Lines of the head that each format is tried on.
pub const SNIFF_LINES: usize = 64;

/// Bytes of a directive block (`#Fields:` and the like) that is carried into the next chunk.
pub const CONTEXT_BYTES_MAX: usize = 64 << 10;

/// Members of one archive that are read. Somebody's whole disk in a zip is not evidence of an API.
pub const ARCHIVE_MEMBERS_MAX: usize = 10_000;

/// Hops of an `X-Forwarded-For` chain that are looked at for the client. The chain is kept whole.
pub const FORWARDED_HOPS_MAX: usize = 64;

/// Content codings of one body that are undone, the outermost first. Nobody stacks more than two.
pub const BODY_CODINGS_MAX: usize = 4;

/// JSON values in one HAR entry that needs mending. Each takes some 40 bytes of memory as a tree,
/// so a 16 MB entry of `[1,1,1 …]` would take 40 times its size; captures stay below 10,000.
pub const HAR_VALUES_MAX: usize = 1 << 20;

/// Bytes of a HAR entry's fields beyond the specification that the frame keeps. `WebPageTest`,
/// the most talkative writer, needs 4 KB; what was left out is counted and stands in the evidence.
pub const HAR_EXTENSIONS_BYTES_MAX: usize = 64 << 10;

/// Encodings inside one another that are undone in search of sensitive values: JSON in a string,
/// base64, a token's claims. Real services stack two.
pub const NESTED_DEPTH_MAX: usize = 3;

/// Values of one exchange that are classified: a list of a million numbers is a body of several
/// megabytes, and what comes behind it is of the same kind.
pub const LEAVES_MAX: u32 = 1 << 20;

/// Sensitive values of one exchange that become rows. A whole customer table in one answer has some
/// 100,000 of them; more only repeat what is known by then.
pub const SIGHTINGS_MAX: usize = 1 << 18;

/// Identifiers of one exchange that become rows, for the same reason.
pub const IDENTIFIERS_MAX: usize = 1 << 18;

/// Places in bodies (pointers at endpoints) that a classifier remembers before it starts afresh:
/// some 300 bytes each. APIs have thousands; a body with names of its own for each object has more.
pub const PLACES_MAX: usize = 1 << 16;

/// Data classes in one set, the user's own included: what one set of bits holds.
pub const CLASSES_MAX: usize = 256;

/// Bytes of one value that are searched as free text or decoded. Notes are short; a longer value is
/// a file.
pub const FREE_TEXT_BYTES_MAX: usize = 1 << 20;

/// Distinct values of a field that are counted for a verdict on it, about, in one chunk: the bits of
/// its sketch.
pub const FIELD_VALUES_MAX: usize = 1 << 10;

/// Distinct sensitive values that one redaction remembers; each takes some hundred bytes. A capture
/// that holds more is split first: leaving values in would break the promise of redaction.
pub const REDACT_VALUES_MAX: usize = 500_000;

/// Encodings within one another that redaction undoes: JSON in a query parameter in a URL in JSON.
pub const REDACT_NESTING_MAX: usize = 8;

//! What became of a span of evidence, and what had to be mended to read it. The texts are stored
//! in frames and printed in reports: they are a contract, so they change only with a schema version.

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal, $explain:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $name { $($(#[$vmeta])* #[doc = $explain] $variant,)+ }

        impl $name {
            /// Every member, in a fixed order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word that frames and reports carry.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// One sentence for people.
            pub const fn explain(self) -> &'static str {
                match self { $(Self::$variant => $explain,)+ }
            }
        }
    };
}

words! {
    /// Why a span could not be read as an exchange.
    Reason {
        UnknownFormat = "unknown-format", "No known format fits this record.";
        NotThisFormat = "not-this-format", "The record lacks what the format requires.";
        BadJson = "bad-json", "The record is not valid JSON.";
        TooDeep = "too-deep", "The JSON is nested deeper than the limit.";
        BadTime = "bad-time", "The time could not be read.";
        BadNumber = "bad-number", "A number could not be read.";
        BadStatus = "bad-status", "The status is not a number.";
        BadRequestLine = "bad-request-line", "The request line could not be read.";
        MissingRequest = "missing-request", "The record holds no request.";
        Truncated = "truncated", "The record ends before it is complete.";
        TooLong = "too-long", "The record is longer than the limit.";
        NoFields = "no-fields", "The record comes before any `#Fields` line that names its columns.";
        FieldCount = "field-count", "The record has another number of columns than its header names.";
        Binary = "binary", "The bytes are not text.";
        BadBlock = "bad-block", "A block of an audit log lacks a part that it needs.";
        BadDecompression = "bad-decompression", "The compressed stream is damaged here.";
    }
}

words! {
    /// Why a span is no exchange and yet nothing is missing.
    Ignorable {
        Blank = "blank", "Blank line or padding.";
        Comment = "comment", "Comment or directive line.";
        Envelope = "envelope", "Structure around the records: brackets, commas, the HAR header and its pages.";
        OtherRecord = "other-record", "A well-formed record of something that is not an HTTP exchange.";
        Attachment = "attachment", "A body file beside a HAR in its archive.";
    }
}

words! {
    /// A change that was needed to read an exchange or its evidence.
    Repair {
        Bom = "bom", "A byte order mark was skipped.";
        Utf16 = "utf-16", "The file is UTF-16 and was transcoded.";
        InvalidUtf8 = "invalid-utf8", "Bytes that are not UTF-8 are shown by their hexadecimal value.";
        LoneSurrogate = "lone-surrogate", "A lone surrogate escape was replaced by U+FFFD.";
        BadEscape = "bad-escape", "An escape sequence that the format does not know was kept as it stands.";
        Jsonp = "jsonp", "A JSONP wrapper was taken off.";
        TrailingData = "trailing-data", "Bytes after the end of the document were set aside.";
        TruncatedFile = "truncated-file", "The document ends early; its whole entries were saved.";
        DuplicateKey = "duplicate-key", "A JSON key stands twice in one object; the last one counts.";
        HarVersion = "har-version", "The HAR names a version that is missing or that the har crate does not know.";
        MissingField = "missing-field", "A required field was missing and is left empty.";
        NullField = "null-field", "A required field was null and is left empty.";
        WrongType = "wrong-type", "A field had another type than the format says and was converted.";
        BareEntry = "bare-entry", "An entry stands outside `log.entries`.";
        NoResponse = "no-response", "The exchange has no response.";
        BadTime = "time-unreadable", "The time could not be read and is left empty.";
        BadNumber = "number-unreadable", "A number or status could not be read and is left empty.";
        BadUrl = "url-unreadable", "The URL could not be taken apart and is kept whole as the path.";
        BadBase64 = "bad-base64", "A base64 body could not be decoded.";
        SplitLine = "split-line", "The record was broken over two lines and was joined.";
        NanLiteral = "nan-literal", "A NaN or Infinity literal was read as null.";
        SpacePadding = "padding", "NUL bytes or spaces around the record were cut off.";
        YearAssumed = "year-assumed", "The time names no year.";
        BodyTooLarge = "body-too-large", "A body decodes to more than the limit and was not decoded.";
        StrayQuote = "stray-quote", "A quoted field holds an unescaped quote.";
        ResyncedEntry = "resynced", "Reading went on at the next recognisable entry after damage.";
        LooseJson = "loose-json", "JSON that strict readers refuse was read: a trailing comma, a raw control character, a malformed number.";
    }
}

/// A set of repairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Repairs(u64);

impl Repairs {
    /// Adds one.
    pub fn add(&mut self, repair: Repair) {
        self.0 |= 1 << repair as u64;
    }

    /// Adds all of another set.
    pub fn merge(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Whether nothing was mended.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether this repair is among them.
    pub fn has(self, repair: Repair) -> bool {
        self.0 & (1 << repair as u64) != 0
    }

    /// The members, in the order of [`Repair::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Repair> {
        Repair::ALL.iter().copied().filter(move |r| self.has(*r))
    }

    /// The bit set, for comparing and for keys of small tables.
    pub fn bits(self) -> u64 {
        self.0
    }
}

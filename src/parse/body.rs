//! Bodies for analysis: base64, JSON escapes and content codings undone, within limits. The
//! evidence keeps the encoded bytes.

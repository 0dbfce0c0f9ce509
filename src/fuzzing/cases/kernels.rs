//! Each kernel on each instruction set, beside the scalar one. The address sanitizer finds loads outside of the block.

use super::{
    super::{columns_agree, kernels_agree},
    Bytes, Case, call,
    formatted::field_text,
    written,
};

/// A block with texts in it, and a column.
pub struct AnyBlock {
    block: Vec<u8>,
    spans: Vec<(u32, u32)>,
    seed: u64,
    values: Vec<i64>,
    valid: Vec<u8>,
    skip: usize,
}

const TEXTS: &[&str] = &[
    "0",
    "-1",
    "12345678",
    "123456789012345678",
    "9223372036854775807",
    "-9223372036854775808",
    "1,234,567",
    "1.5",
    "-0.1e-5",
    "123456.789",
    ".5",
    "nan",
    "-inf",
    "12.5%",
    "2011-11-21T00:07:11.5Z",
    "2011-02-03 10:21:36,502 +0100",
    "21/Nov/2011:00:07:11 +0000",
    "Nov  9 03:37:44",
    "Sun Sep 16 01:03:52 1973",
    "GET /",
    "12:34",
    ":",
    "/",
    "\n",
    " ",
    ",",
    "é",
    "日本",
    "\u{10ffff}",
    "0x1F",
    "+ 5",
    "a b",
];

impl Case for AnyBlock {
    fn read(bytes: &mut Bytes<'_>) -> Self {
        let (block, spans) = block(bytes);
        AnyBlock {
            block,
            spans,
            seed: bytes.number(),
            values: bytes.each(|bytes| bytes.number().cast_signed()),
            skip: bytes.size(0..=70),
            valid: bytes.each(Bytes::byte),
        }
    }

    fn check(&self) {
        kernels_agree(&self.block, &self.spans, self.seed);
        columns_agree(&self.values, &self.valid, self.skip);
    }

    fn calls(&self) -> Vec<String> {
        let block = [written(&self.block), format!("&{:?}", self.spans), self.seed.to_string()];
        let column = [format!("&{:?}", self.values), written(&self.valid), self.skip.to_string()];
        vec![call("kernels_agree", &block), call("columns_agree", &column)]
    }
}

/// Texts side by side, with the spans of them and a few that may lie anywhere.
fn block(bytes: &mut Bytes<'_>) -> (Vec<u8>, Vec<(u32, u32)>) {
    let (mut block, mut spans) = (Vec::new(), Vec::new());
    for _ in 0..bytes.int(0..=24) {
        let start = block.len();
        match bytes.int(0..=3) {
            0 => block.extend_from_slice(bytes.some()),
            1 => block.extend(std::iter::repeat_n(bytes.byte(), bytes.size(0..=80))),
            2 => block.extend(field_text(bytes, TEXTS).bytes()),
            _ => block.extend(bytes.one_of(TEXTS).bytes()),
        }
        spans.push((start as u32, block.len() as u32));
    }
    for _ in 0..bytes.int(0..=8) {
        spans.push((bytes.size(0..=block.len() + 2) as u32, bytes.size(0..=block.len() + 40) as u32));
    }
    (block, spans)
}

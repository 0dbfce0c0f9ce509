//! Each kernel on each instruction set, beside the scalar one.

use std::fmt::Debug;

use parsimd_simd::{
    Bitmap, ByteSet, Case, Class, Cursors, DatetimeLayout, FloatForm, Isa, Kernels, Literal, Span, Take, ValidRows,
    kernels,
};

/// The answer of each kernel for a block, and for texts in it at `spans`, is that of the scalar kernel. `seed` chooses what else there is to choose: a set of
/// bytes, a literal that stands in the block, a year.
pub fn kernels_agree(block: &[u8], spans: &[(u32, u32)], seed: u64) {
    let spans: Vec<Span> = spans.iter().map(|&(start, end)| Span::new(start, end)).collect();
    let set = ByteSet::new(|byte| seed >> (byte % 64) & 1 == 1);
    let from = seed as usize % (block.len() + 1);
    let literal = &block[from..block.len().min(from + 1 + seed as usize / 1000 % 9)];
    let literals = [Case::Exact, Case::IgnoreAscii].map(|case| Literal::new(literal, case));
    on_each("newlines", |kernels| {
        let mut out = vec![1];
        (kernels.newlines(block, &mut out), out)
    });
    on_each("byte_set", |kernels| positions(|out| kernels.byte_set(block, &set, out)));
    on_each("utf8_valid_up_to", |kernels| kernels.utf8_valid_up_to(block));
    let valid = std::str::from_utf8(block).map_or_else(|error| error.valid_up_to(), str::len);
    assert_eq!(scalar().utf8_valid_up_to(block), valid);
    for literal in literals.iter().flatten() {
        on_each("anchor", |kernels| positions(|out| kernels.anchor(block, literal, out)));
        on_each("find", |kernels| kernels.find(block, literal));
        on_each("anchor_and_newlines", |kernels| {
            let mut out = vec![1];
            (kernels.anchor_and_newlines(block, literal, &mut out), out)
        });
        let places = positions(|out| scalar().anchor(block, literal, out));
        on_each("lines_around", |kernels| {
            let mut out = Vec::new();
            kernels.lines_around(block, &places[1..], &mut out);
            out
        });
    }
    texts_agree(block, &spans, seed);
    walks_agree(block, &spans, &literals);
}

/// Statistics of columns are those of the scalar kernel, bit for bit. Value *n* is there if bit *n* of `valid` is set; the first `skip` bits are of rows before.
pub fn columns_agree(values: &[i64], valid: &[u8], skip: usize) {
    let skip = skip.min(8 * valid.len());
    let rows = values.len().min(8 * valid.len() - skip);
    let values = &values[..rows];
    let floats: Vec<f64> = values.iter().map(|value| f64::from_bits(value.cast_unsigned())).collect();
    for valid in [ValidRows::from_bits(valid, skip..skip + rows), ValidRows::all(rows)] {
        on_each("integer_stats", |kernels| kernels.integer_stats(values, valid));
        on_each("float_stats", |kernels| {
            let stats = kernels.float_stats(&floats, valid)?;
            // Which NaN is not promised.
            let bits = |float: f64| if float.is_nan() { f64::NAN } else { float }.to_bits();
            Some((stats.count, bits(stats.min), bits(stats.max), bits(stats.sum)))
        });
    }
}

fn texts_agree(block: &[u8], spans: &[Span], seed: u64) {
    on_each("texts", |kernels| {
        let (mut bytes, mut ends) = (Vec::new(), vec![0]);
        kernels.texts(block, spans, &mut bytes, &mut ends);
        (bytes, ends)
    });
    for grouping in [None, Some(b','), Some(b'.')] {
        on_each("integers", |kernels| {
            let (mut values, mut valid) = (Vec::new(), Bitmap::new());
            kernels.integers(block, spans, grouping, &mut values, &mut valid);
            (values, valid)
        });
    }
    for form in [FloatForm::Plain, FloatForm::Percent] {
        on_each("floats", |kernels| {
            let (mut values, mut valid) = (Vec::new(), Bitmap::new());
            kernels.floats(block, spans, form, &mut values, &mut valid);
            (values.into_iter().map(f64::to_bits).collect::<Vec<_>>(), valid)
        });
    }
    let year = (seed % 10_001) as u16;
    let layouts =
        [DatetimeLayout::Iso8601, DatetimeLayout::Apache, DatetimeLayout::Syslog { year }, DatetimeLayout::Ctime];
    for layout in layouts {
        on_each("timestamps", |kernels| {
            let (mut micros, mut offsets, mut valid) = (Vec::new(), Vec::new(), Bitmap::new());
            kernels.timestamps(block, spans, layout, &mut micros, &mut offsets, &mut valid);
            (micros, offsets, valid)
        });
    }
}

/// The moves of a walk from the beginning of each span, each with each literal and without one.
fn walks_agree(block: &[u8], spans: &[Span], literals: &[Option<Literal>]) {
    let inside = |span: &&Span| span.start <= span.end && span.end as usize <= block.len();
    let records: Vec<Span> = spans.iter().filter(inside).copied().collect();
    let takes = [
        Take::Nothing,
        Take::Run(Class::WORD),
        Take::Run(Class::SPACE.inverted()),
        Take::Integer,
        Take::Decimal,
        Take::Until(0),
        Take::Until(3),
        Take::Rest(0),
        Take::Rest(2),
    ];
    for take in takes {
        for literal in literals.iter().map(Option::as_ref).chain([None]) {
            on_each("walk", |kernels| {
                let mut at: Vec<u32> = records.iter().map(|span| span.start).collect();
                let mut end: Vec<u32> = records.iter().map(|span| span.end).collect();
                let mut taken = vec![Span::default(); records.len()];
                let cursors = Cursors { at: &mut at, end: &mut end, taken: &mut taken };
                let failed = kernels.walk(block, take, literal, cursors);
                // What a cursor that failed has taken is not promised.
                let spans: Vec<_> = taken.iter().zip(&end).map(|(&span, &end)| (end != 0).then_some(span)).collect();
                (failed, at, end, spans)
            });
        }
    }
}

fn positions(run: impl FnOnce(&mut Vec<u32>)) -> Vec<u32> {
    let mut out = vec![1];
    run(&mut out);
    out
}

fn on_each<A: PartialEq + Debug>(kernel: &str, run: impl Fn(&Kernels) -> A) {
    let wanted = run(scalar());
    for isa in Isa::available() {
        assert_eq!(run(of(isa)), wanted, "{kernel} on {isa}");
    }
}

fn scalar() -> &'static Kernels {
    of(Isa::Scalar)
}

fn of(isa: Isa) -> &'static Kernels {
    kernels(isa).unwrap_or_else(|error| panic!("{error}"))
}

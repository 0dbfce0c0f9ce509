//! The table of kernels: one function pointer for each kernel, one table for each instruction set, and the safe way to call it.
//!
//! A kernel works on a batch: a block of bytes, or a column of spans. So the instruction set is chosen once, by [`kernels`](crate::kernels()), and a call
//! through a pointer is paid once per batch. The list of kernels is written once, in `kernel_list!`. Three macros read it: the type of
//! the table below, the scalar table in `isa/scalar.rs`, and the entries of each instruction set in `isa.rs`. A kernel that is missing
//! somewhere does not compile.
//!
//! To add a kernel, add a line to the list, a function to `scalar/`, one to `generic/`, and a method of [`Kernels`] here.

use crate::byte_set::ByteSet;
use crate::column::{Bitmap, Span};
use crate::columns::{Columns, FloatStats, IntegerStats, ValidRows};
use crate::isa::Isa;
use crate::literal::Literal;
use crate::numbers::FloatForm;
use crate::timestamps::DatetimeLayout;
use crate::walk::{Cursors, Take};

/// What is known of a block whose lines were only counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineCount {
    /// How many `b'\n'` there are.
    pub newlines: usize,
    /// Whether all bytes are ASCII.
    pub is_ascii: bool,
    /// Whether one of them is 0.
    pub has_nul: bool,
}

impl LineCount {
    /// Of two pieces of text together.
    pub(crate) fn with(self, other: LineCount) -> LineCount {
        LineCount {
            newlines: self.newlines + other.newlines,
            is_ascii: self.is_ascii && other.is_ascii,
            has_nul: self.has_nul || other.has_nul,
        }
    }
}

/// Every kernel: its name, arguments and result, and the module of `scalar` and `generic` that has it.
///
/// `$then` is the macro that reads the list.
macro_rules! kernel_list {
    ($then:ident $($with:tt)*) => {
        $then! {
            [$($with)*]
            fn newlines(block: &[u8], out: &mut Vec<u32>) -> bool, in index;
            fn lines_around(block: &[u8], places: &[u32], out: &mut Vec<crate::Span>) -> (), in index;
            fn byte_set(block: &[u8], set: &crate::ByteSet, out: &mut Vec<u32>) -> (), in index;
            fn anchor(block: &[u8], literal: &crate::Literal, out: &mut Vec<u32>) -> (), in anchor;
            fn anchor_and_newlines(block: &[u8], literal: &crate::Literal, out: &mut Vec<u32>) -> crate::LineCount, in anchor;
            fn anchor_before(
                block: &[u8],
                literal: &crate::Literal,
                set: &crate::ByteSet,
                out: &mut Vec<u32>
            ) -> crate::LineCount, in anchor;
            fn find(block: &[u8], literal: &crate::Literal) -> usize, in anchor;
            fn utf8_valid_up_to(block: &[u8]) -> usize, in text;
            fn integers(
                block: &[u8],
                spans: &[crate::Span],
                grouping: Option<u8>,
                values: &mut Vec<i64>,
                valid: &mut crate::Bitmap
            ) -> (), in integers;
            fn floats(
                block: &[u8],
                spans: &[crate::Span],
                form: crate::FloatForm,
                values: &mut Vec<f64>,
                valid: &mut crate::Bitmap
            ) -> (), in floats;
            fn timestamps(
                block: &[u8],
                spans: &[crate::Span],
                layout: crate::DatetimeLayout,
                micros: &mut Vec<i64>,
                offsets: &mut Vec<i16>,
                valid: &mut crate::Bitmap
            ) -> (), in timestamps;
            fn texts(block: &[u8], spans: &[crate::Span], bytes: &mut Vec<u8>, ends: &mut Vec<i32>) -> (), in texts;
            fn walk(block: &[u8], take: crate::Take, literal: Option<&crate::Literal>, cursors: crate::Cursors<'_>) -> usize,
                in walk;
        }
    };
}
pub(crate) use kernel_list;

/// The type of the table.
macro_rules! table_type {
    ([] $(fn $name:ident($($argument:ident: $type:ty),*) -> $answer:ty, in $module:ident;)*) => {
        /// The kernels of one instruction set.
        ///
        /// Holding a reference proves that this CPU has [`Kernels::isa`]: the tables are private, and [`kernels`](crate::kernels())
        /// hands one out only after it has asked the CPU.
        pub struct Kernels {
            pub(crate) isa: Isa,
            pub(crate) columns: Columns,
            $(pub(crate) $name: unsafe fn($($type),*) -> $answer,)*
        }
    };
}

kernel_list!(table_type);

/// Panics where a position could not be written as a `u32`.
#[track_caller]
fn check_length(block: &[u8]) {
    assert!(u32::try_from(block.len()).is_ok(), "a block of {} bytes: the limit is 4 GiB - 1", block.len());
}

// Each `SAFETY` line below says the same: a function pointer of a table may be called on a CPU that has the table's instruction set.
// The tempting argument, that this code compiled for the target, is wrong: the features of an entry go beyond those of the target.
#[allow(unsafe_code, reason = "calls through the table")]
impl Kernels {
    /// The instruction set that these kernels are written for.
    pub fn isa(&self) -> Isa {
        self.isa
    }

    /// Appends the position of each `b'\n'` of `block` to `out`, in order. Returns whether the block is ASCII, which is known at no
    /// further cost.
    ///
    /// # Panics
    ///
    /// If the block has more than `u32::MAX` bytes.
    pub fn newlines(&self, block: &[u8], out: &mut Vec<u32>) -> bool {
        check_length(block);
        // SAFETY: this table came from `kernels`, whose `require` found its instruction set on this CPU.
        unsafe { (self.newlines)(block, out) }
    }

    /// Appends the line that each of `places` is in to `out`, without the newline at its end. The places must be in order. A line with
    /// several of them is appended once. A newline belongs to the line that it ends.
    ///
    /// # Panics
    ///
    /// If the block has more than `u32::MAX` bytes, or a place is after its end.
    ///
    /// ```
    /// use parsimd_simd::{Isa, Span, kernels};
    ///
    /// let mut out = Vec::new();
    /// kernels(Isa::best())?.lines_around(b"one\ntwo\nthree", &[4, 5, 8], &mut out);
    /// assert_eq!(out, [Span::new(4, 7), Span::new(8, 13)]);
    /// # Ok::<(), parsimd_simd::IsaError>(())
    /// ```
    pub fn lines_around(&self, block: &[u8], places: &[u32], out: &mut Vec<Span>) {
        check_length(block);
        // SAFETY: this table came from `kernels`, whose `require` found its instruction set on this CPU.
        unsafe { (self.lines_around)(block, places, out) }
    }

    /// Appends the position of each byte of `block` that is in `set` to `out`, in order.
    ///
    /// # Panics
    ///
    /// If the block has more than `u32::MAX` bytes.
    pub fn byte_set(&self, block: &[u8], set: &ByteSet, out: &mut Vec<u32>) {
        check_length(block);
        // SAFETY: this table came from `kernels`, whose `require` found its instruction set on this CPU.
        unsafe { (self.byte_set)(block, set, out) }
    }

    /// Appends each position of `block` where `literal` begins to `out`, in order, overlapping ones included.
    ///
    /// # Panics
    ///
    /// If the block has more than `u32::MAX` bytes.
    ///
    /// ```
    /// use parsimd_simd::{Literal, Case, Isa, kernels};
    ///
    /// let kernels = kernels(Isa::best())?;
    /// let error = Literal::new(b"error", Case::IgnoreAscii).expect("not empty");
    /// let mut out = Vec::new();
    /// kernels.anchor(b"an ERROR, an Error", &error, &mut out);
    /// assert_eq!(out, [3, 13]);
    /// # Ok::<(), parsimd_simd::IsaError>(())
    /// ```
    pub fn anchor(&self, block: &[u8], literal: &Literal, out: &mut Vec<u32>) {
        check_length(block);
        // SAFETY: this table came from `kernels`, whose `require` found its instruction set on this CPU.
        unsafe { (self.anchor)(block, literal, out) }
    }

    /// [`Kernels::anchor`] and more in one pass: returns what is to be known of the lines of `block`.
    ///
    /// This serves a caller that wants only the records with the literal, but counts all. A block that comes from memory is read once.
    ///
    /// # Panics
    ///
    /// If the block has more than `u32::MAX` bytes.
    ///
    /// ```
    /// use parsimd_simd::{Literal, Case, Isa, kernels};
    ///
    /// let kernels = kernels(Isa::best())?;
    /// let error = Literal::new(b"error", Case::IgnoreAscii).expect("not empty");
    /// let mut out = Vec::new();
    /// let count = kernels.anchor_and_newlines(b"fine\nan Error\n", &error, &mut out);
    /// assert_eq!((count.newlines, count.is_ascii, count.has_nul), (2, true, false));
    /// assert_eq!(out, [8]);
    /// # Ok::<(), parsimd_simd::IsaError>(())
    /// ```
    pub fn anchor_and_newlines(&self, block: &[u8], literal: &Literal, out: &mut Vec<u32>) -> LineCount {
        check_length(block);
        // SAFETY: this table came from `kernels`, whose `require` found its instruction set on this CPU.
        unsafe { (self.anchor_and_newlines)(block, literal, out) }
    }

    /// [`Kernels::anchor_and_newlines`] where a byte of `set` must come after the literal.
    ///
    /// This serves a caller that looks for a value behind a common literal: most of its places are not worth a look.
    ///
    /// # Panics
    ///
    /// If the block has more than `u32::MAX` bytes.
    ///
    /// ```
    /// use parsimd_simd::{ByteSet, Literal, Case, Isa, kernels};
    ///
    /// let kernels = kernels(Isa::best())?;
    /// let quote = Literal::new(b"\" ", Case::Exact).expect("not empty");
    /// let mut out = Vec::new();
    /// let fives = ByteSet::new(|byte| byte == b'5');
    /// kernels.anchor_before(b"\"GET /\" 404 9 \"-\"\n\"GET /\" 503 0 \"-\"\n", &quote, &fives, &mut out);
    /// assert_eq!(out, [24]);
    /// # Ok::<(), parsimd_simd::IsaError>(())
    /// ```
    pub fn anchor_before(&self, block: &[u8], literal: &Literal, set: &ByteSet, out: &mut Vec<u32>) -> LineCount {
        check_length(block);
        // SAFETY: this table came from `kernels`, whose `require` found its instruction set on this CPU.
        unsafe { (self.anchor_before)(block, literal, set, out) }
    }

    /// The first position of `block` where `literal` begins. The search reads at most a few hundred bytes past it.
    ///
    /// ```
    /// use parsimd_simd::{Case, Isa, Literal, kernels};
    ///
    /// let kernels = kernels(Isa::best())?;
    /// let error = Literal::new(b"error", Case::IgnoreAscii).expect("not empty");
    /// assert_eq!(kernels.find(b"an ERROR, an Error", &error), Some(3));
    /// assert_eq!(kernels.find(b"all is well", &error), None);
    /// # Ok::<(), parsimd_simd::IsaError>(())
    /// ```
    pub fn find(&self, block: &[u8], literal: &Literal) -> Option<usize> {
        // SAFETY: this table came from `kernels`, whose `require` found its instruction set on this CPU.
        let found = unsafe { (self.find)(block, literal) };
        (found < block.len()).then_some(found)
    }

    /// How many leading bytes of `block` are complete, valid UTF-8: `block.len()` if all of it is.
    ///
    /// The same number as [`std::str::Utf8Error::valid_up_to`], so a code point that is cut off by the end of the
    /// block is not counted: the next block begins with it.
    pub fn utf8_valid_up_to(&self, block: &[u8]) -> usize {
        // SAFETY: this table came from `kernels`, whose `require` found its instruction set on this CPU.
        unsafe { (self.utf8_valid_up_to)(block) }
    }

    /// Whether all of `block` is valid UTF-8.
    pub fn is_utf8(&self, block: &[u8]) -> bool {
        self.utf8_valid_up_to(block) == block.len()
    }

    /// Appends the integer that each span holds to `values`, and to `valid` whether it holds one.
    ///
    /// An integer is `[+-]?[0-9]+` of any length, from −2⁶³ to 2⁶³ − 1. If `grouping` names a byte, that byte may also
    /// occur anywhere after the sign, any number of times, and is skipped. A row without an integer has the value 0.
    ///
    /// ```
    /// use parsimd_simd::{Bitmap, Isa, Span, kernels};
    ///
    /// let kernels = kernels(Isa::best())?;
    /// let (mut values, mut valid) = (Vec::new(), Bitmap::new());
    /// kernels.integers(b"-17 x5", &[Span::new(0, 3), Span::new(4, 6)], None, &mut values, &mut valid);
    /// assert_eq!((values, valid.as_bytes()), (vec![-17, 0], &[0b01][..]));
    /// # Ok::<(), parsimd_simd::IsaError>(())
    /// ```
    pub fn integers(
        &self,
        block: &[u8],
        spans: &[Span],
        grouping: Option<u8>,
        values: &mut Vec<i64>,
        valid: &mut Bitmap,
    ) {
        // SAFETY: this table came from `kernels`, whose `require` found its instruction set on this CPU.
        unsafe { (self.integers)(block, spans, grouping, values, valid) }
    }

    /// Appends the float that each span holds to `values`, and to `valid` whether it holds one.
    ///
    /// A float is `[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?`, or `[+-]?(inf|nan)` in any case, and with
    /// [`FloatForm::Percent`] a `%` after it. The value is correctly rounded: the float next to the number, the even one of
    /// two that are equally near; what is too great is infinite. A row without a float has the value 0.
    pub fn floats(&self, block: &[u8], spans: &[Span], form: FloatForm, values: &mut Vec<f64>, valid: &mut Bitmap) {
        // SAFETY: this table came from `kernels`, whose `require` found its instruction set on this CPU.
        unsafe { (self.floats)(block, spans, form, values, valid) }
    }

    /// Appends the datetime that each span holds to `micros`, in microseconds since 1970, its offset from UTC to `offsets`, in
    /// minutes east, and to `valid` whether it holds one. See [`DatetimeLayout`] for the forms of a datetime.
    ///
    /// A datetime with an offset is converted to UTC. One without is taken as it is, and its offset is
    /// [`NO_OFFSET`](crate::NO_OFFSET). A row without a datetime has the value 0 and `NO_OFFSET`.
    ///
    /// ```
    /// use parsimd_simd::{Bitmap, Isa, DatetimeLayout, Span, kernels};
    ///
    /// let kernels = kernels(Isa::best())?;
    /// let (mut micros, mut offsets, mut valid) = (Vec::new(), Vec::new(), Bitmap::new());
    /// let block = b"21/Nov/2011:00:07:11 +0100";
    /// kernels.timestamps(block, &[Span::new(0, 26)], DatetimeLayout::Apache, &mut micros, &mut offsets, &mut valid);
    /// assert_eq!((micros[0], offsets[0], valid.get(0)), (1_321_830_431_000_000, 60, true));
    /// # Ok::<(), parsimd_simd::IsaError>(())
    /// ```
    pub fn timestamps(
        &self,
        block: &[u8],
        spans: &[Span],
        layout: DatetimeLayout,
        micros: &mut Vec<i64>,
        offsets: &mut Vec<i16>,
        valid: &mut Bitmap,
    ) {
        // SAFETY: this table came from `kernels`, whose `require` found its instruction set on this CPU.
        unsafe { (self.timestamps)(block, spans, layout, micros, offsets, valid) }
    }

    /// Appends the bytes of each span to `bytes`, one after the other, and to `ends` where they end there. A span outside of the block
    /// has no bytes.
    ///
    /// # Panics
    ///
    /// If `bytes` becomes longer than `i32::MAX`, or would if all spans lay inside of the block.
    ///
    /// ```
    /// use parsimd_simd::{Isa, Span, kernels};
    ///
    /// let (mut bytes, mut ends) = (Vec::new(), vec![0]);
    /// kernels(Isa::best())?.texts(b"one two", &[Span::new(4, 7), Span::new(0, 2)], &mut bytes, &mut ends);
    /// assert_eq!((&bytes[..], &ends[..]), (&b"twoon"[..], &[0, 3, 5][..]));
    /// # Ok::<(), parsimd_simd::IsaError>(())
    /// ```
    pub fn texts(&self, block: &[u8], spans: &[Span], bytes: &mut Vec<u8>, ends: &mut Vec<i32>) {
        // SAFETY: this table came from `kernels`, whose `require` found its instruction set on this CPU.
        unsafe { (self.texts)(block, spans, bytes, ends) }
    }

    /// Makes one move with every cursor: the field that `take` describes, and `literal` right after it, all before the end of its
    /// record. Returns how many cursors failed that had not failed before.
    ///
    /// The arrays of `cursors` should be equally long: rows past the end of the shortest are ignored. Records may lie anywhere in the
    /// block. Bytes that are not ASCII are in no class but the inverted ones.
    ///
    /// # Panics
    ///
    /// If the block has more than `u32::MAX` bytes.
    ///
    /// ```
    /// use parsimd_simd::{Case, Cursors, Isa, Literal, Span, Take, kernels};
    ///
    /// let (block, comma) = (b"12,a 345,b x,c", Literal::new(b",", Case::Exact));
    /// let (mut at, mut end, mut taken) = ([0, 5, 11], [4, 10, 14], [Span::default(); 3]);
    /// let cursors = Cursors { at: &mut at, end: &mut end, taken: &mut taken };
    /// assert_eq!(kernels(Isa::best())?.walk(block, Take::Integer, comma.as_ref(), cursors), 1);
    /// assert_eq!((at, end), ([3, 9, 11], [4, 10, 0]));
    /// assert_eq!(taken[..2], [Span::new(0, 2), Span::new(5, 8)]);
    /// # Ok::<(), parsimd_simd::IsaError>(())
    /// ```
    pub fn walk(&self, block: &[u8], take: Take, literal: Option<&Literal>, cursors: Cursors<'_>) -> usize {
        check_length(block);
        // No record has more bytes than the block. With a number near the greatest, places that are added to it would begin again at 0.
        let most = block.len() + 1;
        let take = match take {
            Take::Until(least) => Take::Until(least.min(most)),
            Take::Rest(least) => Take::Rest(least.min(most)),
            take => take,
        };
        // SAFETY: this table came from `kernels`, whose `require` found its instruction set on this CPU.
        unsafe { (self.walk)(block, take, literal, cursors) }
    }

    /// Count, least, greatest and exact sum of those of `values` that are valid; `None` if there are none.
    ///
    /// # Panics
    ///
    /// If `valid` has another number of rows than `values`.
    ///
    /// ```
    /// use parsimd_simd::{Isa, ValidRows, kernels};
    ///
    /// let kernels = kernels(Isa::best())?;
    /// let stats = kernels.integer_stats(&[7, -1, 0, 9], ValidRows::from_bits(&[0b1011], 0..4)).expect("three values");
    /// assert_eq!((stats.count, stats.min, stats.max, stats.sum), (3, -1, 9, 15));
    /// assert_eq!(kernels.integer_stats(&[], ValidRows::all(0)), None);
    /// # Ok::<(), parsimd_simd::IsaError>(())
    /// ```
    pub fn integer_stats(&self, values: &[i64], valid: ValidRows<'_>) -> Option<IntegerStats> {
        // SAFETY: this table came from `kernels`, whose `require` found its instruction set on this CPU.
        unsafe { (self.columns.integer_stats)(values, valid) }
    }

    /// Count, least, greatest and sum of those of `values` that are valid; `None` if there are none. See [`FloatStats`] for NaN,
    /// zeros, and the order of the additions.
    ///
    /// # Panics
    ///
    /// If `valid` has another number of rows than `values`.
    ///
    /// ```
    /// use parsimd_simd::{Isa, ValidRows, kernels};
    ///
    /// let stats = kernels(Isa::best())?.float_stats(&[0.5, f64::NAN, -2.0], ValidRows::all(3)).expect("three values");
    /// assert_eq!((stats.min, stats.max), (-2.0, 0.5));
    /// assert!(stats.sum.is_nan());
    /// # Ok::<(), parsimd_simd::IsaError>(())
    /// ```
    pub fn float_stats(&self, values: &[f64], valid: ValidRows<'_>) -> Option<FloatStats> {
        // SAFETY: this table came from `kernels`, whose `require` found its instruction set on this CPU.
        unsafe { (self.columns.float_stats)(values, valid) }
    }
}

impl std::fmt::Debug for Kernels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kernels").field("isa", &self.isa).finish_non_exhaustive()
    }
}

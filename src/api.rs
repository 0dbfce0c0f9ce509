//! [`Pattern`], what everything begins with, and its builder.

use std::{collections::BTreeMap, fmt, sync::Arc};

use parsimd_simd::Isa;

use crate::{
    batch::Schema,
    convert::Converter,
    engine::{Anchored, external::ExternalMatcher},
    error::Result,
    input::Input,
    pattern::{CustomType, Field, Format, FormatOptions},
    plan::Plan,
    scan::{
        self, Compiled, FindIter, Hint, Match, Mismatch, Scan, ScanOptions, TextColumn, Texts, hint, mismatch,
        single::find_match,
    },
};

/// A format, read and planned. Cheap to clone; it can be shared between threads.
///
/// Case is ignored, unless [`PatternBuilder::case_sensitive`] says otherwise, and `{}` crosses newlines in whole text.
///
/// ```
/// let error = parsimd::Pattern::new("{when} {count:y}").unwrap_err();
/// assert!(error.is_syntax());
/// assert_eq!(error.span(), Some(14..15));
/// ```
#[derive(Clone)]
pub struct Pattern(pub(crate) Arc<Compiled>);

impl Pattern {
    /// Reads a format text.
    ///
    /// # Errors
    /// [`Error::is_syntax`](crate::Error::is_syntax): the text breaks a rule of the language. [`Error::is_regex`](crate::Error::is_regex): its expression cannot be run.
    /// [`Error::is_isa`](crate::Error::is_isa): `PARSIMD_ISA` names an instruction set that is not here.
    pub fn new(format: &str) -> Result<Pattern> {
        Pattern::builder(format).build()
    }

    /// Begins a pattern with options.
    pub fn builder(format: &str) -> PatternBuilder<'_> {
        PatternBuilder {
            format,
            options: FormatOptions::default(),
            converters: BTreeMap::new(),
            external: None,
            external_only: false,
            isa: None,
        }
    }

    /// The format text.
    pub fn format(&self) -> &str {
        &self.0.format.text
    }

    /// The regular expression of the format, in the syntax of Python's `re`: what PyPI `parse` builds.
    pub fn expression(&self) -> &str {
        &self.0.format.expression
    }

    /// The fields, in the order of the format; a repeated name counts once. The keys of `kv(…)` are fields, in its place.
    pub fn fields(&self) -> &[Field] {
        self.0.fields()
    }

    /// The names and types of the columns that a scan gives: those of the fields with names, or of all fields where none has a name.
    /// [`ScanOptions::columns`] asks for others.
    ///
    /// ```
    /// let names = |format| -> parsimd::Result<Vec<String>> {
    ///     Ok(parsimd::Pattern::new(format)?.schema().columns().map(|(name, _)| name.to_owned()).collect())
    /// };
    /// assert_eq!(names("{ip} {} {} {status:d}")?, ["ip", "status"]);
    /// assert_eq!(names("{} {:d}")?, ["0", "1"]);
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    pub fn schema(&self) -> &Arc<Schema> {
        &self.0.schema
    }

    /// The number in [`fields`](Self::fields) of the field whose column is called `column`: its name or, without one, its number among the
    /// positional fields.
    pub fn field_number(&self, column: &str) -> Option<usize> {
        self.0.field_number(column)
    }

    /// How the pattern is matched.
    pub fn plan(&self) -> &Plan {
        &self.0.plan
    }

    /// Matches the whole of `text`.
    ///
    /// ```
    /// use parsimd::{Pattern, Value};
    ///
    /// let pattern = Pattern::new("{name} is {age:d}")?;
    /// let found = pattern.parse("Ada is 36")?.unwrap();
    /// assert_eq!(found.get("age")?, Some(Value::Int(36)));
    /// assert!(pattern.parse("Ada is young")?.is_none());
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::is_limit`](crate::Error::is_limit): the pattern compiles to too much, or needs too much backtracking on this text; or the text is longer than
    /// [`limits::TEXT_BYTES`](crate::limits::TEXT_BYTES).
    pub fn parse<'t>(&self, text: &'t str) -> Result<Option<Match<'t>>> {
        find_match(&self.0, text, text.is_ascii(), 0, Anchored::Yes, &mut 0)
    }

    /// The first place in `text` where the pattern matches.
    ///
    /// ```
    /// let found = parsimd::Pattern::new("took {ms:d} ms")?.search("GET / took 12 ms, ok")?.unwrap();
    /// assert_eq!(found.range(), 6..16);
    /// assert_eq!(found.span(0), Some(11..13));
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn search<'t>(&self, text: &'t str) -> Result<Option<Match<'t>>> {
        self.search_at(text, 0)
    }

    /// The first place in `text`, at byte `start` or later, where the pattern matches.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    ///
    /// # Panics
    /// When `start` is past the end of the text, or inside of a character.
    pub fn search_at<'t>(&self, text: &'t str, start: usize) -> Result<Option<Match<'t>>> {
        assert!(text.is_char_boundary(start), "byte {start} is no place in a text of {} bytes", text.len());
        find_match(&self.0, text, text.is_ascii(), start, Anchored::No, &mut 0)
    }

    /// Why [`parse`](Self::parse) does not match `text`: how far it came, what it expected there, and what stands there. `None` where it matches.
    ///
    /// ```
    /// let pattern = parsimd::Pattern::new("{ip} - - [{ts:th}] {status:d}")?;
    /// let why = pattern.explain_mismatch("8.8.8.8 - bob [17/May/2015:10:05:03 +0000] 200")?.unwrap();
    /// assert_eq!(why.to_string(), r#"expected " - - [" after {ip}, found " - bob [""#);
    /// assert_eq!(why.offset, 7);
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    ///
    /// # Errors
    /// As `parse`. [`Error::is_regex`](crate::Error::is_regex): the pattern is for an external matcher alone.
    pub fn explain_mismatch(&self, text: &str) -> Result<Option<Mismatch>> {
        mismatch::Explainer::new(&self.0).explain(text)
    }

    /// What would match `text`, which this pattern does not match, as `why` says: another type for the field, say, or a part that may be missing. Each
    /// change was tried. `None` where none is known that comes further.
    ///
    /// ```
    /// let pattern = parsimd::Pattern::new("{status:d} {size:d}")?;
    /// let line = "304 -";
    /// let why = pattern.explain_mismatch(line)?.unwrap();
    /// let hint = pattern.hint(&why, line).unwrap();
    /// assert_eq!(hint.message, "`{size:d|-}` reads this: \"-\" stands for no value");
    /// assert!(parsimd::Pattern::new(&hint.pattern.unwrap())?.parse(line)?.is_some());
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    ///
    /// # Limits
    /// Some tens of patterns are compiled and matched, which takes milliseconds to some tens of them. Of a text of more than 64 KiB nothing is said.
    pub fn hint(&self, why: &Mismatch, text: &str) -> Option<Hint> {
        hint::hint(&self.0, why, text)
    }

    /// All matches in `text`.
    ///
    /// ```
    /// let pattern = parsimd::Pattern::new("<{}>")?;
    /// let names: Vec<_> = pattern.find_iter("<a><b>").map(|m| m.map(|m| m.text(0))).collect::<Result<_, _>>()?;
    /// assert_eq!(names, [Some("a"), Some("b")]);
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    pub fn find_iter<'t>(&self, text: &'t str) -> FindIter<'t> {
        FindIter::new(&self.0, text)
    }

    /// Scans lines in memory, with the default options.
    ///
    /// ```
    /// let pattern = parsimd::Pattern::new("{level:w}: {message}")?;
    /// let mut scan = pattern.scan(b"info: up\nnonsense\nwarn: hot\n");
    /// let batch = scan.read_all()?;
    /// assert_eq!((batch.len(), scan.stats().unmatched), (2, 1));
    /// assert_eq!(scan.stats().first_failures[0].offset, 9);
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    pub fn scan<'a>(&self, data: &'a [u8]) -> Scan<'a> {
        self.scan_input(Input::bytes(data), ScanOptions::default())
    }

    /// Scans the lines of any input.
    pub fn scan_input<'a>(&self, input: Input<'a>, options: ScanOptions) -> Scan<'a> {
        Scan::new(&self.0, input, options)
    }

    /// Checks options, as the first call of a scan does.
    ///
    /// # Errors
    /// [`Error::is_column`](crate::Error::is_column), [`Error::is_options`](crate::Error::is_options).
    pub fn check(&self, options: &ScanOptions) -> Result<()> {
        scan::check(&self.0, options)
    }

    /// Matches each text as [`parse`](Self::parse) would, newlines and all. A `None` is a text that is not there: it has a row of nulls, or
    /// none when rows that cannot be read are skipped, and never ends the scan.
    ///
    /// Works on the calling thread, also where `threads` of the options says another number; `limit` is not looked at.
    ///
    /// ```
    /// use parsimd::{OnError, Pattern, ScanOptions};
    ///
    /// let options = ScanOptions::new().on_error(OnError::Null);
    /// let texts: [Option<&[u8]>; 3] = [Some(b"one\ntwo 2"), None, Some(b"three")];
    /// let found = Pattern::new("{text} {n:d}")?.scan_texts(texts, options)?;
    /// let batch = found.to_batch()?;
    /// assert_eq!(batch.column("text").unwrap().get(0), parsimd::Cell::Text("one\ntwo"));
    /// assert_eq!((batch.len(), found.matched.unwrap().nulls()), (3, 2));
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::is_column`](crate::Error::is_column) for a wrong choice of columns; [`Error::is_record`](crate::Error::is_record) with
    /// [`OnError::Raise`](crate::OnError::Raise), [`Error::row`](crate::Error::row) is its number then.
    pub fn scan_texts<'t>(
        &self,
        texts: impl IntoIterator<Item = Option<&'t [u8]>>,
        options: ScanOptions,
    ) -> Result<Texts> {
        scan::texts::scan_texts(&self.0, texts.into_iter(), options)
    }

    /// As [`scan_texts`](Self::scan_texts), with texts that lie side by side: they are scanned where they lie, unless there are bytes
    /// between them that belong to no text.
    ///
    /// # Errors
    /// As `scan_texts`.
    pub fn scan_column<O: Copy + Into<i64>>(&self, column: TextColumn<'_, O>, options: ScanOptions) -> Result<Texts> {
        scan::texts::scan_column(&self.0, column, options)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pattern").field(&self.format()).finish()
    }
}

/// A [`Pattern`] in the making.
///
/// ```
/// use parsimd::{CustomType, Pattern};
///
/// let hex = CustomType { pattern: Some("[0-9a-f]{8}".to_owned()), group_count: 0 };
/// let pattern = Pattern::builder("id={id:Hash}").custom_type("Hash", hex).case_sensitive(true).build()?;
/// assert_eq!(pattern.search("id=00c0ffee")?.unwrap().text(0), Some("00c0ffee"));
/// # Ok::<(), parsimd::Error>(())
/// ```
#[derive(Debug)]
#[must_use]
pub struct PatternBuilder<'f> {
    format: &'f str,
    options: FormatOptions,
    converters: BTreeMap<String, Converter>,
    external: Option<Box<dyn ExternalMatcher>>,
    external_only: bool,
    isa: Option<Isa>,
}

impl PatternBuilder<'_> {
    /// Whether upper and lower case differ; they do not by default.
    pub fn case_sensitive(mut self, yes: bool) -> Self {
        self.options.case_sensitive = yes;
        self
    }

    /// Adds a type, to be used as `{:name}`. It wins over a type of the language with the same name.
    pub fn custom_type(mut self, name: impl Into<String>, custom: CustomType) -> Self {
        self.options.custom.insert(name.into(), custom);
        self
    }

    /// Says what the values of a type of the caller's own are, and so what its columns hold. A type that no [`custom_type`](Self::custom_type) is said
    /// of matches any text.
    ///
    /// ```
    /// use parsimd::{Converter, CustomType, Pattern, Value};
    ///
    /// let hash = CustomType { pattern: Some("[0-9a-f]+".to_owned()), group_count: 0 };
    /// let number = Converter::int64(|text| i64::from_str_radix(text, 16).map(Some));
    /// let pattern = Pattern::builder("id={id:Hash}").custom_type("Hash", hash).converter("Hash", number).build()?;
    /// assert_eq!(pattern.parse("id=c0ffee")?.unwrap().get("id")?, Some(Value::Int(0xc0ffee)));
    ///
    /// let mut scan = pattern.scan(b"id=1f\nid=ffffffffffffffffffff\n");
    /// assert_eq!(scan.read_all()?.columns()[0].values(), &parsimd::Values::Int64(vec![0x1f]));
    /// assert!(scan.stats().first_failures[0].reason.contains("number too large"));
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    ///
    /// It is not asked for keys of `kv(…)`, whose values with a type of the program's own are texts.
    pub fn converter(mut self, name: impl Into<String>, converter: Converter) -> Self {
        self.converters.insert(name.into(), converter);
        self
    }

    /// Adds a matcher for what the engines here do not run as Python's `re` does; then no expression is an error, but that of a key of `kv(…)`, whose values are matched here.
    pub fn external_matcher(mut self, matcher: Box<dyn ExternalMatcher>) -> Self {
        self.external = Some(matcher);
        self
    }

    /// Asks the external matcher alone, also where the engines here would be exact.
    pub fn external_only(mut self, yes: bool) -> Self {
        self.external_only = yes;
        self
    }

    /// The instruction set to use; by default `PARSIMD_ISA`, or the best one that this machine has.
    pub fn isa(mut self, isa: Isa) -> Self {
        self.isa = Some(isa);
        self
    }

    /// Reads the format.
    ///
    /// # Errors
    /// As [`Pattern::new`].
    pub fn build(mut self) -> Result<Pattern> {
        for name in self.converters.keys() {
            let any_text = CustomType { pattern: None, group_count: 0 };
            self.options.custom.entry(name.clone()).or_insert(any_text);
        }
        let mut format = Format::new(self.format, &self.options)?;
        let converter = |field: &Field| self.converters.get(field.custom_type()?).cloned();
        let converters: Vec<Option<Converter>> = format.fields.iter().map(converter).collect();
        for (field, converter) in format.fields.iter_mut().zip(&converters) {
            if let Some(converter) = converter {
                field.convert_to(converter.kind().clone());
            }
        }
        let plan = Plan::new(&format, self.external, self.external_only, self.isa)?;
        Ok(Pattern(Arc::new(Compiled::new(format, self.options, plan, converters))))
    }
}

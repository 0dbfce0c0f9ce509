//! [`Format`]: a format text, read. Its pieces and fields in order, and the regular expression that they stand for.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use super::{
    expression,
    keys::{self, KeyText},
    names::Groups,
    nulls::NullTexts,
    spec::Spec,
    split,
    types::{CustomType, ValueKind},
};
use crate::{
    error::{Error, Problem, Result},
    limits,
};

/// What besides the format text decides the meaning of a pattern.
#[derive(Debug, Clone, Default)]
pub(crate) struct FormatOptions {
    pub(crate) custom: BTreeMap<String, CustomType>,
    pub(crate) case_sensitive: bool,
}

/// A format text that was read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Format {
    pub(crate) text: String,
    pub(crate) case_sensitive: bool,
    /// The regular expression, in the syntax of Python's `re`.
    pub(crate) expression: String,
    /// What the format is made of, in order.
    pub(crate) pieces: Vec<Piece>,
    /// Those with a capture group, in order of the format; repeats of a name are not among them.
    pub(crate) fields: Vec<Field>,
    /// True when a name stands twice, so that the expression has a backreference.
    pub(crate) has_repeats: bool,
    /// False when a custom pattern has another number of groups than it says: `parse` then takes fields from the wrong groups.
    pub(crate) groups_agree: bool,
}

/// A piece of a format. A field is meant by its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Text that stands for itself.
    Literal(String),
    /// Text with a lone brace, which may be a quantifier.
    Raw,
    Field(usize),
    /// A name that stood before.
    Repeat(usize),
    /// Where an optional part begins: `{:[}`.
    PartBegin,
    /// Where it ends: `{:]}`.
    PartEnd,
}

/// A field of a pattern: `{name:spec}`, or `{}`.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    pub(crate) name: Option<String>,
    /// The number in `positional` order, for a field without a name.
    pub(crate) position: Option<usize>,
    /// The name of its capture group in the expression, or the index that `parse` gives a positional field.
    pub(crate) group: Group,
    pub(crate) kind: ValueKind,
    pub(crate) spec: Option<Spec>,
    pub(crate) nulls: Option<NullTexts>,
    /// The expression of its type, without the null texts.
    pub(crate) expression: String,
    /// Whether it has no type, or one without an expression of its own. Then null texts come before the expression, else after it.
    pub(crate) is_any_text: bool,
    /// Whether it stands in an optional part.
    pub(crate) is_optional: bool,
    /// Where its capture group opens in the expression, in bytes.
    pub(crate) open: usize,
    /// Where the field stands in the format, in bytes.
    pub(crate) span: Range<usize>,
    /// The keys of `kv(…)`: they are fields in the place of this one.
    pub(crate) keys: Vec<Key>,
}

/// A key of `kv(…)`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Key {
    /// The field that it is.
    pub(crate) field: Field,
    name: NullTexts,
    /// The format whose field is one value of the key, `{:dur}`; none where a value is any text.
    pub(crate) of_value: Option<Box<Format>>,
}

impl Key {
    /// Whether this is the key, under the pattern's rule of case.
    #[inline]
    pub(crate) fn is(&self, key: &[u8]) -> bool {
        let is_same = self.field.name.as_deref().is_some_and(|name| name.as_bytes() == key);
        is_same || self.name.has(key)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Group {
    Named(String),
    Index(usize),
    /// That of `kv(…)`, for each of its keys.
    OfPairs,
}

impl Field {
    /// The name as the format has it (`a.b`, `user-id`, `a[b]`); `None` for a positional field.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The name of the field's column: its own name, or its number among the positional fields.
    pub fn column_name(&self) -> String {
        match (&self.name, self.position) {
            (Some(name), _) => name.clone(),
            (None, Some(position)) => position.to_string(),
            (None, None) => "kv".to_owned(),
        }
    }

    /// The name of its capture group in the expression; `None` for a positional field, and for a key of `kv(…)`, which has none of its own.
    pub fn group_name(&self) -> Option<&str> {
        match &self.group {
            Group::Named(name) => Some(name),
            Group::Index(_) | Group::OfPairs => None,
        }
    }

    /// The index, from 0, that `parse` gives the capture group of a positional field.
    pub fn group_index(&self) -> Option<usize> {
        match self.group {
            Group::Named(_) | Group::OfPairs => None,
            Group::Index(index) => Some(index),
        }
    }

    /// What the text of the field is converted to.
    pub fn kind(&self) -> &ValueKind {
        &self.kind
    }

    /// The name of its type, if that is one of the caller's own.
    pub(crate) fn custom_type(&self) -> Option<&str> {
        match &self.kind {
            ValueKind::Custom(name) | ValueKind::Converted { name, .. } => Some(name),
            _ => None,
        }
    }

    /// Makes the values of a type of the caller's own those of another kind.
    pub(crate) fn convert_to(&mut self, to: ValueKind) {
        if let ValueKind::Custom(name) = &self.kind {
            self.kind = ValueKind::Converted { name: name.clone(), to: Box::new(to) };
        }
    }

    /// The texts that stand for no value: `-` for `{size:d|-}`.
    pub fn nulls(&self) -> Option<&NullTexts> {
        self.nulls.as_ref()
    }

    /// Whether it stands in an optional part, between `{:[}` and `{:]}`, or is a key of `kv(…)`: where that is missing the field has no text, and its
    /// value is null.
    pub fn is_optional(&self) -> bool {
        self.is_optional
    }

    /// Whether its spec has a type and perhaps null texts, and nothing else.
    pub(crate) fn has_plain_type(&self) -> bool {
        self.spec.as_ref().is_some_and(Spec::is_type_alone)
    }

    /// Whether the field has no value when this is its text.
    pub(crate) fn is_null(&self, text: &[u8]) -> bool {
        self.nulls.as_ref().is_some_and(|nulls| nulls.has(text))
    }

    /// Where the field stands in the format text, in bytes, braces included.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }
}

impl Format {
    /// Reads a format text.
    ///
    /// # Errors
    /// A spec that is not of the language, a name repeated with another spec, or two names with one capture group.
    pub(crate) fn new(text: &str, options: &FormatOptions) -> Result<Format> {
        let mut builder = Builder {
            options,
            format: Format {
                text: text.to_owned(),
                case_sensitive: options.case_sensitive,
                expression: String::new(),
                pieces: Vec::new(),
                fields: Vec::new(),
                has_repeats: false,
                groups_agree: true,
            },
            groups: Groups::default(),
            specs: BTreeMap::new(),
            group_index: 0,
            positional: 0,
            optional: Vec::new(),
            keys: BTreeSet::new(),
        };
        for token in split::tokens(text) {
            match token {
                split::Token::Literal(literal) => builder.literal(literal),
                split::Token::Brace(brace) => builder.brace(brace),
                split::Token::Field(span) => builder.field(span)?,
            }
        }
        if let Some(open) = builder.optional.pop() {
            let message = "{:[} begins an optional part that does not end";
            return Err(Error::syntax(Problem::Spec, text, open, message, "write {:]} where it ends"));
        }
        Ok(builder.format)
    }
}

impl Format {
    /// The strptime formats, and where they stand in the format text.
    pub(crate) fn layouts(&self) -> impl Iterator<Item = (&str, Range<usize>)> {
        self.fields.iter().filter_map(|field| match (&field.kind, &field.spec) {
            (ValueKind::Strptime(layout), Some(spec)) => Some((layout.as_str(), spec.kind_span.clone())),
            _ => None,
        })
    }

    /// A format without fields, whose expression is that of a strptime format.
    pub(crate) fn of_layout(&self, layout: &str) -> Format {
        Format {
            expression: expression::strptime(layout),
            pieces: Vec::new(),
            fields: Vec::new(),
            has_repeats: false,
            ..self.clone()
        }
    }
}

struct Builder<'a> {
    options: &'a FormatOptions,
    format: Format,
    groups: Groups,
    /// The spec text with which each name was first seen.
    specs: BTreeMap<String, String>,
    /// The number of capture groups so far, as `parse` counts them.
    group_index: usize,
    positional: usize,
    /// Where the optional parts begin that have not ended.
    optional: Vec<Range<usize>>,
    /// The keys of `kv(…)`.
    keys: BTreeSet<String>,
}

impl Builder<'_> {
    /// Literal text: what is special in a regular expression is escaped, but lone braces stay as they are, as in `parse`, so
    /// that `a{1,2}` matches `a` or `aa`.
    fn literal(&mut self, literal: &str) {
        let piece = if literal.contains(['{', '}']) { Piece::Raw } else { Piece::Literal(literal.to_owned()) };
        self.format.pieces.push(piece);
        for c in literal.chars() {
            if r"?\.[]()*+^$!|".contains(c) {
                self.format.expression.push('\\');
            }
            self.format.expression.push(c);
        }
    }

    /// A doubled brace: one brace.
    fn brace(&mut self, brace: char) {
        self.format.pieces.push(Piece::Literal(brace.to_string()));
        self.format.expression.extend(['\\', brace]);
    }

    /// The field with this name, as the format has it where the name was first seen.
    fn first_field(&self, name: &str) -> &str {
        let field = self.format.fields.iter().find(|field| field.name.as_deref() == Some(name));
        field.map_or("the first spec", |field| &self.format.text[field.span.clone()])
    }

    /// A mark of an optional part, if this is one: no type of the caller's has its name.
    fn optional(&mut self, span: &Range<usize>) -> Result<bool> {
        let text = &self.format.text;
        let mark = match &text[span.clone()] {
            "{:[}" => "[",
            "{:]}" => "]",
            _ => return Ok(false),
        };
        if self.options.custom.contains_key(mark) {
            return Ok(false);
        }
        let error =
            |message: &str, advice: &str| Err(Error::syntax(Problem::Spec, text, span.clone(), message, advice));
        let piece = if mark == "[" {
            if self.optional.len() == limits::OPTIONAL_DEPTH {
                let message = format!("optional parts are nested more than {} deep", limits::OPTIONAL_DEPTH);
                return error(&message, "nest them less");
            }
            self.optional.push(span.clone());
            self.format.expression.push_str("(?:");
            Piece::PartBegin
        } else {
            if self.optional.pop().is_none() {
                return error("{:]} ends an optional part that does not begin", "write {:[} where it begins");
            }
            self.format.expression.push_str(")?");
            Piece::PartEnd
        };
        self.format.pieces.push(piece);
        Ok(true)
    }

    fn field(&mut self, span: Range<usize>) -> Result<()> {
        if self.optional(&span)? {
            return Ok(());
        }
        let text = self.format.text.clone();
        let inside = span.start + 1..span.end - 1;
        let (name, spec) = match text[inside.clone()].split_once(':') {
            Some((name, spec)) => (name, spec),
            None => (&text[inside.clone()], ""),
        };
        let spec_start = inside.end - spec.len();
        let named = name.starts_with(char::is_alphabetic);
        // `a[b]` is an entry of the dictionary `a`.
        let whole = name.split('[').next().unwrap_or(name);
        if named && self.keys.contains(whole) {
            return Err(name_twice(&text, span, whole));
        }
        if named && let Some(first) = self.specs.get(name) {
            if first != spec {
                return Err(Error::syntax(
                    Problem::RepeatedName,
                    &text,
                    span,
                    format!("field type {spec:?} for field \"{name}\" does not match previous seen type {first:?}"),
                    format!("write {} again, or use another name", self.first_field(name)),
                ));
            }
            let is_optional = |field: &Field| field.is_optional && field.name.as_deref() == Some(name);
            if !self.optional.is_empty() || self.format.fields.iter().any(is_optional) {
                return Err(Error::syntax(
                    Problem::RepeatedName,
                    &text,
                    span,
                    format!("field \"{name}\" is repeated, and stands in an optional part"),
                    "use another name",
                ));
            }
            let group = self.groups.of(name).unwrap_or_default();
            self.format.expression.push_str(&format!("(?P={group})"));
            self.format.has_repeats = true;
            let first = self.format.fields.iter().position(|field| field.name.as_deref() == Some(name));
            self.format.pieces.push(Piece::Repeat(first.unwrap_or_default()));
            return Ok(());
        }

        let (group, wrap) = if named {
            let group = self.groups.add(name).ok_or_else(|| {
                let taken = self.groups.taken_by(name).unwrap_or_default();
                Error::syntax(
                    Problem::GroupName,
                    &text,
                    span.clone(),
                    format!("duplicated group name {name:?}"),
                    format!("use a name that differs from {taken:?} in more than . [ ] - and _"),
                )
            })?;
            self.specs.insert(name.to_owned(), spec.to_owned());
            (Group::Named(group.clone()), format!("(?P<{group}>"))
        } else {
            (Group::Index(self.group_index), "(".to_owned())
        };

        let (mut nulls, mut is_any_text) = (None, true);
        let (expression, pad_before, pad_after, kind, spec) = if spec.is_empty() {
            (".+?".to_owned(), String::new(), String::new(), ValueKind::Text, None)
        } else {
            let spec = Spec::read(&text, spec_start..inside.end, &self.options.custom)?;
            let (expression, groups, kind) = expression::compile(&spec, &self.options.custom, &text[span.end..]);
            self.format.groups_agree &= groups == expression::count_groups(&expression);
            self.group_index += groups;
            nulls = spec.nulls.as_deref().map(|texts| NullTexts::new(texts, self.options.case_sensitive));
            // A type without an expression of its own is any text, as no type is.
            let own = self.options.custom.get(&spec.kind).filter(|_| !spec.kind.is_empty());
            is_any_text = own.map_or(spec.kind.is_empty(), |own| own.pattern.is_none());
            let (before, after) = spec.padding();
            (expression, before, after, kind, Some(spec))
        };
        self.group_index += 1;
        let is_list = |spec: &&Spec| keys::is_list(&spec.kind) && !self.options.custom.contains_key(&spec.kind);
        let mut keys: Vec<Key> = Vec::new();
        for key in spec.as_ref().filter(is_list).into_iter().flat_map(|spec| keys::split(&text, spec.kind_span.clone()))
        {
            let name = &text[key.name.clone()];
            // Where case is ignored, both would be the same pair.
            if keys.iter().any(|other| other.is(name.as_bytes())) {
                return Err(name_twice(&text, key.name.start..key.spec.end, name));
            }
            keys.push(self.key(&text, key)?);
        }

        let inner = nulls.as_ref().map(|nulls: &NullTexts| nulls.with(&expression, is_any_text));
        let whole = &mut self.format.expression;
        whole.push_str(&pad_before);
        let open = whole.len();
        whole.push_str(&wrap);
        whole.push_str(inner.as_ref().unwrap_or(&expression));
        whole.push(')');
        whole.push_str(&pad_after);

        // Its keys are the fields.
        let is_counted = !named && keys.is_empty();
        let position = is_counted.then_some(self.positional);
        self.positional += usize::from(is_counted);
        let name = named.then(|| name.to_owned());
        let is_optional = !self.optional.is_empty();
        self.format.pieces.push(Piece::Field(self.format.fields.len()));
        self.format.fields.push(Field {
            name,
            position,
            group,
            kind,
            spec,
            nulls,
            expression,
            is_any_text,
            is_optional,
            open,
            span,
            keys,
        });
        Ok(())
    }

    /// A key of `kv(…)`.
    fn key(&mut self, text: &str, KeyText { name, spec }: KeyText) -> Result<Key> {
        let span = name.start..spec.end;
        let error =
            |message: String, advice: &str| Err(Error::syntax(Problem::Spec, text, span.clone(), message, advice));
        let (name, spec_text) = (&text[name], &text[spec.clone()]);
        if !keys::is_name(name) {
            return error(
                format!("{name:?} is no name of a key"),
                "write keys with commas between them, as in kv(level,took:dur)",
            );
        }
        let entries = format!("{name}[");
        let has_entries =
            self.specs.range(entries.clone()..).next().is_some_and(|(first, _)| first.starts_with(&entries));
        if self.specs.contains_key(name) || has_entries || !self.keys.insert(name.to_owned()) {
            return Err(name_twice(text, span, name));
        }
        let (mut kind, mut nulls, mut of_value) = (ValueKind::Quoted, None, None);
        if !spec_text.is_empty() {
            let spec = Spec::read(text, spec, &self.options.custom)?;
            if !spec.is_type_alone() {
                return error(
                    format!("the key {name:?} has more than a type and null texts"),
                    "write its type without a width",
                );
            }
            nulls = spec.nulls.as_deref().map(|texts| NullTexts::new(texts, self.options.case_sensitive));
            let is_own = self.options.custom.contains_key(&spec.kind);
            if is_own || !matches!(spec.kind.as_str(), "" | "q") {
                let format = Format::new(&format!("{{:{spec_text}}}"), self.options)?;
                kind = format.fields.first().map_or(ValueKind::Text, |field| field.kind.clone());
                of_value = Some(Box::new(format));
            }
            if kind == ValueKind::Pairs {
                return error(
                    format!("the key {name:?} cannot be of type {:?}", spec.kind),
                    "write another type, as t for a time",
                );
            }
        }
        let field = Field {
            name: Some(name.to_owned()),
            position: None,
            group: Group::OfPairs,
            kind,
            spec: None,
            nulls,
            expression: String::new(),
            is_any_text: false,
            is_optional: true,
            open: 0,
            span,
            keys: Vec::new(),
        };
        Ok(Key { field, name: NullTexts::new(name, self.options.case_sensitive), of_value })
    }
}

/// The error of a name that a key of `kv(…)` has, and something else.
fn name_twice(text: &str, span: Range<usize>, name: &str) -> Error {
    let message = format!("{name:?} is a key of kv(…), and stands elsewhere too");
    Error::syntax(Problem::RepeatedName, text, span, message, "use another name")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expression(text: &str) -> String {
        Format::new(text, &FormatOptions::default()).map_or_else(|e| panic!("{e}"), |f| f.expression)
    }

    #[test]
    fn an_expression_is_the_text_that_parse_builds() {
        // Each right side was printed by PyPI parse 1.22.4.
        for (format, expected) in [
            (
                "{name} is {age:d}",
                r"(?P<name>.+?) is (?P<age>[-+ ]?[-+ ]?[0-9]+|[-+ ]?0[xX][0-9a-fA-F]+|[-+ ]?0[bB][01]+|[-+ ]?0[oO][0-7]+)",
            ),
            ("{:5<d}", r"([-+ ]?[-+ ]?[0-9]+|[-+ ]?0[xX][0-9a-fA-F]+|[-+ ]?0[bB][01]+|[-+ ]?0[oO][0-7]+)5*"),
            (
                "{:*=5d}",
                r"([-+ ]?**[-+ ]?[0-9]{1,5}|[-+ ]?0[xX][0-9a-fA-F]{1,5}|[-+ ]?0[bB][01]{1,5}|[-+ ]?0[oO][0-7]{1,5})",
            ),
            (
                "{a:n} {b:g}",
                r"(?P<a>[-+ ]?\d{1,3}([,.]\d{3})*) (?P<b>[-+ ]?\d+(\.\d+)?([eE][-+]?\d+)?|nan|NAN|[-+]?inf|[-+]?INF)",
            ),
            ("a{{b}}c?", r"a\{b\}c\?"),
            ("a{1,2}", "a{1,2}"),
        ] {
            assert_eq!(expression(format), expected, "{format}");
        }
    }

    #[test]
    fn a_fraction_begins_with_a_comma_too_but_where_the_format_goes_on_with_it() {
        const TIME: &str = r"((\d{1,2}:\d{1,2}(:\d{1,2}(\.\d+)?)?)?(\s+[AP]M)?(\s+[-+]\d\d?:?\d\d)?)";
        const SYSLOG: &str =
            r"((Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)(\s+)(\d+)(\s+)(\d{1,2}:\d{1,2}:\d{1,2})?)";
        // These two were printed by PyPI parse 1.22.4.
        assert_eq!(expression("{:tt},"), format!("{TIME},"));
        assert_eq!(expression("{:ts}."), format!(r"{SYSLOG}\."));
        assert_eq!(expression("{:ts},"), format!("{SYSLOG},"));
        assert_eq!(expression("{:tt}{:[},{:l}{:]}"), format!("{TIME}(?:,([A-Za-z]+))?"));
        assert_eq!(expression("{:[}{:tt}{:]},"), format!("(?:{TIME})?,"));
        let takes_more = TIME.replace(r"\.", "[.,]");
        assert_eq!(expression("{:tt}"), takes_more);
        assert_eq!(expression("{:tt}."), format!(r"{takes_more}\."));
        assert_eq!(expression("{:tt} ,"), format!("{takes_more} ,"));
        assert_eq!(expression("{:ts}"), SYSLOG.replace(r"2})?)", r"2}(?:[.,]\d+)?)?)"));
    }

    #[test]
    fn an_error_in_a_format_points_at_the_column() {
        let error = Format::new("{a} né {b:y}", &FormatOptions::default()).map(|_| ()).unwrap_err();
        assert!(error.is_syntax());
        assert_eq!(error.span(), Some(11..12));
        assert!(error.to_string().contains("column 11"), "{error}");
    }

    #[test]
    fn a_name_repeated_with_another_spec_is_an_error() {
        let error = Format::new("{a:d} {a}", &FormatOptions::default()).map(|_| ()).unwrap_err();
        assert!(error.is_repeated_name() && error.span() == Some(6..9));
    }

    #[test]
    fn an_error_says_what_to_write_instead() {
        let custom = CustomType { pattern: None, group_count: 0 };
        let options = FormatOptions { custom: [("Severity".to_owned(), custom)].into(), case_sensitive: false };
        for (format, span, advice) in [
            ("{x:int}", 3..6, "column 4: did you mean d? (an integer)"),
            ("{x:sevrity}", 3..10, "column 4: did you mean Severity, a type of your own?"),
            ("{level:w {ms:d}", 7..14, "column 8: a } is missing after \"w\": a field ends before the next one begins"),
            ("{x:y}", 3..4, "column 4: expected one of the types d n b"),
            ("{a:d} {a}", 6..9, "column 7: write {a:d} again, or use another name"),
            ("{a_b_}{a[b]}", 6..12, "column 7: use a name that differs from \"a_b_\" in more than . [ ] - and _"),
        ] {
            let error = Format::new(format, &options).map(|_| ()).unwrap_err();
            assert_eq!(error.span(), Some(span), "{format}");
            assert!(error.to_string().contains(advice), "{error}");
        }
    }
}

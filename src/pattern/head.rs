//! The head of a format: all that stands in front of its first field of any text. Where records have several lines, each begins with a head.

use super::{
    format::{Field, Format, FormatOptions},
    spec::Spec,
    types::ValueKind,
};
use crate::error::Result;

impl Format {
    /// The head, as a format; `None` where there is nothing in front of the first field of any text.
    ///
    /// An optional part that has the field belongs to what comes after.
    ///
    /// # Errors
    /// As [`new`](Self::new), for the text of the head; it is the beginning of one that was read.
    pub(crate) fn head(&self, options: &FormatOptions) -> Result<Option<Format>> {
        let field = self.fields.iter().find(|field| is_any_text(field));
        let part = |field: &Field| self.parts().into_iter().find(|part| part.span.contains(&field.span.start));
        let end = field.and_then(part).map_or(self.text.len(), |part| part.span.start);
        let head = Format::new(&self.text[..end], options)?;
        Ok(Some(head).filter(|head| !head.pieces.is_empty()))
    }
}

/// Whether the field takes whatever there is: it has no expression of its own, or is of the type `*`.
fn is_any_text(field: &Field) -> bool {
    let is_longest = |spec: &Spec| field.kind == ValueKind::Text && spec.kind == "*";
    field.is_any_text || field.spec.as_ref().is_some_and(is_longest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::CustomType;

    fn head(text: &str) -> Option<String> {
        let own = |pattern: Option<&str>| CustomType { pattern: pattern.map(str::to_owned), group_count: 0 };
        let custom = [("Any".to_owned(), own(None)), ("Id".to_owned(), own(Some("[a-z]+")))].into();
        let options = FormatOptions { custom, case_sensitive: false };
        let format = Format::new(text, &options).unwrap_or_else(|error| panic!("{error}"));
        format.head(&options).unwrap_or_else(|error| panic!("{error}")).map(|head| head.text)
    }

    #[test]
    fn a_head_ends_where_the_first_field_of_any_text_begins() {
        for (format, expected) in [
            ("{t:ti} {level:w} {msg}", Some("{t:ti} {level:w} ")),
            ("[{thread}] {n:d}", Some("[")),
            ("{n:d} {m:d}", Some("{n:d} {m:d}")),
            ("{n:d|-} {user:|-}", Some("{n:d|-} ")),
            ("{id:Id} {rest:Any}", Some("{id:Id} ")),
            ("{n:d} {:5.7} x", Some("{n:d} ")),
            ("{n:d}/{dir:*}/", Some("{n:d}/")),
            ("{n:d} {:[}[{x}] {:]}{m}", Some("{n:d} ")),
            ("{n:d} {:[}a {:]}{:[}{:[}{k:d}={:]}{v}{:]}", Some("{n:d} {:[}a {:]}")),
            ("{msg}", None),
            ("{} {n:d}", None),
            ("{:[}{x} {:]}{n:d}", None),
        ] {
            assert_eq!(head(format).as_deref(), expected, "{format}");
        }
    }
}

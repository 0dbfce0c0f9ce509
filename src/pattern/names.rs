//! Field names → names of capture groups, which must be identifiers.

use std::collections::BTreeMap;

/// The capture groups given so far.
#[derive(Debug, Default)]
pub(super) struct Groups {
    names: BTreeMap<String, String>,
}

impl Groups {
    /// The group of a field name seen before.
    pub(super) fn of(&self, field: &str) -> Option<String> {
        self.names.iter().find(|(_, name)| *name == field).map(|(group, _)| group.clone())
    }

    /// The field whose group a new field name would have, were it free.
    pub(super) fn taken_by(&self, field: &str) -> Option<&str> {
        self.names.get(&group_of(field)).map(String::as_str)
    }

    /// Gives a new field name its group; `None` when no free name can be made.
    ///
    /// `. [ ] -` become `_`. Where that name is taken, the first of `.`, `_`, `-` that the field has is replaced by two
    /// underscores, then three, …: only that one character, so that the result may be no identifier. `parse` does the same.
    pub(super) fn add(&mut self, field: &str) -> Option<String> {
        let mut group = group_of(field);
        let mut underscores = 1;
        while self.names.contains_key(&group) {
            underscores += 1;
            let spread = ['.', '_', '-'].into_iter().find(|&c| field.contains(c))?;
            group = field.replace(spread, &"_".repeat(underscores));
        }
        self.names.insert(group.clone(), field.to_owned());
        Some(group)
    }
}

/// The group of a field, where it is free.
fn group_of(field: &str) -> String {
    field.replace(['.', '[', ']', '-'], "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_collide_get_more_underscores_until_none_can_be_had() {
        let mut groups = Groups::default();
        assert_eq!(groups.add("a.b").as_deref(), Some("a_b"));
        assert_eq!(groups.add("a_b").as_deref(), Some("a__b"));
        assert_eq!(groups.add("a-b").as_deref(), Some("a___b"), "the field has no . and no _, so - is spread");
        assert_eq!(groups.add("a_b_").as_deref(), Some("a_b_"));
        assert_eq!(groups.add("a[b]"), None);
        assert_eq!(groups.of("a_b").as_deref(), Some("a__b"));
    }
}

//! What was probably meant by a name that there is not.

use crate::pattern::is_near;

/// Names of fewer characters begin too many others.
const BEGINNING: usize = 3;

/// What to do about a name that is none of these: the one that is near it, and all.
pub(super) fn hint<'n>(name: &str, names: impl IntoIterator<Item = &'n str> + Clone) -> String {
    let all = names.clone().into_iter().collect::<Vec<_>>().join(", ");
    match near(name, names).first() {
        Some(one) => format!("did you mean {one}? There are {all}"),
        None => format!("there are {all}"),
    }
}

/// Those of the names that may be meant, the nearest first: they differ in one character, or the one begins with the other.
pub(super) fn near<'n>(name: &str, names: impl IntoIterator<Item = &'n str>) -> Vec<&'n str> {
    let lower = name.to_lowercase();
    let begins = |other: &str| {
        let (short, long) = if lower.len() < other.len() { (&*lower, other) } else { (other, &*lower) };
        short.chars().count() >= BEGINNING && long.starts_with(short)
    };
    let (mut found, others): (Vec<&str>, Vec<&str>) = names.into_iter().partition(|other| is_near(name, other));
    found.extend(others.into_iter().filter(|other| begins(&other.to_lowercase())));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_near_one_that_differs_in_a_character_or_begins_alike() {
        let names = ["status", "state", "host", "n"];
        for (name, wanted) in [
            ("hots", &["host"][..]),
            ("Host", &["host"]),
            ("sttus", &["status"]),
            ("statuscode", &["status"]),
            ("stat", &["state", "status"]),
            ("st", &[]),
            ("m", &[]),
            ("level", &[]),
        ] {
            assert_eq!(near(name, names), wanted, "{name}");
        }
        assert_eq!(hint("hots", names), "did you mean host? There are status, state, host, n");
        assert_eq!(hint("level", names), "there are status, state, host, n");
    }
}

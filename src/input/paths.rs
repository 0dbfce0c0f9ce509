//! Files by a pattern of their names, as shells have it: `logs/*.gz`, `logs/**/*.log`.
//!
//! The folders that the pattern can mean are walked, and the path of each file in them is matched. Symbolic links to folders are followed but by `**`, which so
//! meets no file twice. A folder that cannot be read stands among the files: to open it is an error that says why.

use std::{
    fs, io,
    path::{Path, PathBuf, is_separator},
};

use globset::{GlobBuilder, GlobMatcher};
use walkdir::WalkDir;

use crate::error::{Error, Result};

/// The files that `pattern` names, sorted by their paths: what has this path, whatever characters are in it, or else the files that it matches.
///
/// # Errors
/// [`Error::is_io`]: it is wrong, or matches no file.
pub(crate) fn named(pattern: &str) -> Result<Vec<PathBuf>> {
    if !pattern.contains(['*', '?', '[', '{']) || fs::symlink_metadata(pattern).is_ok() {
        return Ok(vec![PathBuf::from(pattern)]);
    }
    let fail = |kind, message: String| Error::io(pattern, io::Error::new(kind, message));
    let matcher = matcher(pattern).map_err(|error| fail(io::ErrorKind::InvalidInput, error.kind().to_string()))?;
    let base = base(pattern);
    let found = walk(pattern, base).filter_map(|found| chosen(found, base, depth(pattern, base), &matcher));
    let mut found: Vec<PathBuf> = found.collect();
    found.sort();
    if found.is_empty() {
        return Err(fail(io::ErrorKind::NotFound, "no file has a name that matches this".to_owned()));
    }
    Ok(found)
}

/// How many bytes the files have together, as they lie on the disk; `None` if one of them is no plain file.
pub(crate) fn total_bytes(paths: &[PathBuf]) -> Option<u64> {
    let bytes = |path: &PathBuf| fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|found| found.len());
    paths.iter().map(bytes).sum()
}

fn matcher(pattern: &str) -> std::result::Result<GlobMatcher, globset::Error> {
    Ok(GlobBuilder::new(pattern).literal_separator(true).build()?.compile_matcher())
}

/// The folder before the first part of a pattern that has special characters; empty for the current one.
fn base(pattern: &str) -> &str {
    let special = pattern.find(['*', '?', '[', '{', '\\']).unwrap_or(pattern.len());
    pattern[..special].rfind(is_separator).map_or("", |at| &pattern[..=at])
}

/// How deep below its base the names lie that a pattern can mean.
fn depth(pattern: &str, base: &str) -> usize {
    if pattern.contains("**") { usize::MAX } else { 1 + pattern[base.len()..].matches(is_separator).count() }
}

/// What there is in the folders that a pattern can mean. Hidden files are what a pattern means that has a dot for them below its base: a base with one says
/// nothing of what is in it.
fn walk(pattern: &str, base: &str) -> impl Iterator<Item = walkdir::Result<walkdir::DirEntry>> {
    let depth = depth(pattern, base);
    let shows_hidden =
        pattern[base.len()..].split(is_separator).any(|part| part.starts_with('.') && !matches!(part, "." | ".."));
    let walk = WalkDir::new(if base.is_empty() { "." } else { base }).min_depth(1).max_depth(depth);
    let is_hidden = |entry: &walkdir::DirEntry| entry.file_name().as_encoded_bytes().starts_with(b".");
    walk.follow_links(depth < usize::MAX)
        .into_iter()
        .filter_entry(move |entry| entry.depth() == 0 || shows_hidden || !is_hidden(entry))
}

/// The path of a file that matches, or of a folder in which files may match and that cannot be walked through.
fn chosen(
    found: walkdir::Result<walkdir::DirEntry>,
    base: &str,
    depth: usize,
    matcher: &GlobMatcher,
) -> Option<PathBuf> {
    let path_of = |path: &Path| match path.strip_prefix(".") {
        Ok(inside) if base.is_empty() => inside.to_owned(),
        _ => path.to_owned(),
    };
    let is_chosen = |path: &PathBuf| matcher.is_match(path) && !path.is_dir();
    match found {
        Ok(entry) => Some(path_of(entry.path())).filter(is_chosen),
        Err(error) if error.depth() < depth => error.path().map(path_of).filter(|path| path.is_dir()),
        // A symbolic link that leads nowhere, or around.
        Err(error) => error.path().map(path_of).filter(is_chosen),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with these files, which is removed in the end.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str, files: &[&str]) -> Folder {
            let folder = std::env::temp_dir().join(format!("parsimd-paths-{}-{name}", std::process::id()));
            for file in files {
                let path = folder.join(file);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, "").unwrap();
            }
            Folder(folder)
        }

        /// What a pattern in the folder names there.
        fn named(&self, pattern: &str) -> Vec<String> {
            let begin = format!("{}/", self.0.display());
            let found = named(&format!("{begin}{pattern}")).unwrap_or_default();
            found.iter().map(|path| path.to_str().unwrap().strip_prefix(&begin).unwrap().to_owned()).collect()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn patterns_name_files_as_in_shells_sorted_by_path() {
        let files = ["b.log", "a.log", "a.gz", ".c.log", "x/d.log", "x/y/e.log", "x/y/e.gz", "z.log/f.txt"];
        let folder = Folder::new("shells", &files);
        for (pattern, wanted) in [
            ("*.log", &["a.log", "b.log"][..]),
            ("?.gz", &["a.gz"]),
            ("[ab].log", &["a.log", "b.log"]),
            ("[!a].log", &["b.log"]),
            ("a.{log,gz}", &["a.gz", "a.log"]),
            ("*/*.log", &["x/d.log"]),
            ("x/*", &["x/d.log"]),
            ("**/*.log", &["a.log", "b.log", "x/d.log", "x/y/e.log"]),
            ("x/**", &["x/d.log", "x/y/e.gz", "x/y/e.log"]),
            (".*.log", &[".c.log"]),
            ("*.zip", &[]),
            ("none/*", &[]),
        ] {
            assert_eq!(folder.named(pattern), wanted, "{pattern}");
        }
    }

    #[test]
    fn a_hidden_folder_that_is_named_shows_no_hidden_files_below_it() {
        let files = ["h/.cache/a.log", "h/.cache/.b.log", "h/.cache/x/.c.log", "h/.cache/.y/d.log"];
        let folder = Folder::new("hidden", &files);
        assert_eq!(folder.named("h/.cache/*"), ["h/.cache/a.log"]);
        assert_eq!(folder.named("h/.cache/**"), ["h/.cache/a.log"]);
        assert_eq!(folder.named("h/.cache/.*"), ["h/.cache/.b.log"]);
        assert_eq!(folder.named("*/.cache/*.log"), ["h/.cache/.b.log", "h/.cache/a.log"]);
    }

    #[test]
    fn a_file_that_has_the_characters_of_a_pattern_in_its_name_is_that_file() {
        let folder = Folder::new("literal", &["a[1].log", "a1.log"]);
        assert_eq!(folder.named("a[1].log"), ["a[1].log"]);
        assert_eq!(folder.named("a[1].lo?"), ["a1.log"]);
    }

    #[test]
    fn what_names_nothing_is_an_error_that_says_so() {
        for (pattern, message) in [("/none/*.gz", "no file has a name that matches this"), ("a[", "unclosed")] {
            let error = named(pattern).unwrap_err();
            assert!(error.is_io() && error.to_string().starts_with(pattern), "{error}");
            assert!(error.to_string().contains(message), "{error}");
        }
        assert_eq!(named("none.gz").unwrap(), [PathBuf::from("none.gz")]);
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_in_itself_ends_and_names_that_are_no_text_are_found() {
        use std::{ffi::OsStr, os::unix::ffi::OsStrExt};

        let folder = Folder::new("loops", &["x/a.log"]);
        std::os::unix::fs::symlink(&folder.0, folder.0.join("x/loop")).unwrap();
        std::os::unix::fs::symlink("/nowhere", folder.0.join("x/nowhere.txt")).unwrap();
        assert_eq!(folder.named("**/*.log"), ["x/a.log"]);
        assert_eq!(folder.named("x/*.txt"), ["x/nowhere.txt"]);
        let odd = folder.0.join("x").join(OsStr::from_bytes(b"\xff.log"));
        fs::write(&odd, "").unwrap();
        assert_eq!(named(&format!("{}/x/*.log", folder.0.display())).unwrap(), [folder.0.join("x/a.log"), odd]);
    }
}

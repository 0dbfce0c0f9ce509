//! What `PLATFORMS.md` says, held against the code and the lanes. The page and the lanes are files of the repository, in
//! which alone the tests run.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::Isa;

/// A file of the repository.
fn file(name: &str) -> String {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The rows of the table whose first heading is `heading`, without the heading.
fn table(page: &str, heading: &str) -> Vec<Vec<String>> {
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let lines = page.lines().skip_while(|line| !line.starts_with(&format!("| {heading} |")));
    lines.skip(2).take_while(|line| line.starts_with('|')).map(cells).collect()
}

/// The lanes of `ci/lanes.sh`: name, machine, instruction sets, percent.
fn lanes() -> Vec<[String; 4]> {
    lanes_of("ci/lanes.sh")
}

/// The lanes of `ci/pythons.sh`: name, version, machine, collector, percent.
fn pythons() -> Vec<[String; 5]> {
    lanes_of("ci/pythons.sh")
}

fn lanes_of<const COLUMNS: usize>(script: &str) -> Vec<[String; COLUMNS]> {
    let script = file(script);
    let list = script.split("LANES='").nth(1).and_then(|rest| rest.split('\'').next()).expect("a list of lanes");
    let words = |line: &str| {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        <[String; COLUMNS]>::try_from(words).unwrap_or_else(|words| panic!("not a lane: {words:?}"))
    };
    list.lines().filter(|line| !line.is_empty()).map(words).collect()
}

/// The targets whose instruction sets a lane's machine can test.
fn target(machine: &str) -> &[&str] {
    match machine.split(':').next() {
        Some("native") => &["x86_64"],
        Some("x86-64") => &["x86_64"],
        Some("arm64") => &["aarch64"],
        _ => panic!("no machine is called {machine}"),
    }
}

#[test]
fn the_lanes_on_the_page_are_those_of_the_script() {
    let page = file("PLATFORMS.md");
    let on_the_page = table(&page, "lane");
    let in_the_script: Vec<Vec<String>> = lanes()
        .into_iter()
        .map(|[lane, machine, isas, percent]| vec![lane, machine, isas, format!("{percent} %")])
        .collect();
    assert_eq!(on_the_page, in_the_script);
    let on_the_page = table(&page, "Python lane");
    let in_the_script: Vec<Vec<String>> = pythons()
        .into_iter()
        .map(|[lane, version, machine, collector, percent]| {
            vec![lane, version, machine, collector, format!("{percent} %")]
        })
        .collect();
    assert_eq!(on_the_page, in_the_script);
}

#[test]
fn each_python_that_is_declared_is_promised_and_names_exactly_the_lanes_that_test_it() {
    let (page, project) = (file("PLATFORMS.md"), file("python/pyproject.toml"));
    let rows = table(&page, "Python");
    for row in &rows {
        let [version, promised, tested] = &row[..] else { panic!("not a row: {row:?}") };
        assert_eq!(promised, "the same answers");
        let named: BTreeSet<&str> = tested.split(',').map(str::trim).collect();
        let lanes = pythons();
        let found: BTreeSet<&str> =
            lanes.iter().filter(|[_, of, ..]| of == version).map(|[lane, ..]| lane.as_str()).collect();
        assert_eq!(named, found, "{version}");
        // An emulated machine leaves tests out, so it is not enough.
        assert!(lanes.iter().any(|[_, of, machine, ..]| of == version && machine == "native"), "{version}");
    }
    let promised: Vec<&str> = rows.iter().map(|row| row[0].as_str()).collect();
    let declared: Vec<&str> = project
        .lines()
        .filter_map(|line| line.trim().strip_prefix("\"Programming Language :: Python :: ")?.strip_suffix("\","))
        .filter(|version| version.starts_with(|first: char| first.is_ascii_digit()))
        .collect();
    assert_eq!(promised, declared);
    assert!(project.contains(&format!("requires-python = \">={}\"", promised[0])));
}

#[test]
fn each_target_and_instruction_set_names_exactly_the_lanes_that_test_it() {
    let page = file("PLATFORMS.md");
    let rows = table(&page, "target");
    assert!(rows.len() >= 6, "the table is gone");
    for row in &rows {
        let [arch, isa, _needs, promised, tested] = &row[..] else { panic!("not a row: {row:?}") };
        let isa: Isa = isa.parse().unwrap();
        assert!(promised.starts_with("the same answers"));
        let named: BTreeSet<&str> = tested.split(',').map(str::trim).collect();
        let lanes = lanes();
        let found: BTreeSet<&str> = lanes
            .iter()
            .filter(|[_, machine, isas, _]| {
                target(machine).contains(&arch.as_str()) && isas.split(',').any(|name| name == isa.name())
            })
            .map(|[lane, ..]| lane.as_str())
            .collect();
        assert_eq!(named, found, "{arch} {isa}");
        assert!(!found.is_empty(), "{arch} {isa} is tested by no lane");
    }
}

#[test]
fn the_instruction_sets_on_the_page_are_those_of_the_code() {
    let page = file("PLATFORMS.md");
    let rows = table(&page, "target");
    let of = |arch: &str| -> BTreeSet<&str> {
        rows.iter().filter(|row| row[0] == arch).map(|row| row[1].as_str()).collect()
    };
    let every: BTreeSet<&str> = rows.iter().map(|row| row[1].as_str()).collect();
    assert_eq!(every, Isa::ALL.iter().map(|isa| isa.name()).collect());
    // What this build has kernels for: asking for the table of any other is an error on every CPU.
    let here = of(std::env::consts::ARCH);
    for isa in Isa::available() {
        assert!(here.contains(isa.name()), "{isa} is available on {}", std::env::consts::ARCH);
    }
    let built: &[&str] = if cfg!(target_arch = "x86_64") {
        &["avx2", "avx512", "scalar", "sse4.2"]
    } else if cfg!(target_arch = "aarch64") {
        &["neon", "scalar"]
    } else {
        return assert!(here.is_empty());
    };
    assert_eq!(here, built.iter().copied().collect());
}

#[test]
fn each_variable_that_is_read_is_on_the_page_and_no_other() {
    let page = file("PLATFORMS.md");
    let on_the_page: BTreeSet<String> =
        table(&page, "variable").iter().map(|row| row[0].trim_matches('`').to_owned()).collect();
    let sources = [
        "simd/src/isa.rs",
        "simd/src/tests/harness.rs",
        "src/lanes.rs",
        "python/src/lib.rs",
        "python/tests/conftest.py",
        "python/tests/share.py",
        "python/tests/test_oracle.py",
        "python/tests/spark/conftest.py",
        "ci/lanes.sh",
        "ci/pythons.sh",
        "ci/run-lanes.sh",
        "ci/setup-cross.sh",
        "ci/debian.sh",
        "ci/wheels.sh",
    ];
    let mut read = BTreeSet::new();
    for source in sources {
        let text = file(source);
        for (at, _) in text.match_indices("PARSIMD_") {
            let end = text[at..].find(|c: char| c != '_' && !c.is_ascii_uppercase()).unwrap_or(text.len() - at);
            read.insert(text[at..at + end].to_owned());
        }
    }
    assert_eq!(on_the_page, read);
}

//! The machine that a benchmark ran on, and the files that results are recorded in.

use std::{path::Path, process::Command};

use parsimd_simd::Isa;

/// What was measured on, and with what.
pub fn machine() -> String {
    let names: Vec<&str> = Isa::available().into_iter().map(Isa::name).collect();
    format!(
        "CPU: {} ({} of them); instruction sets: {}; {}; {}; {}.",
        cpu(),
        std::thread::available_parallelism().map_or(0, usize::from),
        names.join(", "),
        std::env::consts::OS,
        output("rustc", &["--version"]),
        output("date", &["-u", "+%Y-%m-%d"]),
    )
}

/// The CPU's name, with its model number where the name says little.
fn cpu() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let line = info.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let name = field("model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    match (field("cpu family"), field("model\t")) {
        (Some(family), Some(model)) => format!("{name}, family {family} model {model}"),
        _ => name,
    }
}

/// A name for the record: CPU and day.
pub fn label() -> String {
    let cpu: String = cpu().to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let words: Vec<&str> = cpu.split('-').filter(|word| !word.is_empty() && !["r", "tm"].contains(word)).collect();
    format!("{}-{}", words.join("-"), output("date", &["-u", "+%Y-%m-%d"]))
}

/// What a command prints.
fn output(command: &str, arguments: &[&str]) -> String {
    let output = Command::new(command).args(arguments).output();
    output.map_or_else(|_| "?".to_owned(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Writes `text` to the record of this CPU and day, and says where.
///
/// # Panics
///
/// If the file cannot be written.
pub fn write(kind: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("record").join(format!("{kind}-{}.md", label()));
    std::fs::write(&file, text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    println!("recorded in {}", file.display());
}

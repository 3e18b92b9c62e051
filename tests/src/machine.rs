//! On what it ran: a result without its machine says little.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Cores, memory, system, compiler.
pub fn describe() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = field("/proc/meminfo", "MemTotal:")
        .and_then(|value| value.split_whitespace().next()?.parse::<u64>().ok())
        .map_or_else(
            || "memory unknown".to_owned(),
            |kib| format!("{} GiB memory", kib >> 20),
        );
    let system = field("/etc/os-release", "PRETTY_NAME=").map_or_else(
        || std::env::consts::OS.to_owned(),
        |name| name.trim_matches('"').to_owned(),
    );
    let compiler = output("rustc", &["--version"]).unwrap_or_else(|| "rustc unknown".to_owned());
    format!("{cores} cores, {memory}, {system}, {compiler}")
}

/// The commit that is checked out, and whether the files are as it has them.
pub fn commit() -> Option<(String, bool)> {
    let commit = output("git", &["rev-parse", "--short=12", "HEAD"])?;
    let clean = output("git", &["status", "--porcelain", "--untracked-files=no"]).is_some_and(|text| text.is_empty());
    Some((commit, clean))
}

/// Today, UTC.
pub fn today() -> String {
    output("date", &["-u", "+%Y-%m-%d"]).unwrap_or_default()
}

fn field(path: impl AsRef<Path>, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    text.lines()
        .find_map(|line| line.strip_prefix(name))
        .map(|value| value.trim().to_owned())
}

fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    output.status.success().then_some(text)
}

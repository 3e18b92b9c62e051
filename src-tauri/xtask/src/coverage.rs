//! `cargo xtask coverage`: which test stands for which row of the mission, which rule of the business and which
//! protection, from the tests' names alone. `m07_…` stands for row M7, `r05_…` for rule 5, `s12_…` for item 12 of
//! security, `d03_…` for the third of those that the doors to the network add, `m01_m02_…` for both rows.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::run::{Outcome, root};

/// Where the tests lie, and where the table goes.
const TESTS: [&str; 2] = ["src-tauri", "tests"];
const TABLE: &str = "docs/coverage.md";

/// The rows of the mission, in short.
const MISSION: [&str; 14] = [
    "Two people, two halves, any order",
    "Data centre and way in",
    "US: OAuth",
    "EU: API key and the 12 permissions",
    "Stage picker",
    "Webhook, toggle, first event",
    "One project per posting",
    "Update of the template tags",
    "Template by the posting's tag",
    "Note and status tag",
    "Revoked, deleted, disconnected, and back",
    "Language and questionnaires",
    "Members of the project",
    "Live dashboard",
];

/// The rules of the business, in short.
const RULES: [&str; 20] = [
    "Trigger",
    "Once",
    "Late and many",
    "One engine",
    "Canary and unknown starts",
    "Result ids",
    "Project, recruiter, team",
    "Template",
    "Form values",
    "Language",
    "Fresh posting",
    "One tag, one note",
    "Unknown notes",
    "Parked, and said in Lever",
    "Update",
    "Tag carrier",
    "Proof of rights",
    "Optional rights",
    "How things reach us",
    "Leaving",
];

/// The 28 items of security, in short.
const SECURITY: [&str; 28] = [
    "OAuth in the system browser only",
    "PKCE",
    "State: single use, ten minutes",
    "The way back is exact",
    "Scheme of a reversed domain",
    "Loopback: one request, five minutes",
    "Code and tokens stay out of the window, logs, crash texts",
    "Data centres are not mixed up",
    "One refresh at a time, kept before use",
    "Least scopes",
    "No client secret in the programs",
    "Secrets in the vault only",
    "Disconnect, remove data",
    "No keychain, no fallback",
    "Secrets neither print nor serialise",
    "Content security policy",
    "Hardened configuration",
    "Two commands",
    "The window stays where it is",
    "Foreign text is text",
    "TLS verified, no redirect",
    "SQL with bound parameters only",
    "Files for the user alone",
    "Signed updates",
    "Supply chain",
    "No developer's switch",
    "One instance",
    "Logs of ids and counts",
];

/// Items that belong to packaging, which is not there yet.
const NEXT: [&str; 1] = ["s24"];

/// What the receivers' doors to the network add.
const DOORS: [&str; 12] = [
    "Size of a body",
    "Time for head and body",
    "Depth of JSON",
    "A path that nobody guesses",
    "Comparison in constant time",
    "Known already: 2xx, no work",
    "Too old",
    "Refusals are alike",
    "No detail in errors",
    "Wrong paths are limited",
    "No redirect is followed",
    "TLS in front",
];

/// What is held by a setting that a tool enforces in each run of `cargo xtask test`: row, file, the words in it.
const SETTINGS: [(&str, &str, &str); 11] = [
    ("s11", "src-tauri/xtask/src/test.rs", "release::host()"),
    ("s20", "ui/eslint.config.js", "'svelte/no-at-html-tags': 'error'"),
    (
        "s21",
        "clippy.toml",
        "reqwest::ClientBuilder::tls_danger_accept_invalid_certs",
    ),
    (
        "s21",
        "clippy.toml",
        "reqwest::ClientBuilder::tls_danger_accept_invalid_hostnames",
    ),
    ("s25", "src-tauri/xtask/src/test.rs", "check licenses bans sources"),
    ("s25", "src-tauri/xtask/src/test.rs", "sbom::write"),
    ("s25", "deny.toml", "unknown-registry = \"deny\""),
    ("s25", "deny.toml", "unknown-git = \"deny\""),
    ("s25", "ui/.npmrc", "ignore-scripts=true"),
    ("s25", "src-tauri/xtask/src/ui.rs", "npm(\"ci "),
    ("s26", "src-tauri/xtask/src/test.rs", "release::host()"),
];

/// One test.
struct Test {
    /// `m07`, `r05` …
    rows: Vec<String>,
    /// Its name as a sentence.
    says: String,
    /// The file, from the project's top.
    file: String,
}

/// Writes the table.
///
/// # Errors
/// If a file cannot be read or written, or a row has no test.
pub fn write() -> Outcome {
    let text = table(&tests()?)?;
    fs::write(root().join(TABLE), text).map_err(|error| format!("{TABLE}: {error}"))?;
    println!("Wrote {TABLE}.");
    Ok(())
}

/// Holds the table against the tests, and the settings against their files.
///
/// # Errors
/// If it is not up to date, a row has no test, or a setting is not there.
pub fn check() -> Outcome {
    for (row, file, words) in SETTINGS {
        let text = fs::read_to_string(root().join(file)).map_err(|error| format!("{file}: {error}"))?;
        if !text.contains(words) {
            return Err(format!("{file} holds {row} no more: there is no {words} in it"));
        }
    }
    let written = fs::read_to_string(root().join(TABLE)).unwrap_or_default();
    if written == table(&tests()?)? {
        return Ok(());
    }
    Err(format!(
        "{TABLE} is not up to date. Run this and commit it:\n  cargo xtask coverage"
    ))
}

fn tests() -> Result<Vec<Test>, String> {
    let mut files = Vec::new();
    for folder in TESTS {
        collect(&root().join(folder), &mut files).map_err(|error| format!("{folder}: {error}"))?;
    }
    files.sort();
    let mut tests = Vec::new();
    for path in files {
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let file = path.strip_prefix(root()).unwrap_or(&path);
        let file = file.to_string_lossy().replace('\\', "/");
        tests.extend(read_all(&text, &file));
    }
    Ok(tests)
}

/// The tests of a file that are named after rows, and that run.
fn read_all(text: &str, file: &str) -> Vec<Test> {
    let mut tests = Vec::new();
    let mut attributes = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with("#[") {
            attributes.push(line);
        } else if !line.is_empty() && !line.starts_with("//") {
            let has = |names: &[&str]| {
                attributes
                    .iter()
                    .any(|line| names.iter().any(|name| line.starts_with(name)))
            };
            if has(&["#[test]", "#[tokio::test"]) && !has(&["#[ignore"]) {
                tests.extend(read(line, file));
            }
            attributes.clear();
        }
    }
    tests
}

/// Every Rust file below a folder.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

/// Reads the head of a test that is named after rows.
fn read(line: &str, file: &str) -> Option<Test> {
    let line = line.trim();
    let head = line.strip_prefix("async fn ").or_else(|| line.strip_prefix("fn "))?;
    let (name, _) = head.split_once('(')?;
    let mut words = name.split('_').peekable();
    let mut rows = Vec::new();
    while let Some(row) = words.next_if(|word| is_row(word)) {
        rows.push(row.to_owned());
    }
    let says = words.collect::<Vec<_>>().join(" ");
    (!rows.is_empty() && !says.is_empty()).then(|| Test {
        rows,
        says,
        file: file.to_owned(),
    })
}

fn is_row(word: &str) -> bool {
    let number = word.strip_prefix(['m', 'r', 's', 'd']);
    number.is_some_and(|number| number.len() == 2 && number.chars().all(|digit| digit.is_ascii_digit()))
}

fn table(tests: &[Test]) -> Result<String, String> {
    let mut text = "# What stands for what\n\n\
        Every row of the mission and every rule of the business has end-to-end tests over real HTTP, named after it;\n\
        every protection has a test that fails without it, or a setting that a tool enforces.\n\
        This table is made from their names by `cargo xtask coverage`, and `cargo xtask test` holds it against them.\n"
        .to_owned();
    for (title, letter, names) in [
        ("The mission", 'm', MISSION.as_slice()),
        ("The rules of the business", 'r', RULES.as_slice()),
        ("Security", 's', SECURITY.as_slice()),
        ("The doors to the network", 'd', DOORS.as_slice()),
    ] {
        let _ = write!(text, "\n## {title}\n\n| Row | Test | File |\n|---|---|---|\n");
        for (number, name) in (1..).zip(names) {
            let row = format!("{letter}{number:02}");
            let ours = tests.iter().filter(|test| test.rows.contains(&row));
            let ours = ours.map(|test| (test.says.clone(), test.file.as_str()));
            let set = SETTINGS.iter().filter(|(of, ..)| *of == row);
            let set = set.map(|(_, file, words)| (format!("`{words}`"), *file));
            let next = NEXT.contains(&row.as_str()).then(|| ("*not yet*".to_owned(), "–"));
            let mut head = format!("**{}{number}** {name}", letter.to_ascii_uppercase());
            let lines = ours.chain(set).chain(next).collect::<Vec<_>>();
            if lines.is_empty() {
                return Err(format!(
                    "Nothing tests {row} ({name}): a test's name has to begin with {row}_"
                ));
            }
            for (says, file) in lines {
                let _ = writeln!(text, "| {head} | {says} | `{file}` |");
                head.clear();
            }
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_rows_of_a_test_are_read_from_its_name() {
        let test = read("    async fn m01_m14_eu_it_works() {", "tests/a.rs").unwrap();
        assert_eq!(test.rows, ["m01", "m14"]);
        assert_eq!(test.says, "eu it works");
        for other in [
            "fn m1_short()",
            "fn move_to(&self)",
            "fn r05_()",
            "let m07_x = 1;",
            "// fn m07",
        ] {
            assert!(read(other, "tests/a.rs").is_none(), "{other}");
        }
    }

    #[test]
    fn only_a_test_that_runs_counts() {
        let text = "\
            #[tokio::test(flavor = \"multi_thread\")]\n/// Words.\nasync fn m01_one() {\n\
            #[test]\n#[allow(dead_code)]\nfn m02_two() {\n\
            async fn m03_no_test() {\n\
            #[test]\n#[ignore = \"slow\"]\nfn m04_ignored() {\n\
            #[ignore]\n#[test]\nfn m05_ignored() {\n\
            #[allow(dead_code)]\nfn m06_helper() {\n";
        let said: Vec<_> = read_all(text, "tests/a.rs").into_iter().map(|test| test.says).collect();
        assert_eq!(said, ["one", "two"]);
    }

    #[test]
    fn a_row_without_a_test_is_refused() {
        let refusal = table(&[read("fn m01_alone()", "tests/a.rs").unwrap()]).unwrap_err();
        assert!(refusal.contains("m02"));
    }
}

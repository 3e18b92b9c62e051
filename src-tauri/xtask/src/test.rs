//! `cargo xtask test`: everything that must hold, on a machine that has nothing but Rust, Node and a C linker.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::coverage;
use crate::crates;
use crate::machine::{self, BUILD_WINDOW, DRIVE_WINDOW, RUN_WINDOW};
use crate::release;
use crate::run::{Line, Outcome, Step, line, root, steps, tool_line};
use crate::sbom;
use crate::session::UNSEEN;
use crate::torture;
use crate::ui::{self, npm};

/// Where the TypeScript twins of the API's types lie.
const TYPES: &str = "ui/src/backend/types";

/// Runs every check and every test.
///
/// # Errors
/// The first step that fails, with the command to repeat it.
pub fn run(yes: bool) -> Outcome {
    // What takes minutes comes after what takes seconds.
    let mut todo: Vec<Step<'_>> = vec![
        ("Checking the minima", Box::new(machine::check_minima)),
        (
            "Checking system packages",
            Box::new(move || machine::provide(&[BUILD_WINDOW, RUN_WINDOW, DRIVE_WINDOW], yes)),
        ),
        (
            "Checking Rust's components",
            Box::new(move || machine::provide_components(yes)),
        ),
        line("Formatting", Line::of("cargo fmt --all --check")),
        ("Arrows between crates", Box::new(crates::check)),
        ("A test for every row and rule", Box::new(coverage::check)),
        (
            "Unused dependencies",
            Box::new(|| tool("cargo-machete@0.9.2", "--with-metadata")),
        ),
        (
            "Licences, bans and sources",
            Box::new(|| tool("cargo-deny@0.20.2", "check licenses bans sources")),
        ),
    ];
    // The app embeds the pages, so they come before anything of the app's.
    todo.extend(ui::build());
    todo.extend([
        line("Checking the UI", npm("run check")),
        line("Testing the UI", npm("test")),
        line("Clippy", whole("clippy --all-targets").and("-- --deny warnings")),
        line("Building", whole("build --all-targets")),
        ("Testing, in real windows too", Box::new(test_workspace)),
        ("What the programs are made of", Box::new(sbom::write)),
    ]);
    todo.extend(release::host());
    todo.extend(torture::share());
    steps(todo)?;
    println!("\nAll of it holds.");
    Ok(())
}

/// A cargo command for the whole workspace. The choice of packages and features is always the same one, because
/// with every other one cargo builds what they share anew.
fn whole(command: &str) -> Line {
    Line::of(&format!(
        "cargo {command} --locked --workspace --features end-to-end/window,end-to-end/torture"
    ))
}

/// `cargo test` also writes the TypeScript twins of the API's types: here into a folder of their own, so that one that
/// nobody writes any more shows as well.
fn test_workspace() -> Outcome {
    let written = root().join("target/types");
    if written.exists() {
        fs::remove_dir_all(&written).map_err(|error| format!("target/types: {error}"))?;
    }
    let folder = written.to_string_lossy();
    whole("test")
        .under(UNSEEN)
        .with("TS_RS_EXPORT_DIR", folder.as_ref())
        .run()?;
    let drift = drift(&types(&root().join(TYPES))?, &types(&written)?);
    if drift.is_empty() {
        return Ok(());
    }
    Err(format!(
        "The API's types and their TypeScript twins differ. Run `cargo test -p model -p api` and commit:\n{}",
        drift.join("\n")
    ))
}

/// What is to be done with the committed files so that they are those that were written.
fn drift(committed: &Types, written: &Types) -> Vec<String> {
    let mut lines = Vec::new();
    for (name, text) in written {
        match committed.get(name) {
            None => lines.push(format!("  add {TYPES}/{name}")),
            Some(before) if before != text => lines.push(format!("  change {TYPES}/{name}")),
            Some(_) => {}
        }
    }
    let gone = committed.keys().filter(|name| !written.contains_key(*name));
    lines.extend(gone.map(|name| format!("  remove {TYPES}/{name}")));
    lines
}

/// Files by name.
type Types = BTreeMap<String, String>;

fn types(folder: &Path) -> Result<Types, String> {
    let unreadable = |error: std::io::Error| format!("{}: {error}", folder.display());
    let files = fs::read_dir(folder).map_err(unreadable)?;
    files
        .map(|file| {
            let file = file?;
            Ok((
                file.file_name().to_string_lossy().into_owned(),
                fs::read_to_string(file.path())?,
            ))
        })
        .collect::<std::io::Result<_>>()
        .map_err(unreadable)
}

/// Runs a tool for cargo.
fn tool(tool: &str, arguments: &str) -> Outcome {
    tool_line(tool, arguments)?.run()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_twin_that_is_new_changed_or_gone_is_named() {
        let files = |pairs: &[(&str, &str)]| -> Types {
            pairs
                .iter()
                .map(|(name, text)| (format!("{name}.ts"), (*text).to_owned()))
                .collect()
        };
        let committed = files(&[("Gone", "1"), ("Same", "1"), ("Changed", "1")]);
        let written = files(&[("Same", "1"), ("Changed", "2"), ("New", "1")]);
        let words = ["change", "add", "remove"].into_iter().zip(["Changed", "New", "Gone"]);
        let expected: Vec<_> = words
            .map(|(word, name)| format!("  {word} {TYPES}/{name}.ts"))
            .collect();
        assert_eq!(drift(&committed, &written), expected);
        assert!(drift(&committed, &committed).is_empty());
    }
}

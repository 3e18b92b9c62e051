//! `cargo xtask test`: everything that must hold, on a machine that has nothing but Rust, Node and a C linker.

use std::collections::BTreeMap;
use std::fs;

use crate::coverage;
use crate::crates;
use crate::machine::{self, BUILD_WINDOW, DRIVE_WINDOW, RUN_WINDOW};
use crate::run::{Line, Outcome, Step, line, root, steps};
use crate::session::UNSEEN;
use crate::ui::{self, npm};

/// Where the TypeScript twins of the API's types lie.
const TYPES: &str = "ui/src/backend/types";

/// Runs every check and every test.
///
/// # Errors
/// The first step that fails, with the command to repeat it.
pub fn run(yes: bool) -> Outcome {
    let mut todo: Vec<Step<'_>> = vec![
        ("Checking the minima", Box::new(machine::check_minima)),
        (
            "Checking system packages",
            Box::new(move || machine::provide(&[BUILD_WINDOW, RUN_WINDOW, DRIVE_WINDOW], yes)),
        ),
        line("Formatting", Line::of("cargo fmt --all --check")),
        ("Arrows between crates", Box::new(crates::check)),
        ("A test for every row and rule", Box::new(coverage::check)),
    ];
    // The app embeds the pages, so they come before anything of the app's.
    todo.extend(ui::build());
    todo.extend([
        line("Checking the UI", npm("run check")),
        line("Testing the UI", npm("test")),
        line("Clippy", whole("clippy --all-targets").and("-- --deny warnings")),
        line("Building", whole("build --all-targets")),
        ("Testing, in real windows too", Box::new(test_workspace)),
        (
            "Unused dependencies",
            Box::new(|| tool("cargo-machete@0.9.2", "--with-metadata")),
        ),
        (
            "Licences, bans and sources",
            Box::new(|| tool("cargo-deny@0.20.2", "check licenses bans sources")),
        ),
    ]);
    steps(todo)?;
    println!("\nAll of it holds.");
    Ok(())
}

/// A cargo command for the whole workspace. The choice of packages and features is always the same one, because
/// with every other one cargo builds what they share anew.
fn whole(command: &str) -> Line {
    Line::of(&format!("cargo {command} --workspace --features end-to-end/window"))
}

/// `cargo test` also writes the TypeScript twins of the API's types; they must be what was there before.
fn test_workspace() -> Outcome {
    let before = types()?;
    whole("test").under(UNSEEN).run()?;
    let changed: Vec<_> = types()?
        .into_iter()
        .filter(|(name, text)| before.get(name) != Some(text))
        .map(|(name, _)| format!("  {TYPES}/{name}"))
        .collect();
    if changed.is_empty() {
        return Ok(());
    }
    Err(format!(
        "The API's types and their TypeScript twins differed. Commit these:\n{}",
        changed.join("\n")
    ))
}

fn types() -> Result<BTreeMap<String, String>, String> {
    let files = fs::read_dir(root().join(TYPES)).map_err(|error| format!("{TYPES}: {error}"))?;
    files
        .map(|file| {
            let file = file?;
            Ok((
                file.file_name().to_string_lossy().into_owned(),
                fs::read_to_string(file.path())?,
            ))
        })
        .collect::<std::io::Result<_>>()
        .map_err(|error| format!("{TYPES}: {error}"))
}

/// Runs a tool for cargo, `name@version`, built into `target/tools` if it is not there yet.
fn tool(tool: &str, arguments: &str) -> Outcome {
    let (name, _) = tool.split_once('@').expect("a tool is named with its version");
    let folder = format!("target/tools/{tool}");
    let program = format!("{folder}/bin/{name}{}", std::env::consts::EXE_SUFFIX);
    if !root().join(&program).is_file() {
        Line::of(&format!("cargo install --quiet --locked {tool} --root {folder}")).run()?;
    }
    Line::of(&format!("{program} {arguments}")).run()
}

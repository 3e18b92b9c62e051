//! `cargo xtask sbom`: what both programs are made of, as CycloneDX (`security.md` 25). From the lockfiles alone, so
//! nothing is built.

use std::fs;

use crate::run::{Line, Outcome, root, tool_line};
use crate::ui::npm;

const FOLDER: &str = "target/sbom";

/// Writes one file for the crates and one for the pages.
///
/// # Errors
/// A tool that fails, or a list that does not name what must be in it.
pub fn write() -> Outcome {
    fs::create_dir_all(root().join(FOLDER)).map_err(|error| format!("{FOLDER}: {error}"))?;
    let crates = tool_line("cargo-sbom@0.10.0", "sbom --output-format cyclone_dx_json_1_6")?;
    list(&crates, "crates.cdx.json", "rusqlite")?;
    // npm's own. What builds the pages counts: it runs on the machine that makes the programs.
    list(
        &npm("sbom --sbom-format=cyclonedx --package-lock-only"),
        "pages.cdx.json",
        "svelte",
    )
}

fn list(line: &Line, name: &str, must_hold: &str) -> Outcome {
    println!("    {line}");
    let text = line.output().ok_or_else(|| format!("This failed:\n  {line}"))?;
    let sound = serde_json::from_str::<serde_json::Value>(&text).is_ok_and(|sbom| {
        let components = sbom["components"].as_array();
        sbom["bomFormat"] == "CycloneDX" && components.is_some_and(|all| all.iter().any(|one| one["name"] == must_hold))
    });
    if !sound {
        return Err(format!("This names no {must_hold}:\n  {line}"));
    }
    let file = format!("{FOLDER}/{name}");
    fs::write(root().join(&file), text).map_err(|error| format!("{file}: {error}"))?;
    println!("Wrote {file}.");
    Ok(())
}

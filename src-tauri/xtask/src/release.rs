//! `cargo xtask release`: builds both programs as they are given to people, and looks at what is in them: no secret of
//! anybody's (`security.md` 11), no switch of a developer's (26). `cargo xtask test` does it with the headless host.

use std::fs;
use std::path::Path;

use crate::machine::{self, BUILD_WINDOW};
use crate::run::{Line, Outcome, Step, line, root, steps};
use crate::torture::HOST;
use crate::ui;

/// The variables of the torture; a server of pages under development; the inspector of the web view, which Tauri builds in
/// for developers only; the driver that the tests of the window use.
const SWITCHES: [&str; 6] = [
    "REFAPP_LEVER_SABOTAGE",
    "REFAPP_LEVER_CRASH",
    "localhost:5173",
    "localhost:1420",
    "webkit_web_inspector_show",
    "WebDriver",
];
/// The simulator's credentials are printed on screen in practice mode, which the desktop app has and the host has not.
const PRACTICE: &str = "practice-client-secret";

/// Looks like a credential and is none: names that stand one after the other in a table of a library's, the digest of an
/// embedded page, and an example of the simulator's.
const KNOWN: [&str; 7] = [
    "sha256-",
    "DowngradeToTls12WhenTls13",
    "I16U16I32U32I64U64",
    "Digit0Digit1",
    "CutPasteSelectF1F2F3",
    "Soft1Soft2Soft3",
    "vTmsuAXU1U81Ow3Gu",
];

/// Builds and looks at both programs.
///
/// # Errors
/// A build that fails, or what should not be in a program.
pub fn run(yes: bool) -> Outcome {
    let mut todo: Vec<Step<'_>> = vec![
        ("Checking the minima", Box::new(machine::check_minima)),
        (
            "Checking system packages",
            Box::new(move || machine::provide(&[BUILD_WINDOW], yes)),
        ),
    ];
    todo.extend(ui::build());
    todo.push(line(
        "Building the app as it is released",
        Line::of("cargo build --package refapp-lever --release"),
    ));
    todo.push(("Looking into the app", Box::new(app)));
    todo.extend(host());
    steps(todo)
}

/// The steps for the headless host.
pub fn host() -> Vec<Step<'static>> {
    vec![
        line(
            "Building the host as it is released",
            Line::of(&format!("cargo {HOST} --release")),
        ),
        (
            "Looking into the host",
            Box::new(|| look(&root().join("target/release/refapp-lever-server"), &[PRACTICE])),
        ),
    ]
}

fn app() -> Outcome {
    let app = root().join("target/release/refapp-lever");
    look(&app, &[])?;
    // Tauri's own switch for being driven stands in every program that it builds; ours does not start with it.
    let driven = Line::new([app.to_string_lossy()]).with("TAURI_WEBVIEW_AUTOMATION", "true");
    match driven.run() {
        Err(refusal) if refusal.contains("exit status: 2") => Ok(()),
        _ => Err("The released app lets itself be driven.".to_owned()),
    }
}

fn look(program: &Path, more: &[&str]) -> Outcome {
    let bytes = fs::read(program).map_err(|error| format!("{}: {error}", program.display()))?;
    let found = findings(&bytes, more);
    if found.is_empty() {
        println!("Nothing in {} that should not be there.", program.display());
        return Ok(());
    }
    Err(format!("In {}:\n- {}", program.display(), found.join("\n- ")))
}

/// Whatever should not be in a program.
fn findings(bytes: &[u8], more: &[&str]) -> Vec<String> {
    let holds = |word: &str| bytes.windows(word.len()).any(|window| window == word.as_bytes());
    let switches = SWITCHES.iter().chain(more).filter(|word| holds(word));
    let mut found: Vec<String> = switches.map(|word| (*word).to_owned()).collect();
    let is_token = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    for run in bytes.split(|byte| !is_token(byte)).filter(|run| run.len() >= TOKEN) {
        if let Some(at) = run.windows(TOKEN).position(is_random) {
            // With what stands around it, so that it can be recognised.
            let around = &run[at.saturating_sub(TOKEN)..run.len().min(at + 2 * TOKEN)];
            let text = String::from_utf8_lossy(around).into_owned();
            if !KNOWN.iter().any(|known| text.contains(known)) {
                found.push(format!("what looks like a credential: {text}"));
            }
        }
    }
    found
}

/// Long enough to tell a random text from words.
const TOKEN: usize = 40;

/// Whether a text of letters and digits is a random one: in words that stand side by side the kind of character changes
/// seldom, in 40 random ones of base64 about 26 times.
fn is_random(window: &[u8]) -> bool {
    let kind = |byte: &u8| match byte {
        b'0'..=b'9' => 0,
        b'A'..=b'Z' => 1,
        b'a'..=b'z' => 2,
        _ => 3,
    };
    let mut many = [0; 4];
    for byte in window {
        many[kind(byte)] += 1;
    }
    let changes = window
        .windows(2)
        .filter(|pair| kind(&pair[0]) != kind(&pair[1]))
        .count();
    many[0] >= 3 && many[1] >= 6 && many[2] >= 6 && changes >= 20
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s11_a_credential_in_a_program_is_found_and_names_are_none() {
        // Made up, in the form of an OAuth client's secret at Lever's.
        let secret = "q7Rz_V2mKx9-Ls4TnB8wYc1PdJ6hGf3XvE0aUo5iQtZ7rMbN2kWyCj4HsDgLpA9e";
        let program = |text: &str| format!("\0\u{1}{text}\0").into_bytes();
        assert_eq!(findings(&program(&format!("before{secret}after")), &[]).len(), 1);
        for harmless in [
            "CivilDateTimeZuluConvertDateTimeToTimestampoffsetEmptyTimeZoneExpectedDateDesignator",
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
            "aad404949171d49ad4b4d1357fbcff0262cc2541976b9426",
            "xDowngradeToTls12WhenTls13IsSupportedBadCertChainxxxxxxxxxxxxx",
        ] {
            assert_eq!(findings(&program(harmless), &[]), Vec::<String>::new());
        }
    }

    #[test]
    fn s26_a_switch_of_a_developers_in_a_program_is_found() {
        for word in SWITCHES {
            let program = format!("\0some words{word}more words\0");
            assert_eq!(findings(program.as_bytes(), &[]), [word]);
        }
        assert_eq!(findings(PRACTICE.as_bytes(), &[PRACTICE]), [PRACTICE]);
        assert!(findings(PRACTICE.as_bytes(), &[]).is_empty());
    }
}

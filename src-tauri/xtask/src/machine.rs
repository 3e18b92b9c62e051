//! What this computer must have: minima that a person installs, and system packages that we can install.

use std::env;
use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;

use crate::run::{Line, Outcome};

/// Version 20.19, the oldest that the UI's tools run on.
const NODE: (u32, u32) = (20, 19);

/// Checks what we do not install ourselves. Not Rust: with one older than `rust-version`, cargo says so and does not
/// even build us.
///
/// # Errors
/// Every minimum that is missing, with what was found and where to get it.
pub fn check_minima() -> Outcome {
    let linker = if cfg!(windows) { "link.exe" } else { "cc" };
    let missing: Vec<String> = [
        too_old("Node", "node --version", NODE, "https://nodejs.org"),
        too_old("npm", "npm --version", (10, 0), "it comes with Node"),
        (!is_program(linker))
            .then(|| format!("a C linker is needed: {linker} was not found (Debian: apt install build-essential)")),
    ]
    .into_iter()
    .flatten()
    .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!("Some things are missing:\n- {}", missing.join("\n- ")))
}

fn too_old(name: &str, command: &str, (major, minor): (u32, u32), source: &str) -> Option<String> {
    let printed = Line::of(command).output();
    let found = printed.as_deref().and_then(version);
    if found >= Some((major, minor)) {
        return None;
    }
    let found = found.map_or("nothing".to_owned(), |(major, minor)| format!("{major}.{minor}"));
    Some(format!(
        "{name} {major}.{minor} or newer is needed, {found} was found ({source})"
    ))
}

/// Major and minor number of `rustc 1.95.0 (…)`, `v20.19.2`, `10.8.2`.
fn version(printed: &str) -> Option<(u32, u32)> {
    let start = printed.find(|c: char| c.is_ascii_digit())?;
    let mut numbers = printed[start..].split(|c: char| !c.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// Sees to it that Rust's own tools are there: rustup's minimal profile comes without them. They are installed after a
/// question, unless `yes` is set.
///
/// # Errors
/// If one is missing still, with how to get it.
pub fn provide_components(yes: bool) -> Outcome {
    let missing: Vec<&str> = [("rustfmt", "cargo fmt --version"), ("clippy", "cargo clippy --version")]
        .into_iter()
        .filter(|(_, command)| Line::of(command).output().is_none())
        .map(|(component, _)| component)
        .collect();
    let Some(install) = install_components(&missing, is_program("rustup"))? else {
        println!("Nothing to install.");
        return Ok(());
    };
    println!("Some components of Rust are missing. This installs them:\n  {install}");
    if !yes && !confirmed()? {
        return Err("Nothing was installed.".to_owned());
    }
    install.run()
}

fn install_components(missing: &[&str], has_rustup: bool) -> Result<Option<Line>, String> {
    let names = missing.join(" ");
    match (missing, has_rustup) {
        ([], _) => Ok(None),
        (_, true) => Ok(Some(Line::of("rustup component add").and(&names))),
        (_, false) => Err(format!(
            "Missing of Rust: {names}. Get them from where your Rust came from, or take Rust from https://rustup.rs"
        )),
    }
}

/// Something of the system's that a command needs.
pub struct Need {
    found: fn() -> bool,
    debian: &'static [&'static str],
    fedora: &'static [&'static str],
    arch: &'static [&'static str],
}

/// To build the window.
pub const BUILD_WINDOW: &[Need] = &[
    Need {
        found: || is_program("pkg-config"),
        debian: &["pkg-config"],
        fedora: &["pkgconf-pkg-config"],
        arch: &["pkgconf"],
    },
    Need {
        found: || Line::of("pkg-config --exists webkit2gtk-4.1").output().is_some(),
        // The drivers draw without a graphics card; the fonts are for a machine that has none.
        debian: &["libwebkit2gtk-4.1-dev", "libgl1-mesa-dri", "fonts-dejavu-core"],
        fedora: &["webkit2gtk4.1-devel", "mesa-dri-drivers", "dejavu-sans-fonts"],
        arch: &["webkit2gtk-4.1", "ttf-dejavu"],
    },
];

/// To run it: the browser, the deep link and the keychain.
pub const RUN_WINDOW: &[Need] = &[
    Need {
        found: || is_program("xdg-open"),
        debian: &["xdg-utils"],
        fedora: &["xdg-utils"],
        arch: &["xdg-utils"],
    },
    Need {
        found: || is_program("dbus-run-session") && is_program("dbus-send"),
        // Where Debian has split it, this one depends on its parts.
        debian: &["dbus"],
        fedora: &["dbus-daemon", "dbus-tools"],
        arch: &["dbus"],
    },
    Need {
        found: || is_program("gnome-keyring-daemon"),
        debian: &["gnome-keyring"],
        fedora: &["gnome-keyring"],
        arch: &["gnome-keyring"],
    },
];

/// To drive it in tests.
pub const DRIVE_WINDOW: &[Need] = &[
    Need {
        found: || is_program("xvfb-run") && is_program("xauth"),
        debian: &["xvfb", "xauth"],
        fedora: &["xorg-x11-server-Xvfb", "xorg-x11-xauth"],
        arch: &["xorg-server-xvfb", "xorg-xauth"],
    },
    Need {
        found: || is_program("WebKitWebDriver"),
        debian: &["webkit2gtk-driver"],
        fedora: &["webkit2gtk4.1"],
        arch: &["webkit2gtk-4.1"],
    },
];

/// To lay pictures side by side, with their names under them.
pub const LAY_OUT: &[Need] = &[Need {
    found: || {
        let fonts = Line::of("montage -list font").output();
        fonts.is_some_and(|fonts| fonts.contains("DejaVu-Sans"))
    },
    debian: &["imagemagick", "fonts-dejavu-core"],
    fedora: &["ImageMagick", "dejavu-sans-fonts"],
    arch: &["imagemagick", "ttf-dejavu"],
}];

/// Sees to it that everything needed is there. On Debian and its descendants what is missing is installed, after a
/// question unless we are root or `yes` is set; elsewhere the command is printed.
///
/// # Errors
/// If something is missing still.
pub fn provide(needs: &[&[Need]], yes: bool) -> Outcome {
    // macOS and Windows bring their own web view and keychain.
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let missing: Vec<&Need> = needs.iter().copied().flatten().filter(|need| !(need.found)()).collect();
    if missing.is_empty() {
        println!("Nothing to install.");
        return Ok(());
    }
    let list = |of: fn(&Need) -> &'static [&'static str]| -> String {
        missing
            .iter()
            .flat_map(|need| of(need))
            .copied()
            .collect::<Vec<_>>()
            .join(" ")
    };
    if !is_program("apt-get") {
        return Err(format!(
            "Some packages are missing. Install them, then start again:\n  \
             Fedora: sudo dnf install {}\n  Arch:   sudo pacman -S --needed {}\n  Debian: sudo apt-get install {}",
            list(|need| need.fedora),
            list(|need| need.arch),
            list(|need| need.debian),
        ));
    }
    install(&list(|need| need.debian), yes)?;
    let still: Vec<_> = missing
        .iter()
        .filter(|need| !(need.found)())
        .flat_map(|need| need.debian)
        .copied()
        .collect();
    if still.is_empty() {
        return Ok(());
    }
    Err(format!("Installed, and yet not found: {}", still.join(" ")))
}

fn install(packages: &str, yes: bool) -> Outcome {
    let root = Line::of("id -u").output().as_deref() == Some("0");
    let sudo = if root { "" } else { "sudo " };
    let update = format!("{sudo}apt-get update");
    let install = format!("{sudo}apt-get install --yes --no-install-recommends {packages}");
    println!("Some system packages are missing. This installs them:\n  {update}\n  {install}");
    if !root && !yes && !confirmed()? {
        return Err("Nothing was installed.".to_owned());
    }
    let quiet = |text: &str| Line::of(text).with("DEBIAN_FRONTEND", "noninteractive");
    quiet(&update).run()?;
    quiet(&install).run()
}

fn confirmed() -> Result<bool, String> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Err("Nobody is here to ask: run what stands above, or start again with --yes.".to_owned());
    }
    print!("Run them now? [y/N] ");
    let mut answer = String::new();
    std::io::stdout()
        .flush()
        .and_then(|()| stdin.lock().read_line(&mut answer))
        .map_err(|error| error.to_string())?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// Whether a program of this name is in the path.
pub fn is_program(name: &str) -> bool {
    env::var_os("PATH").is_some_and(|path| env::split_paths(&path).any(|folder| is_file(&folder.join(name))))
}

fn is_file(path: &Path) -> bool {
    path.is_file() || path.with_extension("exe").is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_the_tools_print() {
        assert_eq!(version("rustc 1.95.0 (59807616e 2026-04-14)"), Some((1, 95)));
        assert_eq!(version("v20.19.2"), Some((20, 19)));
        assert_eq!(version("10.8.2"), Some((10, 8)));
        assert_eq!(version("no digits"), None);
    }

    #[test]
    fn components_come_by_rustup_and_without_it_are_named() {
        assert!(matches!(install_components(&[], false), Ok(None)));
        let line = install_components(&["rustfmt", "clippy"], true).ok().flatten();
        let line = line.expect("rustup can install them");
        assert_eq!(line.to_string(), "rustup component add rustfmt clippy");
        let text = install_components(&["clippy"], false).expect_err("nobody can install it");
        assert!(text.contains("clippy") && text.contains("rustup.rs"), "{text}");
    }

    #[test]
    fn an_old_or_missing_tool_is_named_with_what_was_found() {
        let text = too_old("Rust", "rustc --version", (9, 0), "rustup").expect("there is no Rust 9");
        assert!(text.starts_with("Rust 9.0 or newer is needed, 1."), "{text}");
        let text = too_old("Node", "no-such-program", NODE, "nodejs.org").expect("it is missing");
        assert!(text.contains("nothing was found"), "{text}");
        assert_eq!(too_old("Rust", "rustc --version", (1, 0), ""), None);
    }
}

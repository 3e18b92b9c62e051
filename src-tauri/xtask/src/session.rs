//! Session buses with a keychain, for machines and tests that have none.

use crate::run::Line;

/// A private session bus with an unlocked, empty keychain in it; the arguments after it are run there.
///
/// The app itself never falls back to another place for secrets: so where there is no Secret Service, one is
/// brought along. Its folder is its own and is removed in the end; the user's own keychain is not touched.
pub const PRIVATE_BUS: [&str; 6] = [
    "dbus-run-session",
    "--",
    "sh",
    "-c",
    // The daemon reads its password, an empty line, from standard input.
    r#"keys=$(mktemp -d) && printf "\n" |
    XDG_DATA_HOME="$keys" XDG_RUNTIME_DIR="$keys" gnome-keyring-daemon --unlock --components=secrets >/dev/null &&
    "$@"; code=$?; rm -rf "$keys"; exit $code"#,
    "sh",
];

/// The same on a screen that nobody sees.
pub fn unseen() -> Vec<&'static str> {
    [&["xvfb-run", "--auto-servernum"], PRIVATE_BUS.as_slice()].concat()
}

/// Whether something on the session bus keeps secrets.
pub fn has_secret_service() -> bool {
    let asks = |method: &str| {
        Line::of(&format!(
            "dbus-send --session --print-reply --dest=org.freedesktop.DBus /org/freedesktop/DBus \
             org.freedesktop.DBus.{method}"
        ))
        .output()
        .is_some_and(|names| names.contains("\"org.freedesktop.secrets\""))
    };
    asks("ListNames") || asks("ListActivatableNames")
}

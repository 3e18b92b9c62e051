//! A session bus with a keychain, and a screen, for machines that have none.

use std::env;
use std::path::Path;

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

/// A screen that nobody sees, tall enough for a picture of any page.
pub const UNSEEN: [&str; 3] = ["xvfb-run", "--auto-servernum", "--server-args=-screen 0 1600x2400x24"];

/// Whether something on the session bus keeps secrets, and runs: one that would only be started by the question, as where
/// it has just been installed, would ask a person for a new password first.
///
/// Only a bus that is there already is asked: without one, the question itself would start a bus.
pub fn has_secret_service() -> bool {
    has_bus()
        && Line::of(
            "dbus-send --session --print-reply --dest=org.freedesktop.DBus /org/freedesktop/DBus \
             org.freedesktop.DBus.ListNames",
        )
        .output()
        .is_some_and(|names| names.contains("\"org.freedesktop.secrets\""))
}

/// By its variable, or where systemd puts it.
fn has_bus() -> bool {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty());
    set("DBUS_SESSION_BUS_ADDRESS").is_some()
        || set("XDG_RUNTIME_DIR").is_some_and(|folder| Path::new(&folder).join("bus").exists())
}

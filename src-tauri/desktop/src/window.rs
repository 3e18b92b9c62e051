//! The one window. It shows our own pages and nothing else.

#[cfg(target_os = "linux")]
use std::path::Path;

use tauri::webview::NewWindowResponse;
use tauri::{App, AppHandle, Manager, Url, WebviewWindowBuilder};

/// Opens it as `tauri.conf.json` describes it. Its page runs, whether it is seen or not.
///
/// # Errors
/// If the system's web view cannot be started.
pub fn open(app: &App, seen: bool) -> tauri::Result<()> {
    let config = app
        .config()
        .app
        .windows
        .first()
        .expect("tauri.conf.json describes one window");
    WebviewWindowBuilder::from_config(app, config)?
        .visible(seen)
        .on_navigation(is_own)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .build()?;
    Ok(())
}

/// Before anything else is done, while there is one thread: WebKitGTK composes a page out of layers, and where there is no
/// card to do it lets the processor play one. On a remote desktop or a virtual machine a list then scrolls at a third of the
/// rate, and takes 80 MB more (`docs/bench.md`). Painted straight on the window it needs neither.
///
/// It has a setting for that as well (`hardware-acceleration-policy`); made after the page it leaves a page that no wheel
/// scrolls (WebKitGTK 2.50).
#[cfg(target_os = "linux")]
pub fn prepare() {
    if !has_graphics_card(Path::new("/dev/dri")) {
        // Whoever has said something about it is listened to. If it cannot be set, the page is composed.
        let _ = glib::setenv("WEBKIT_DISABLE_COMPOSITING_MODE", "1", false);
    }
}

/// A card that can draw without a screen of its own has a node here; one that is only there for a screen has none.
#[cfg(target_os = "linux")]
fn has_graphics_card(cards: &Path) -> bool {
    let mut nodes = std::fs::read_dir(cards).into_iter().flatten().flatten();
    nodes.any(|node| node.file_name().as_encoded_bytes().starts_with(b"renderD"))
}

/// Puts it where windows wait that are not looked at, for where no icon in a tray would bring it back.
pub fn minimise(app: &AppHandle) {
    if let Some(window) = app.get_webview_window("main") {
        // In this order, so that it does not flash up.
        let _ = window.minimize();
        let _ = window.show();
    }
}

/// Brings it back to the user, wherever it is.
pub fn show(app: &AppHandle) {
    if let Some(window) = app.get_webview_window("main") {
        // Each can fail on a desktop that does not know it; then the others still help.
        let _ = window.unminimize();
        let _ = window.show();
        let _ = window.set_focus();
    }
}

/// The origin of the embedded pages: `tauri://localhost`, on Windows `http://tauri.localhost`.
fn is_own(url: &Url) -> bool {
    let own = if cfg!(windows) {
        ("http", "tauri.localhost")
    } else {
        ("tauri", "localhost")
    };
    (url.scheme(), url.host_str()) == (own.0, Some(own.1)) && url.port().is_none()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn a_card_is_one_that_draws() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!has_graphics_card(&folder.path().join("none")));
        // A virtual machine's screen.
        std::fs::write(folder.path().join("card0"), "").unwrap();
        assert!(!has_graphics_card(folder.path()));
        std::fs::write(folder.path().join("renderD128"), "").unwrap();
        assert!(has_graphics_card(folder.path()));
    }

    #[test]
    fn the_window_stays_on_its_own_pages() {
        let own = |address| Url::parse(address).is_ok_and(|url| is_own(&url));
        assert!(own(if cfg!(windows) {
            "http://tauri.localhost/index.html"
        } else {
            "tauri://localhost/index.html"
        }));
        for address in [
            "https://hire.lever.co/",
            "http://127.0.0.1:47820/",
            "tauri://localhost:1/",
            "tauri://elsewhere/",
            "file:///etc/passwd",
            "data:text/html,x",
            "about:blank",
            "javascript:alert(1)",
        ] {
            assert!(!own(address), "{address}");
        }
    }
}

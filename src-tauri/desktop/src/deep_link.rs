//! The deep link `com.refapp.lever://oauth/<data centre>`, by which the browser comes back from Lever.
//!
//! It may start the app (then it is its argument), reach the running one through a second start (Linux, Windows) or
//! come as an event of the system's (macOS). Each is read once, here, and handed to the host; the UI never gets it.
//! Whether it belongs to a try that is under way is the engine's to judge.

use std::collections::BTreeSet;

use model::DataCentre;
use tauri::App;
use tauri_plugin_deep_link::DeepLinkExt;
use tokio::sync::mpsc;
use url::Url;

pub const SCHEME: &str = "com.refapp.lever";

/// The redirect address that an OAuth client must have registered.
pub fn address(data_centre: DataCentre) -> String {
    format!("{SCHEME}://oauth/{}", data_centre.word())
}

/// The text as a link of ours, if it is one.
pub fn parse(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(is_ours)
}

fn is_ours(url: &Url) -> bool {
    url.scheme() == SCHEME
}

/// Hands over the link that started the app, if one did, and whatever comes later. `argument` is what our own
/// reading of the arguments found; the plugin's may hold the same link, which must not count as a second use.
pub fn listen(app: &App, argument: Option<Url>, returned: mpsc::UnboundedSender<Url>) {
    let plugin = app.deep_link();
    let first: BTreeSet<Url> = plugin
        .get_current()
        .ok()
        .flatten()
        .unwrap_or_default()
        .into_iter()
        .filter(is_ours)
        .chain(argument)
        .collect();
    let hand_over = move |link| {
        // Nobody listens when the host could not be opened; the window says why.
        let _ = returned.send(link);
    };
    first.into_iter().for_each(&hand_over);
    plugin.on_open_url(move |event| event.urls().into_iter().filter(is_ours).for_each(&hand_over));

    // An installed package registers the scheme by itself; a build from source and an AppImage do not. It runs two
    // programs of the system's, so not on the thread that opens the window.
    #[cfg(any(target_os = "linux", windows))]
    {
        let handle = app.handle().clone();
        std::thread::spawn(move || {
            if let Err(error) = handle.deep_link().register_all() {
                tracing::warn!(%error, "the deep link is not registered; the loopback redirect still works");
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s04_only_our_own_scheme_is_a_link_of_ours() {
        assert!(parse("com.refapp.lever://oauth/us?code=1").is_some());
        for text in ["com.refapp.leverx://oauth/us", "https://oauth/us", "oauth/us", ""] {
            assert!(parse(text).is_none(), "{text}");
        }
        assert_eq!(address(DataCentre::Eu), "com.refapp.lever://oauth/eu");
    }
}

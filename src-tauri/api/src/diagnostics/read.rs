//! Reading a bundle that somebody sent. It is text from elsewhere: it is taken apart, and touches nothing.

use model::{Code, Failure};
use serde::Deserialize;

use super::{Diagnostics, FORMAT};

/// Longer than any bundle that this app makes, in bytes.
const MOST: usize = 1 << 20;
/// Of a version that a bundle names, in characters.
const VERSION: usize = 40;

/// What every format has.
#[derive(Deserialize)]
struct Head {
    format: u32,
    app: App,
}

#[derive(Deserialize)]
struct App {
    version: String,
}

impl Diagnostics {
    /// What a bundle says. What it has more than this version knows is passed over. `version` is this app's own.
    ///
    /// # Errors
    /// `APP-BUNDLE` if it is none, `APP-BUNDLE-VERSION` (`version`) if another version of the app made it, in a way that
    /// this one cannot read.
    pub fn read(text: &str, version: &str) -> Result<Self, Failure> {
        let none = || Failure::new(Code::AppBundle);
        // Editors and mail programs may put a mark before it.
        let text = text.trim_start_matches('\u{feff}');
        if text.len() > MOST {
            return Err(none());
        }
        let head: Head = serde_json::from_str(text).map_err(|_| none())?;
        let other = || {
            let version: String = head.app.version.chars().take(VERSION).collect();
            Failure::new(Code::AppBundleVersion).with("version", version)
        };
        if head.format != FORMAT {
            return Err(other());
        }
        serde_json::from_str(text).map_err(|_| if head.app.version == version { none() } else { other() })
    }
}

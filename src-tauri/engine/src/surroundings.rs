//! What the engine, and the questions to it, need of the host that runs it, besides a vault and a store.

use std::path::Path;

use model::{Code, DataCentre, Failure, Place, Redirect};
use url::Url;

/// The host's own facts. Two hosts implement it, and practice mode.
pub trait Surroundings: Send + Sync + 'static {
    /// The place of a connection with this name and data centre: real, or a custom one.
    ///
    /// # Errors
    /// `APP-ADDRESS` if this host has no such place.
    fn place(&self, connection: &str, data_centre: DataCentre) -> Result<Place, Failure>;

    /// A public address that this host knows of itself, without a slash at the end.
    fn public_url(&self) -> Option<String>;

    /// Opens the user's browser.
    ///
    /// # Errors
    /// `APP-NOT-NOW` where there is none.
    fn open_in_browser(&self, url: &Url) -> Result<(), Failure>;

    /// Shows a file in its folder.
    ///
    /// # Errors
    /// `APP-NOT-NOW` where nothing can.
    fn show_in_folder(&self, file: &Path) -> Result<(), Failure> {
        let _ = file;
        Err(Code::AppNotNow.into())
    }

    /// Whether the app is started with the user's session.
    ///
    /// # Errors
    /// `APP-AUTOSTART` where it cannot be.
    fn starts_with_session(&self) -> Result<bool, Failure> {
        Err(Code::AppAutostart.into())
    }

    /// Has it started with the session from the next one on, or not any more.
    ///
    /// # Errors
    /// `APP-AUTOSTART` where that cannot be.
    fn start_with_session(&self, start: bool) -> Result<(), Failure> {
        let _ = start;
        Err(Code::AppAutostart.into())
    }

    /// The redirect address of an OAuth client and, for loopback, the open ear behind it: whatever comes back is
    /// handed to [`crate::Engine::oauth_returned`].
    ///
    /// # Errors
    /// `APP-PORT` if none of the registered ports is free, `APP-NOT-NOW` where the host has no such way.
    fn redirect(&self, kind: Redirect, data_centre: DataCentre) -> Result<Url, Failure>;

    /// All redirect addresses that an OAuth client should have registered for this host.
    fn redirect_addresses(&self, data_centre: DataCentre) -> Vec<String>;
}

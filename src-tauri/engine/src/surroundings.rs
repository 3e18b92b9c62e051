//! What the engine needs of the host that runs it, besides a vault and a store.

use model::{DataCentre, Failure, Place, Redirect};
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

    /// The redirect address of an OAuth client and, for loopback, the open ear behind it: whatever comes back is
    /// handed to [`crate::Engine::oauth_returned`].
    ///
    /// # Errors
    /// `APP-PORT` if none of the registered ports is free, `APP-NOT-NOW` where the host has no such way.
    fn redirect(&self, kind: Redirect, data_centre: DataCentre) -> Result<Url, Failure>;

    /// All redirect addresses that an OAuth client should have registered for this host.
    fn redirect_addresses(&self, data_centre: DataCentre) -> Vec<String>;
}

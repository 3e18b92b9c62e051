//! What the engine needs of the desktop: where the APIs live, the user's browser, and the ways back from it.

use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use engine::Surroundings;
use model::{Code, DataCentre, Failure, Place, Redirect};
use tauri::async_runtime::{JoinHandle, spawn};
use tokio::sync::mpsc;
use url::Url;

use crate::autostart::Autostart;
use crate::practice::Practice;
use crate::{deep_link, loopback};

/// Which world this app talks to; fixed when it starts.
pub enum World {
    Real,
    /// With the address under which the simulators reach the receiver.
    Practice(Practice, String),
}

/// The desktop's surroundings.
pub struct Desktop {
    world: World,
    /// Where the addresses go at which the browser comes back.
    returned: mpsc::UnboundedSender<Url>,
    /// The ear that was opened last. A new try closes it.
    ear: Mutex<Option<JoinHandle<()>>>,
    /// `None` where the app cannot start with the session, and in practice, which changes nothing on this computer.
    autostart: Option<Autostart>,
}

impl Desktop {
    pub fn new(world: World, returned: mpsc::UnboundedSender<Url>, autostart: Option<Autostart>) -> Self {
        Self {
            autostart: autostart.filter(|_| matches!(world, World::Real)),
            world,
            returned,
            ear: Mutex::new(None),
        }
    }

    fn listen(&self, data_centre: DataCentre) -> Result<Url, Failure> {
        let mut ear = self.ear.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = ear.take() {
            before.abort();
        }
        let bound =
            loopback::bind(&loopback::PORTS).and_then(|listener| Some((listener.local_addr().ok()?.port(), listener)));
        let Some((port, listener)) = bound else {
            return Err(Code::AppPort.into());
        };
        let wait = loopback::wait(listener, data_centre, self.returned.clone());
        *ear = Some(spawn(wait));
        Ok(redirect_url(&loopback::address(port, data_centre)))
    }
}

impl Surroundings for Desktop {
    fn place(&self, _connection: &str, data_centre: DataCentre) -> Result<Place, Failure> {
        match (&self.world, data_centre) {
            (World::Practice(practice, _), _) => practice.place(data_centre),
            (World::Real, DataCentre::Custom) => Err(Code::AppAddress.into()),
            (World::Real, _) => Ok(Place::Real),
        }
    }

    fn public_url(&self) -> Option<String> {
        match &self.world {
            World::Real => None,
            World::Practice(_, receiver) => Some(receiver.clone()),
        }
    }

    /// Always the system's browser, never a webview of ours (RFC 8252 §8.12). On Linux that is `xdg-open`.
    fn open_in_browser(&self, url: &Url) -> Result<(), Failure> {
        open::that_detached(url.as_str()).map_err(|error| {
            tracing::warn!(kind = %error.kind(), "no browser opened");
            Code::AppNotNow.into()
        })
    }

    /// Where no file manager can point at the file, its folder is opened.
    fn show_in_folder(&self, file: &Path) -> Result<(), Failure> {
        let Err(error) = tauri_plugin_opener::reveal_item_in_dir(file) else {
            return Ok(());
        };
        tracing::info!(%error, "no file manager shows a file");
        let folder = file.parent().unwrap_or(file);
        open::that_detached(folder).map_err(|error| {
            tracing::warn!(kind = %error.kind(), "no folder opened");
            Code::AppNotNow.into()
        })
    }

    fn starts_with_session(&self) -> Result<bool, Failure> {
        let autostart = self.autostart.as_ref().ok_or(Code::AppAutostart)?;
        autostart.is_on().map_err(|error| no_autostart(&error))
    }

    fn start_with_session(&self, start: bool) -> Result<(), Failure> {
        let autostart = self.autostart.as_ref().ok_or(Code::AppAutostart)?;
        autostart.set(start).map_err(|error| no_autostart(&error))
    }

    fn redirect(&self, kind: Redirect, data_centre: DataCentre) -> Result<Url, Failure> {
        match kind {
            Redirect::DeepLink => Ok(redirect_url(&deep_link::address(data_centre))),
            Redirect::Loopback => self.listen(data_centre),
        }
    }

    fn redirect_addresses(&self, data_centre: DataCentre) -> Vec<String> {
        let loopback = loopback::PORTS.map(|port| loopback::address(port, data_centre));
        [vec![deep_link::address(data_centre)], loopback.to_vec()].concat()
    }
}

fn no_autostart(error: &io::Error) -> Failure {
    tracing::warn!(kind = %error.kind(), "the entry in the autostart folder");
    Code::AppAutostart.into()
}

fn redirect_url(address: &str) -> Url {
    Url::parse(address).expect("a redirect address is built from constants and a word")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn s26_the_real_world_is_never_on_loopback() {
        let desktop = Desktop::new(World::Real, mpsc::unbounded_channel().0, None);
        assert_eq!(desktop.place("a", DataCentre::Eu), Ok(Place::Real));
        assert!(desktop.place("a", DataCentre::Custom).is_err());
        assert_eq!(desktop.public_url(), None);
    }

    #[test]
    fn s06_s08_an_oauth_client_needs_four_addresses_and_each_data_centre_has_its_own() {
        let desktop = Desktop::new(World::Real, mpsc::unbounded_channel().0, None);
        assert_eq!(
            desktop.redirect_addresses(DataCentre::Us),
            [
                "com.refapp.lever://oauth/us",
                "http://127.0.0.1:47811/oauth/us",
                "http://127.0.0.1:47812/oauth/us",
                "http://127.0.0.1:47813/oauth/us",
            ]
        );
        let link = desktop.redirect(Redirect::DeepLink, DataCentre::Eu).unwrap();
        assert_eq!(link.as_str(), "com.refapp.lever://oauth/eu");
    }
}

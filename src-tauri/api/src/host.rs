//! The engine behind the list of questions and orders.

use std::path::PathBuf;
use std::sync::Arc;

use engine::{Intake, Surroundings, Vault};
use model::Failure;
use tokio::sync::mpsc;
use url::Url;

use crate::{Event, Practice, Provision, Reply, Request};

/// What a host brings.
pub struct Options {
    /// Holds the database and its lock. Made if it is not there, for the user alone.
    pub data_dir: PathBuf,
    pub vault: Arc<dyn Vault>,
    pub surroundings: Arc<dyn Surroundings>,
    pub practice: Option<Practice>,
    /// Shown in the overview.
    pub version: String,
}

/// A running host.
pub struct Host {}

impl Host {
    /// Opens the data directory and starts the connections found in it.
    ///
    /// # Errors
    /// `APP-LOCKED` if another process has the directory, `APP-STORE` if the database cannot be used.
    pub async fn open(_options: Options) -> Result<Arc<Self>, Failure> {
        Err(model::Code::AppNotNow.into())
    }

    /// Sets up the connections of a configuration file and keeps trying until they are ready; a connection of this
    /// host that is not among them is stopped and kept. Does not wait for an API.
    ///
    /// # Errors
    /// `APP-CONFIG` if two have one name, `APP-STORE` if it cannot be remembered, `APP-KEYCHAIN` if a secret cannot
    /// be kept.
    pub async fn provision(&self, _provisions: Vec<Provision>) -> Result<(), Failure> {
        Err(model::Code::AppNotNow.into())
    }

    /// Answers one request.
    ///
    /// # Errors
    /// Whatever the request's own description says, as a code of the dictionary.
    pub async fn ask(&self, _request: Request) -> Result<Reply, Failure> {
        Err(model::Code::AppNotNow.into())
    }

    /// What changes from now on, with an overview first.
    pub fn events(&self) -> mpsc::Receiver<Event> {
        mpsc::channel(1).1
    }

    /// Takes the address at which the browser came back from Lever: a deep link or a loopback redirect.
    pub async fn oauth_returned(&self, _url: &Url) {}

    /// Where webhooks and updates are handed in.
    pub fn intake(&self) -> Intake {
        Intake {}
    }

    /// Lets work under way end, and closes the database.
    pub async fn stop(&self) {}
}

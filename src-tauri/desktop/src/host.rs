//! Opens the host: its folder, its keychain, its surroundings, the receiver before it and the browser's way back.

use std::future::pending;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use api::{Host, Options, Program};
use engine::{SecretKind, SecretName, Vault, in_place};
use model::{Clock, Code, Failure};
use store::Store;
use tauri::async_runtime::spawn;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use url::Url;

use crate::arguments::Simulated;
use crate::autostart::Autostart;
use crate::keychain::Keychain;
use crate::practice::Practice;
use crate::surroundings::{Desktop, World};

/// Where a tunnel to this computer should lead. Nothing but loopback listens.
const RECEIVER: u16 = 47820;
/// Where practice mode listens, so that what a simulator was told of an earlier practice leads here again.
const PRACTICE_RECEIVER: u16 = 47821;

/// What the shell gives to the host.
pub struct Shell {
    /// The app's data folder. Real connections and practice have a folder of their own in it.
    pub data: PathBuf,
    pub version: String,
    pub program: Program,
    pub autostart: Option<Autostart>,
    /// The two ends of the browser's way back.
    pub returned: mpsc::UnboundedSender<Url>,
    pub returns: mpsc::UnboundedReceiver<Url>,
}

impl Shell {
    /// Opens the host of the real connections.
    ///
    /// # Errors
    /// `APP-PORT` if the receiver cannot listen at all, and whatever [`Host::open`] says.
    pub async fn open_real(self) -> Result<Arc<Host>, Failure> {
        // Taken by another user's app: any other port will do for now, and the window says so, as the tunnel leads to this
        // one.
        let (listener, failure) = match listen(RECEIVER).await {
            Ok(listener) => (listener, None),
            Err(failure) => (listen(0).await?, Some(failure)),
        };
        let address = address_of(&listener)?;
        let receiver = api::Receiver { address, failure };
        let folder = self.data.join("real");
        let world = World::Real;
        self.open(
            folder,
            Arc::new(Keychain::real()),
            world,
            None,
            Some(receiver),
            listener,
        )
        .await
    }

    /// Opens the host of practice mode.
    ///
    /// # Errors
    /// As [`Self::open_real`], and `APP-STORE` if what the last practice left cannot be removed.
    pub async fn open_practice(self, simulated: Simulated) -> Result<Arc<Host>, Failure> {
        let listener = match listen(PRACTICE_RECEIVER).await {
            Ok(listener) => listener,
            Err(_) => listen(0).await?,
        };
        let receiver = address_of(&listener)?;
        let folder = self.data.join("practice");
        let keychain = Keychain::practice();
        if simulated == Simulated::Here {
            // The simulator remembers nothing, so the app must not either.
            in_place(|| forget(&folder, &keychain))?;
        }
        let practice = Practice::begin(simulated).await?;
        let view = practice.view();
        let vault = Arc::new(practice.vault(keychain));
        let world = World::Practice(practice, receiver);
        self.open(folder, vault, world, Some(view), None, listener).await
    }

    async fn open(
        mut self,
        data_dir: PathBuf,
        vault: Arc<dyn Vault>,
        world: World,
        practice: Option<api::Practice>,
        receiver: Option<api::Receiver>,
        listener: TcpListener,
    ) -> Result<Arc<Host>, Failure> {
        let opened = Host::open(Options {
            data_dir,
            vault,
            surroundings: Arc::new(Desktop::new(world, self.returned, self.autostart)),
            practice,
            receiver,
            program: self.program,
            version: self.version,
            clock: Clock::system(),
        });
        let host = opened
            .await
            .inspect_err(|failure| tracing::error!(%failure, "the host could not be opened"))?;
        if let Ok(address) = listener.local_addr() {
            tracing::info!(%address, "the receiver listens");
        }
        // It listens as long as the process lives. While the host stops, what arrives is still stored, and is worked off
        // at the next start.
        let receiver = receiver::serve(listener, host.intake(), pending());
        spawn(async move {
            if let Err(error) = receiver.await {
                tracing::error!(%error, "the receiver ended");
            }
        });
        let returning = Arc::clone(&host);
        spawn(async move {
            while let Some(url) = self.returns.recv().await {
                returning.oauth_returned(&url).await;
            }
        });
        Ok(host)
    }
}

async fn listen(port: u16) -> Result<TcpListener, Failure> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(|_| Failure::new(Code::AppPort).with("port", port))
}

fn address_of(listener: &TcpListener) -> Result<String, Failure> {
    let address = listener.local_addr().map_err(|_| Code::AppPort)?;
    Ok(format!("http://{address}"))
}

/// Removes what the last practice left. Connections are known by their names, so a new one would find the secrets of
/// an old one.
fn forget(folder: &Path, keychain: &Keychain) -> Result<(), Failure> {
    if !folder.exists() {
        return Ok(());
    }
    match Store::open(folder, Clock::system().now()) {
        Err(store::Error::Locked) => return Err(Code::AppLocked.into()),
        // It cannot be read, so nothing is known of it; the folder goes all the same.
        Err(_) => {}
        Ok(store) => {
            let connections = store.read(|tx| tx.connections()).unwrap_or_default();
            let names = connections.iter().flat_map(|record| {
                SecretKind::ALL.map(|kind| SecretName {
                    connection: record.id,
                    kind,
                })
            });
            for name in names {
                // A keychain that fails is shown by the connection that needs it.
                if keychain.delete(&name).is_err() {
                    break;
                }
            }
        }
    }
    std::fs::remove_dir_all(folder).map_err(|_| Code::AppStore.into())
}

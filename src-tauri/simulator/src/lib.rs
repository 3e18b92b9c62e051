//! A simulated Lever and a simulated Refapp: real HTTP on loopback, for practice mode, for tests and for the demo.
//!
//! Written from the wire contracts alone (`lever-api.md`, `refapp-api.md`); it shares no type with the clients, so that a
//! misreading on either side shows. It keeps a [ledger](Entry) of every request and effect, fails on order
//! ([`Fault`]) and takes either side of each open question ([`Switches`]). What is not documented there is not played.
//!
//! Deliberately not here: persistence. A simulator begins with the [demo data](demo) of its seed and forgets everything.

mod autopilot;
mod board;
mod clock;
mod control;
mod courier;
mod data_centre;
pub mod demo;
mod exchange;
mod faults;
mod http;
mod ledger;
mod lever;
mod page;
mod refapp;
mod support;
mod switches;
mod wire;
mod world;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

pub use clock::Clock;
pub use data_centre::DataCentre;
pub use faults::{Fault, Kind as FaultKind, Match as FaultMatch};
pub use ledger::{Entry, Side};
pub use support::register_bearer;
pub use switches::{
    ErrorBody, EventAnswer, EventRevision, ExpandRight, LesserUser, Pkce, Refused, Switches, UpdateBody, UpdateMethod,
    WrongDataCentre,
};

use autopilot::Autopilot;
use ledger::Ledger;
use world::World;

/// How a simulator starts.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where it listens; loopback only. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// Seed of every id and every chance.
    pub seed: u64,
    /// Sides of the open questions.
    pub switches: Switches,
    /// Lets running checks take one step per interval; `None` leaves them to the board and the control API.
    pub autopilot: Option<Duration>,
    /// What time it is at both services.
    pub clock: Clock,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            seed: 1,
            switches: Switches::default(),
            autopilot: None,
            clock: Clock::system(),
        }
    }
}

/// What every handler shares.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) world: Arc<Mutex<World>>,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) autopilot: Arc<Autopilot>,
    closing: watch::Receiver<bool>,
}

impl App {
    /// Runs a future until the simulator stops.
    pub(crate) async fn unless_closing<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        let mut closing = self.closing.clone();
        tokio::select! {
            value = future => Some(value),
            _ = closing.wait_for(|closing| *closing) => None,
        }
    }
}

/// A request that broke off under the lock is its own trouble: the next ones are answered all the same.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A running simulator. Dropping it stops it too, without waiting for open connections.
#[derive(Debug)]
pub struct Simulator {
    address: SocketAddr,
    ledger: Arc<Ledger>,
    closing: watch::Sender<bool>,
    server: JoinHandle<()>,
    helpers: Vec<JoinHandle<()>>,
}

/// Starts a simulator on the current tokio runtime.
///
/// # Errors
/// If the address is not a loopback one (`InvalidInput`) or cannot be bound.
pub async fn start(options: Options) -> io::Result<Simulator> {
    if !options.listen.ip().is_loopback() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the simulator listens on loopback addresses only",
        ));
    }
    // The HTTP client that delivers webhooks wants one installed. If there is one already, that one is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();

    let listener = TcpListener::bind(options.listen).await?;
    let address = listener.local_addr()?;
    let (courier, parcels) = mpsc::unbounded_channel();
    let (closing, closing_seen) = watch::channel(false);
    let ledger = Arc::new(Ledger::new());
    let world = World::new(
        format!("http://{address}"),
        options.seed,
        options.switches,
        options.clock,
        ledger.clone(),
        courier,
    );
    let world = Arc::new(Mutex::new(world));
    let autopilot = Arc::new(Autopilot::new(options.autopilot));
    let app = App {
        world: world.clone(),
        ledger: ledger.clone(),
        autopilot: autopilot.clone(),
        closing: closing_seen,
    };

    let helpers = vec![
        tokio::spawn(courier::run(world.clone(), parcels)),
        tokio::spawn(autopilot::run(autopilot, world)),
    ];
    let router = Router::new()
        .nest("/control", control::router())
        .merge(board::router())
        .fallback(exchange::exchange)
        .with_state(app.clone());
    let server = tokio::spawn(async move {
        let service = router.into_make_service_with_connect_info::<wire::Plug>();
        let served = axum::serve(wire::Sockets(listener), service)
            .with_graceful_shutdown(async move {
                app.unless_closing(std::future::pending::<()>()).await;
            })
            .await;
        if let Err(error) = served {
            tracing::warn!(%error, "the simulator's server ended");
        }
    });
    Ok(Simulator {
        address,
        ledger,
        closing,
        server,
        helpers,
    })
}

impl Simulator {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Root of Lever's Data API, without a trailing slash: `http://127.0.0.1:PORT/lever/us/v1`.
    pub fn lever_api_url(&self, data_centre: DataCentre) -> String {
        self.url(&format!("/lever/{}/v1", data_centre.segment()))
    }

    /// Root of Lever's OAuth server; `/authorize` and `/oauth/token` follow.
    pub fn lever_auth_url(&self, data_centre: DataCentre) -> String {
        self.url(&format!("/lever/{}/auth", data_centre.segment()))
    }

    /// Root of Lever's web app; `/candidates/<opportunity id>` follows.
    pub fn lever_web_url(&self, data_centre: DataCentre) -> String {
        self.url(&format!("/lever/{}/web", data_centre.segment()))
    }

    /// Root of Refapp; `/webhooks/account-integration` and `/webhooks/account-integration/config` follow.
    pub fn refapp_url(&self) -> String {
        self.url("/refapp")
    }

    /// The board, a page for people.
    pub fn board_url(&self) -> String {
        self.url("/board")
    }

    /// Root of the control API; a GET lists its routes.
    pub fn control_url(&self) -> String {
        self.url("/control")
    }

    /// The whole ledger so far, oldest first.
    pub fn ledger(&self) -> Vec<Entry> {
        self.ledger.since(0)
    }

    /// Waits up to `wait` for entries after `since`; empty if none came.
    pub async fn wait_for_ledger(&self, since: u64, wait: Duration) -> Vec<Entry> {
        self.ledger.wait(since, wait).await
    }

    /// Stops: no new connection, no further delivery; requests that hang are cut.
    pub async fn stop(mut self) {
        self.closing.send_replace(true);
        for helper in &self.helpers {
            helper.abort();
        }
        // An idle keep-alive connection of a client that reads nothing must not hold the stop up.
        let _ = tokio::time::timeout(Duration::from_secs(2), &mut self.server).await;
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.closing.send_replace(true);
        self.server.abort();
        for helper in &self.helpers {
            helper.abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_broke_off_under_a_lock_does_not_keep_it() {
        let mutex = Mutex::new(1);
        std::thread::scope(|scope| {
            let broken = scope.spawn(|| {
                let _held = locked(&mutex);
                panic!("on purpose");
            });
            assert!(broken.join().is_err());
        });
        assert_eq!(*locked(&mutex), 1);
    }
}

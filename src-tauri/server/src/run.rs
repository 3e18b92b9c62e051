//! Running the host: from the configuration to a clean stop.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use api::{Host, Options, Program};
use model::{Clock, Code, Failure};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::args::Args;
use crate::config::Config;
use crate::control::Control;
use crate::secrets::Secrets;
use crate::surroundings::Headless;
use crate::trouble::Trouble;
use crate::{log, oauth};

/// For work under way at a stop. What does not end in it is found again at the next start, as after a kill.
const FAREWELL: Duration = Duration::from_secs(30);

/// Runs until SIGTERM or SIGINT.
///
/// # Errors
/// Whatever keeps it from starting, and `APP-DAMAGED` if damage is met in the database. An API that is down does not.
pub fn run(config: &Config, args: &Args) -> Result<(), Trouble> {
    log::start(args.log_format, args.log_level);
    let runtime = tokio::runtime::Runtime::new().map_err(|error| {
        tracing::error!(kind = %error.kind(), "no runtime");
        Code::AppInternal
    })?;
    runtime.block_on(serve(config)).map_err(Trouble::Failed)
}

async fn serve(config: &Config) -> Result<(), Failure> {
    let provisions = config.provisions()?;
    warn(config);
    let mut stop = Stop::new().map_err(|_| Code::AppInternal)?;
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|_| Failure::new(Code::AppPort).with("port", config.listen.port()))?;
    let address = listener.local_addr().map_err(|_| Code::AppInternal)?;
    let exports = config.exports();
    let vault = Secrets::open(&config.data_dir, config.secret_files().cloned().collect())?;
    let host = Host::open(Options {
        data_dir: config.data_dir.clone(),
        vault: Arc::new(vault),
        surroundings: Arc::new(Headless::of(config)),
        practice: None,
        receiver: None,
        program: Program::Headless { exports },
        version: env!("CARGO_PKG_VERSION").to_owned(),
        clock: Clock::system(),
    })
    .await?;
    // After the host, which has the lock on the data directory: whatever was exported there is for nobody any more, and
    // whatever socket is there is a dead one.
    let _ = fs::remove_dir_all(config.exports());
    let control = Control::open(&config.data_dir)?;
    let connections = provisions.len();
    host.provision(provisions).await.map_err(in_the_file)?;
    // From here on every connection is known, so /healthz never says ok too early.
    let (close, closed) = oneshot::channel::<()>();
    let received = tokio::spawn(receive(listener, Arc::clone(&host), config.public_url.clone(), closed));
    let asked = {
        let host = Arc::clone(&host);
        tokio::spawn(control.serve(move |request| {
            let host = Arc::clone(&host);
            async move { host.ask(request).await }
        }))
    };
    // A closed stdout is no reason to stop.
    let _ = writeln!(io::stdout(), "listening {address}").and_then(|()| io::stdout().flush());
    tracing::info!(version = env!("CARGO_PKG_VERSION"), connections, %address, "started");

    let ends = tokio::select! {
        () = stop.asked() => Ok(()),
        // The next start sets the database aside; whoever watches over this process starts it again.
        () = host.damaged() => Err(Code::AppDamaged.into()),
    };
    tracing::info!("stopping");
    let ended = timeout(FAREWELL, async {
        drop(close);
        let _ = received.await;
        asked.abort();
        let _ = asked.await;
        host.stop().await;
    });
    match ended.await {
        Ok(()) => tracing::info!("stopped"),
        Err(_) => tracing::warn!("stopped with work under way; the next start takes it up"),
    }
    ends
}

async fn receive(listener: TcpListener, host: Arc<Host>, public_url: Option<String>, closed: oneshot::Receiver<()>) {
    let intake = host.intake();
    let shutdown = async move {
        let _ = closed.await;
    };
    let served = match public_url {
        Some(url) => receiver::serve_with_returns(listener, intake, oauth::returns(host, url), shutdown).await,
        None => receiver::serve(listener, intake, shutdown).await,
    };
    if let Err(error) = served {
        tracing::error!(kind = %error.kind(), "the receiver has ended");
    }
}

fn warn(config: &Config) {
    // systemd lets the service in by an access list, which looks like a wide mode; nobody else gets into its folder.
    let systemds = std::env::var_os("CREDENTIALS_DIRECTORY");
    let is_systemds = |path: &Path| systemds.as_ref().is_some_and(|folder| path.starts_with(folder));
    for file in config.secret_files().filter(|file| !is_systemds(&file.path)) {
        if let Some(mode) = file.too_open() {
            let (path, mode) = (file.path.display(), format!("{mode:o}"));
            tracing::warn!(%path, mode, "a file with a secret can be used by others than its owner: set its mode to 600");
        }
    }
    if config.connections.is_empty() {
        tracing::warn!("the configuration has no [[connection]]: nothing to do");
    }
    let called = config.connections.iter().any(|one| one.refapp_url().is_some());
    if called && config.public_url.is_none() {
        tracing::warn!("no public_url: stage changes come by polling only, and no status comes from Refapp");
    }
}

/// What the engine refuses of a provision came from the file.
fn in_the_file(failure: Failure) -> Failure {
    match failure.code {
        Code::AppInput | Code::AppAddress => Failure::new(Code::AppConfig)
            .with("where", "[[connection]]")
            .with("problem", failure),
        _ => failure,
    }
}

/// SIGTERM and SIGINT, caught from the moment that this is made.
struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

impl Stop {
    fn new() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn asked(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

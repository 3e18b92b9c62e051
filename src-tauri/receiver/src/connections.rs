//! Accepting connections, within bounds.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::Extension;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use crate::routes::{Peer, Routes};

/// Bytes of a request's head.
const HEAD: usize = 16 << 10;
/// How often the counts are logged.
const REPORT: Duration = Duration::from_secs(60);
/// After an accept that failed, most often for want of file descriptors.
const PAUSE: Duration = Duration::from_millis(200);

/// What a client may cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// For a whole head, and for an idle connection until its next one.
    pub(crate) head: Duration,
    /// For a connection, however busy; what is under way then still ends.
    pub(crate) life: Duration,
    /// For what is under way when a connection ends.
    pub(crate) farewell: Duration,
    /// Open at a time; more wait in the system's own queue.
    pub(crate) connections: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(15),
            life: Duration::from_secs(600),
            farewell: Duration::from_secs(10),
            connections: 256,
        }
    }
}

pub(crate) async fn serve(
    listener: TcpListener,
    routes: Routes,
    bounds: Bounds,
    shutdown: impl Future<Output = ()> + Send,
) -> io::Result<()> {
    listener.local_addr()?;
    let mut shutdown = pin!(shutdown);
    let room = Arc::new(Semaphore::new(bounds.connections));
    let (close, closing) = watch::channel(());
    let mut open = JoinSet::new();
    let mut report = interval(REPORT);
    report.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let accepted = tokio::select! {
            () = shutdown.as_mut() => break,
            accepted = accept(&listener, &room) => accepted,
            Some(_) = open.join_next() => continue,
            _ = report.tick() => {
                routes.counts.report();
                continue;
            }
        };
        let ((stream, peer), permit) = accepted;
        let (routes, closing) = (routes.clone(), closing.clone());
        open.spawn(async move {
            connection(stream, peer, routes, bounds, closing).await;
            drop(permit);
        });
    }
    drop(listener);
    drop(close);
    while open.join_next().await.is_some() {}
    routes.counts.report();
    Ok(())
}

async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> ((TcpStream, SocketAddr), tokio::sync::OwnedSemaphorePermit) {
    let permit = Arc::clone(room)
        .acquire_owned()
        .await
        .expect("the semaphore is never closed");
    loop {
        match listener.accept().await {
            Ok(accepted) => return (accepted, permit),
            // The client has gone, or the system lacks something for now: the listener itself stays good.
            Err(_) => sleep(PAUSE).await,
        }
    }
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    routes: Routes,
    bounds: Bounds,
    mut closing: watch::Receiver<()>,
) {
    // Answers are a few bytes: waiting for more to send along would only delay them.
    let _ = stream.set_nodelay(true);
    let service = TowerToHyperService::new(routes.router.layer(Extension(Peer(peer))));
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(bounds.head)
        .max_buf_size(HEAD)
        .serve_connection(TokioIo::new(stream), service);
    let mut served = pin!(served);
    tokio::select! {
        _ = served.as_mut() => return,
        () = sleep(bounds.life) => {}
        // The sender is dropped: the server shuts down.
        _ = closing.changed() => {}
    }
    served.as_mut().graceful_shutdown();
    let _ = timeout(bounds.farewell, served).await;
}

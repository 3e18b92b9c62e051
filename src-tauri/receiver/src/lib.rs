//! The small web server that takes Lever's webhooks and Refapp's updates. Both hosts run it.
//!
//! It is public by nature, so it is built to be shouted at: bounds on heads, bodies, time and connections, every
//! refusal like every other, no detail in any answer, nothing in the log but counts.
//!
//! Not here: what makes a webhook or an update genuine, and where it is kept ([`engine::Intake`]); TLS, which a
//! proxy or a tunnel in front of it brings wherever the address is not loopback.

mod caller;
mod connections;
mod counts;
mod door;
mod returns;
mod routes;
#[cfg(test)]
mod tests;
mod wrongs;

use std::future::Future;

use engine::Intake;
use tokio::net::TcpListener;

use crate::connections::Bounds;

pub use crate::returns::Returns;

/// Serves until `shutdown` is ready, then lets the requests under way end, for at most 10 seconds.
///
/// | Request | Answer |
/// |---|---|
/// | `POST /lever/{path}` | 200 once the webhook is durable (`lever-api.md §8.5`) |
/// | `PUT`, `PATCH` or `POST /refapp/{path}` | 200 and `{}` once the update is durable (`refapp-api.md §4`, `§6`) |
/// | `GET /healthz` | 200 `ok`, or 503 and the names of the connections that are not ready |
/// | `GET /echo/{nonce}` | the proof that this address leads here |
/// | everything else, and all that is not genuine | 404 without a body |
/// | genuine, but it could not be stored | 503 without a body |
///
/// # Errors
/// The listener has no address, so it is not open.
pub async fn serve(
    listener: TcpListener,
    intake: Intake,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let router = routes::router(intake, None);
    connections::serve(listener, router, Bounds::default(), shutdown).await
}

/// The same for a host to which the browser comes back from Lever's consent page over this server:
/// `GET /oauth/{data centre}` is handed to `returns`.
///
/// # Errors
/// As [`serve`].
pub async fn serve_with_returns(
    listener: TcpListener,
    intake: Intake,
    returns: Returns,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let router = routes::router(intake, Some(returns));
    connections::serve(listener, router, Bounds::default(), shutdown).await
}

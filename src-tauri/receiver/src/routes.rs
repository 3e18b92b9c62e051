//! Which request goes where, and what each answer looks like.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Extension, Path, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, REFERRER_POLICY};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, any};
use engine::Taken;
use http_body_util::BodyExt;
use tokio::time::Instant;

use crate::Returns;
use crate::caller::Caller;
use crate::counts::Counts;
use crate::door::Door;
use crate::wrongs::Wrongs;

/// Bytes of a body. A webhook has under 1 KiB, an update a few.
const BODY: usize = 256 << 10;
/// Bytes that are read and thrown away of a body that is too big, so that its sender sees the answer rather than a
/// connection that breaks while it still writes.
const DISCARDED: usize = 2 << 20;

/// The address at the other end of the socket, put beside each request by the loop that accepted it.
#[derive(Clone, Copy)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// The routes, and what they share.
#[derive(Clone)]
pub(crate) struct Routes {
    pub(crate) router: Router,
    pub(crate) counts: Arc<Counts>,
}

struct Desk<D> {
    door: D,
    returns: Option<Returns>,
    counts: Arc<Counts>,
    wrongs: Mutex<Wrongs>,
    /// For a whole body.
    patience: Duration,
}

type Segment = Result<Path<String>, PathRejection>;

pub(crate) fn router<D: Door>(door: D, returns: Option<Returns>) -> Routes {
    router_with(door, returns, Duration::from_secs(10))
}

pub(crate) fn router_with<D: Door>(door: D, returns: Option<Returns>, patience: Duration) -> Routes {
    let counts = Arc::new(Counts::default());
    let desk = Desk {
        door,
        returns,
        counts: Arc::clone(&counts),
        wrongs: Mutex::default(),
        patience,
    };
    let router = Router::new()
        .route("/lever/{path}", or_refused().post(webhook::<D>))
        // PUT is documented; the others are tolerated, as the details of the call are inferred (refapp-api.md §6).
        .route(
            "/refapp/{path}",
            or_refused().put(update::<D>).patch(update::<D>).post(update::<D>),
        )
        .route("/healthz", or_refused().get(healthz::<D>))
        .route("/echo/{nonce}", or_refused().get(echo::<D>))
        .route("/oauth/{data_centre}", or_refused().get(oauth::<D>))
        .fallback(elsewhere::<D>)
        .with_state(Arc::new(desk));
    Routes { router, counts }
}

/// Refuses every method that is not added to it, without the `Allow` header that would tell a known path from an
/// unknown one.
fn or_refused<D: Door>() -> MethodRouter<Arc<Desk<D>>> {
    any(|State(desk): State<Arc<Desk<D>>>| async move { desk.answer(Taken::Refused, "") })
}

async fn webhook<D: Door>(
    State(desk): State<Arc<Desk<D>>>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    path: Segment,
    body: Body,
) -> Response {
    let caller = Caller::of(peer.0.ip(), &headers);
    let Some((path, body)) = desk.admit(caller, path, body).await else {
        return desk.answer(Taken::Refused, "");
    };
    let taken = desk.door.webhook(&path, &body).await;
    desk.answer(taken, "")
}

async fn update<D: Door>(
    State(desk): State<Arc<Desk<D>>>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    path: Segment,
    body: Body,
) -> Response {
    let caller = Caller::of(peer.0.ip(), &headers);
    let Some((path, body)) = desk.admit(caller, path, body).await else {
        return desk.answer(Taken::Refused, "");
    };
    let authorization = headers.get(AUTHORIZATION).and_then(|v| v.to_str().ok());
    let taken = desk.door.update(&path, authorization, &body).await;
    // What Refapp expects in the answer is unknown (refapp-api.md §6): an empty object parses everywhere.
    desk.answer(taken, "{}")
}

async fn healthz<D: Door>(State(desk): State<Arc<Desk<D>>>) -> Response {
    let readiness = desk.door.readiness();
    let waiting: Vec<&str> = readiness
        .iter()
        .filter(|(_, ready)| !ready)
        .map(|(name, _)| name.as_str())
        .collect();
    if waiting.is_empty() {
        text(StatusCode::OK, "ok".to_owned())
    } else {
        let names = format!("not ready: {}", waiting.join(", "));
        text(StatusCode::SERVICE_UNAVAILABLE, names)
    }
}

async fn echo<D: Door>(
    State(desk): State<Arc<Desk<D>>>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    nonce: Segment,
) -> Response {
    match nonce.ok().and_then(|Path(nonce)| desk.door.echo(&nonce)) {
        Some(answer) => text(StatusCode::OK, answer),
        None => {
            desk.count_wrong(Caller::of(peer.0.ip(), &headers));
            desk.answer(Taken::Refused, "")
        }
    }
}

/// Answers alike whatever came: whether the code and the state are right is told to the operator, not here. What no try
/// waited for costs the engine work, and is a wrong guess.
async fn oauth<D: Door>(
    State(desk): State<Arc<Desk<D>>>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let caller = Caller::of(peer.0.ip(), &headers);
    let (Some(returns), Some(arrival), false) = (&desk.returns, uri.path_and_query(), desk.is_over(caller)) else {
        desk.count_wrong(caller);
        return desk.answer(Taken::Refused, "");
    };
    if !returns.hand_in(arrival.to_string()).await {
        desk.count_wrong(caller);
    }
    let page = "Lever's answer has arrived. You can close this page; `status` says how it goes on.";
    text(StatusCode::OK, page.to_owned())
}

async fn elsewhere<D: Door>(
    State(desk): State<Arc<Desk<D>>>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
) -> Response {
    desk.count_wrong(Caller::of(peer.0.ip(), &headers));
    desk.answer(Taken::Refused, "")
}

impl<D: Door> Desk<D> {
    /// The path and the whole body, if the path is known, and the body small enough, and it comes in time.
    ///
    /// Whoever knows a path is no guesser and is always listened to, also with a wrong signature: a webhook that we left
    /// behind at Lever comes from the same address as the genuine ones, and must not shut them out.
    async fn admit(&self, caller: Option<Caller>, path: Segment, body: Body) -> Option<(String, Vec<u8>)> {
        let path = path.ok().map(|Path(path)| path).filter(|path| self.door.knows(path));
        if path.is_none() {
            if self.is_over(caller) {
                return None;
            }
            self.count_wrong(caller);
        }
        // Read for an unknown path, too: the time that a refusal takes tells nothing.
        let body = tokio::time::timeout(self.patience, whole(body)).await.ok()??;
        Some((path?, body))
    }

    /// Whether this caller is not listened to for now.
    fn is_over(&self, caller: Option<Caller>) -> bool {
        caller.is_some_and(|caller| self.wrongs().is_over(caller, Instant::now()))
    }

    /// Counts a wrong guess against whoever made it.
    fn count_wrong(&self, caller: Option<Caller>) {
        if let Some(caller) = caller {
            self.wrongs().count(caller, Instant::now());
        }
    }

    fn answer(&self, taken: Taken, thanks: &'static str) -> Response {
        self.counts.count(taken);
        match taken {
            Taken::Stored | Taken::Known if thanks.is_empty() => StatusCode::OK.into_response(),
            Taken::Stored | Taken::Known => ([(CONTENT_TYPE, "application/json")], thanks).into_response(),
            Taken::Refused => refused(),
            Taken::Unavailable => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        }
    }

    fn wrongs(&self) -> std::sync::MutexGuard<'_, Wrongs> {
        self.wrongs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The body, if it comes to an end and is small enough.
async fn whole(mut body: Body) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut discarded = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.ok()?.into_data() else {
            continue;
        };
        if discarded > 0 || bytes.len() + data.len() > BODY {
            bytes = Vec::new();
            discarded += data.len();
        } else {
            bytes.extend_from_slice(&data);
        }
        if discarded > DISCARDED {
            break;
        }
    }
    (discarded == 0).then_some(bytes)
}

/// The one refusal, whatever the reason.
fn refused() -> Response {
    StatusCode::NOT_FOUND.into_response()
}

fn text(status: StatusCode, text: String) -> Response {
    let headers = [
        (CONTENT_TYPE, "text/plain; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        // The address of an OAuth return holds a code.
        (REFERRER_POLICY, "no-referrer"),
    ];
    (status, headers, text).into_response()
}

//! One request to one of the simulated services: read, judged by the faults, answered, written into the ledger.

use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::response::Response;
use futures::StreamExt as _;
use serde_json::{Value, json};

use crate::App;
use crate::data_centre::DataCentre;
use crate::faults::{Fault, Kind};
use crate::http::{Answer, Inbound, Outcome};
use crate::ledger::{Entry, Side};
use crate::wire::Plug;
use crate::world::World;
use crate::{lever, locked, refapp};

/// Requests above this are cut off; both services are small.
const BODY_LIMIT: usize = 16 << 20;

/// Where a request goes.
enum Room {
    Lever(DataCentre, lever::Room),
    Refapp(refapp::Room),
}

impl Room {
    fn of(inbound: &Inbound) -> Option<Self> {
        let decoded: Vec<String> = inbound
            .path
            .trim_matches('/')
            .split('/')
            .map(|segment| {
                percent_encoding::percent_decode_str(segment)
                    .decode_utf8_lossy()
                    .into_owned()
            })
            .collect();
        let segments: Vec<&str> = decoded.iter().map(String::as_str).collect();
        match segments.as_slice() {
            ["lever", data_centre, rest @ ..] => {
                DataCentre::from_segment(data_centre).map(|dc| Self::Lever(dc, lever::Room::of(inbound, rest)))
            }
            ["refapp", rest @ ..] => Some(Self::Refapp(refapp::Room::of(&inbound.method, rest))),
            _ => None,
        }
    }

    fn side(&self) -> Side {
        match self {
            Self::Lever(..) => Side::Lever,
            Self::Refapp(_) => Side::Refapp,
        }
    }

    fn call(&self) -> &'static str {
        match self {
            Self::Lever(_, room) => room.call(),
            Self::Refapp(room) => room.call(),
        }
    }

    fn credential_name(&self, world: &World, inbound: &Inbound) -> Option<String> {
        match self {
            Self::Lever(_, room) => lever::credential_name(world, room, inbound),
            Self::Refapp(_) => refapp::credential_name(world, inbound),
        }
    }

    /// The body for the ledger. The token endpoint's holds secrets.
    fn body(&self, inbound: &Inbound) -> Value {
        match self {
            Self::Lever(_, lever::Room::Auth(_)) => {
                json!({"grant_type": inbound.fields().get("grant_type"), "decision": inbound.fields().get("decision")})
            }
            _ => inbound.json().unwrap_or(Value::Null),
        }
    }

    fn answer(self, world: &mut World, inbound: &Inbound) -> Outcome {
        match self {
            Self::Lever(data_centre, room) => lever::answer(world, data_centre, room, inbound),
            Self::Refapp(room) => refapp::answer(world, &room, inbound),
        }
    }
}

/// What goes back over the wire.
enum Reply {
    Whole(Answer),
    Later(Answer, Duration),
    Half(Answer),
    Never,
    Reset,
}

impl Reply {
    /// What a fault makes of the answer that would have been.
    fn spoiled(fault: &Fault, answer: Answer) -> Self {
        match &fault.kind {
            Kind::Status {
                code,
                body,
                retry_after,
            } => {
                let mut answer = match body {
                    Some(body) => Answer::text(*code, "application/json; charset=utf-8", body.clone()),
                    None => Answer::json(
                        *code,
                        &json!({"code": "InternalServerError", "message": "A fault on order."}),
                    ),
                };
                if let Some(pause) = retry_after {
                    answer = answer.with("retry-after", pause.clone());
                }
                Self::Whole(answer)
            }
            Kind::Applied5xx { code } => {
                let body = json!({"code": "InternalServerError", "message": "A fault on order."});
                Self::Whole(Answer::json(*code, &body))
            }
            Kind::Hang => Self::Never,
            Kind::Reset | Kind::AppliedNoAnswer => Self::Reset,
            // It has no body to be cut in.
            Kind::Cut if answer.status == 204 => Self::Reset,
            Kind::Cut => Self::Half(answer),
            Kind::Garbage200 => Self::Whole(Answer::text(
                200,
                "application/json; charset=utf-8",
                b"{\"data\": [\x00\xff garbage".to_vec(),
            )),
            Kind::Html200 => Self::Whole(Answer::html(
                200,
                "<!doctype html><title>Maintenance</title><p>Please come back.".into(),
            )),
            Kind::Empty200 => Self::Whole(Answer::empty(200).with("content-type", "application/json; charset=utf-8")),
            Kind::Huge200 => {
                let more = "x".repeat(10 << 20);
                Self::Whole(Answer::json(200, &json!({"data": [], "hasNext": false, "more": more})))
            }
            Kind::Slow { ms } => Self::Later(answer, Duration::from_millis(*ms)),
            // Faults of deliveries change nothing here.
            Kind::Drop | Kind::Twice => Self::Whole(answer),
        }
    }

    /// The status, if a whole answer goes out.
    fn status(&self) -> Option<u16> {
        match self {
            Self::Whole(answer) | Self::Later(answer, _) => Some(answer.status),
            Self::Half(_) | Self::Never | Self::Reset => None,
        }
    }
}

/// The fallback of the simulator's router: everything under `/lever` and `/refapp`.
pub(crate) async fn exchange(
    State(app): State<App>,
    ConnectInfo(plug): ConnectInfo<Plug>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
        return Answer::text(413, "text/plain", "Too large").into_response();
    };
    let query = parts.uri.query().unwrap_or_default();
    let inbound = Inbound {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        raw_query: parts.uri.query().map(str::to_owned),
        query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        headers: parts.headers,
        body: body.to_vec(),
    };
    let Some(room) = Room::of(&inbound) else {
        return Answer::text(404, "text/plain; charset=utf-8", "Not found").into_response();
    };
    let (reply, date) = decide(&mut locked(&app.world), room, &inbound);
    give(reply, date, &plug, app).await
}

/// Applies the request, or not, and writes the ledger, in one go under the lock.
fn decide(world: &mut World, room: Room, inbound: &Inbound) -> (Reply, i64) {
    let (side, call) = (room.side(), room.call());
    let credential = room.credential_name(world, inbound);
    let body = room.body(inbound);
    let fault = world
        .faults
        .draw(&mut world.chances.faults, side, call, &inbound.method, &inbound.path);
    let mut applied = false;
    let mut effect = None;
    let answer = if fault.as_ref().is_none_or(Fault::applies) {
        let outcome = room.answer(world, inbound);
        // 302 is how the OAuth server succeeds; 301 sends a caller elsewhere.
        applied = matches!(outcome.answer.status, 200..300 | 302);
        effect = outcome.effect;
        outcome.answer
    } else {
        Answer::empty(500)
    };
    let reply = match &fault {
        Some(fault) => Reply::spoiled(fault, answer),
        None => Reply::Whole(answer),
    };
    let at = world.now();
    world.ledger.add(Entry {
        seq: 0,
        at,
        side,
        method: inbound.method.clone(),
        path: inbound.path.clone(),
        query: redacted(inbound),
        credential,
        body,
        status: reply.status(),
        answered: reply.status().is_some(),
        applied,
        call: call.into(),
        effect,
        fault: fault.map(|fault| fault.kind.name().into()),
    });
    (reply, at)
}

fn redacted(inbound: &Inbound) -> std::collections::BTreeMap<String, Vec<String>> {
    let mut query = inbound.query_map();
    query.remove("state");
    query.remove("code_challenge");
    query
}

/// `Date` by the simulated clock.
fn dated(answer: Answer, at: i64) -> Answer {
    let since = Duration::from_millis(u64::try_from(at).unwrap_or_default());
    answer.with("date", httpdate::fmt_http_date(std::time::UNIX_EPOCH + since))
}

async fn give(reply: Reply, date: i64, plug: &Plug, app: App) -> Response {
    match reply {
        Reply::Whole(answer) => dated(answer, date).into_response(),
        Reply::Later(answer, pause) => {
            app.unless_closing(tokio::time::sleep(pause)).await;
            dated(answer, date).into_response()
        }
        Reply::Never => {
            app.unless_closing(std::future::pending::<()>()).await;
            plug.pull();
            Answer::empty(500).into_response()
        }
        Reply::Reset => {
            plug.pull();
            Answer::empty(500).into_response()
        }
        Reply::Half(answer) => half(dated(answer, date)),
    }
}

/// Announces the whole length, gives half of it and breaks off.
fn half(answer: Answer) -> Response {
    let length = answer.body.len().max(2);
    answer.with("content-length", length.to_string()).respond(|mut body| {
        body.truncate(length / 2);
        let first = futures::stream::once(async { Ok::<_, io::Error>(Bytes::from(body)) });
        let then = futures::stream::once(async {
            // Lets the first half leave before the connection breaks.
            tokio::time::sleep(Duration::from_millis(20)).await;
            Err(io::ErrorKind::ConnectionReset.into())
        });
        Body::from_stream(first.chain(then))
    })
}

//! The control API under `/control`: what people do in Lever's and Refapp's own pages, what the network does, and the
//! ledger. For tests, the board and the demo; loopback only, no authentication.

mod import;
mod lever;
mod refapp;
mod state;

use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get};
use axum::{Json, Router};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use crate::App;
use crate::faults::Fault;
use crate::http::Refusal;
use crate::locked;
use crate::switches::Switches;
use crate::world::World;

/// The routes, as `GET /control` lists them.
const ROUTES: &str = include_str!("routes.txt");

/// A control call's answer: JSON, or what was wrong.
pub(crate) type Done = Result<Json<Value>, Wrong>;

/// A control call that could not be done.
pub(crate) struct Wrong(StatusCode, String);

impl Wrong {
    pub(crate) fn not_found(what: &str, id: &str) -> Self {
        Self(StatusCode::NOT_FOUND, format!("there is no {what} {id}"))
    }

    pub(crate) fn bad(message: impl Into<String>) -> Self {
        Self(StatusCode::BAD_REQUEST, message.into())
    }
}

impl From<Refusal> for Wrong {
    fn from(refusal: Refusal) -> Self {
        let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST);
        Self(status, refusal.message)
    }
}

impl IntoResponse for Wrong {
    fn into_response(self) -> Response {
        (self.0, Json(json!({"message": self.1}))).into_response()
    }
}

impl App {
    /// Does something to the world, under its lock.
    pub(crate) fn with<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        change(&mut locked(&self.world))
    }
}

/// For a member that may be absent (`None`), null (`Some(None)`) or given.
pub(crate) fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(value: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(value).map(Some)
}

pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/", get(|| async { ROUTES }))
        .route(
            "/state",
            get(|State(app): State<App>| async move { Json(app.with(|world| state::json(world))) }),
        )
        .route("/ledger", get(ledger).delete(clear_ledger))
        .route("/switches", get(switches).patch(set_switches))
        .route("/faults", get(faults).post(add_fault).delete(clear_faults))
        .route("/faults/{id}", delete(remove_fault))
        .route("/clock", get(clock).patch(set_clock))
        .route("/autopilot", get(autopilot).patch(set_autopilot))
        .nest("/lever", lever::router())
        .nest("/refapp", refapp::router())
        .fallback(|| async { Wrong(StatusCode::NOT_FOUND, "no such control route".into()) })
}

#[derive(Deserialize)]
struct Since {
    #[serde(default)]
    since: u64,
    /// Milliseconds.
    #[serde(default)]
    wait: u64,
}

async fn ledger(State(app): State<App>, Query(asked): Query<Since>) -> Json<Value> {
    let wait = app.ledger.wait(asked.since, Duration::from_millis(asked.wait));
    let entries = app.unless_closing(wait).await.unwrap_or_default();
    let last = entries.last().map_or(asked.since, |entry| entry.seq);
    Json(json!({"entries": entries, "last": last}))
}

async fn clear_ledger(State(app): State<App>) -> Json<Value> {
    app.ledger.clear();
    Json(json!({}))
}

async fn switches(State(app): State<App>) -> Json<Value> {
    Json(json!(app.with(|world| world.switches.clone())))
}

/// Merges the given fields over the present ones.
async fn set_switches(State(app): State<App>, Json(changes): Json<Value>) -> Done {
    let Value::Object(changes) = changes else {
        return Err(Wrong::bad("an object of switches is wanted"));
    };
    app.with(|world| {
        let mut merged = json!(world.switches);
        for (name, value) in changes {
            merged[name] = value;
        }
        let switches: Switches = serde_json::from_value(merged).map_err(|error| Wrong::bad(error.to_string()))?;
        world.switches = switches;
        Ok(Json(json!(world.switches)))
    })
}

async fn faults(State(app): State<App>) -> Json<Value> {
    Json(json!(app.with(|world| world.faults.standing.clone())))
}

async fn add_fault(State(app): State<App>, Json(fault): Json<Fault>) -> Json<Value> {
    Json(json!({"id": app.with(|world| world.faults.add(fault))}))
}

async fn clear_faults(State(app): State<App>) -> Json<Value> {
    app.with(|world| world.faults.standing.clear());
    Json(json!({}))
}

async fn remove_fault(State(app): State<App>, Path(id): Path<u64>) -> Json<Value> {
    app.with(|world| world.faults.standing.retain(|standing| standing.id != id));
    Json(json!({}))
}

async fn clock(State(app): State<App>) -> Json<Value> {
    Json(app.with(|world| json!({"offset_ms": world.clock_offset, "now": world.now()})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Clock {
    offset_ms: i64,
}

async fn set_clock(State(app): State<App>, Json(clock): Json<Clock>) -> Json<Value> {
    Json(app.with(|world| {
        world.clock_offset = clock.offset_ms;
        json!({"offset_ms": world.clock_offset, "now": world.now()})
    }))
}

async fn autopilot(State(app): State<App>) -> Json<Value> {
    Json(autopilot_json(&app))
}

fn autopilot_json(app: &App) -> Value {
    json!({"interval_ms": app.autopilot.interval().map(|interval| interval.as_millis())})
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AutopilotSetting {
    /// Null rests it.
    interval_ms: Option<u64>,
}

async fn set_autopilot(State(app): State<App>, Json(setting): Json<AutopilotSetting>) -> Json<Value> {
    app.autopilot
        .set(setting.interval_ms.map(|ms| Duration::from_millis(ms.max(1))));
    Json(autopilot_json(&app))
}

//! The board: one page for people, on top of the control API. Plain HTML, CSS and a little script, all from here.

use axum::Router;
use axum::response::Response;
use axum::routing::get;

use crate::App;
use crate::http::Answer;
use crate::page::{CONTENT_SECURITY_POLICY, STYLE};

const PAGE: &str = include_str!("board.html");
const SCRIPT: &str = include_str!("board.js");

pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/board", get(page))
        .route(
            "/board.js",
            get(|| async { file("text/javascript; charset=utf-8", SCRIPT) }),
        )
        .route("/style.css", get(|| async { file("text/css; charset=utf-8", STYLE) }))
}

async fn page() -> Response {
    Answer::html(200, PAGE.to_owned())
        .with("content-security-policy", CONTENT_SECURITY_POLICY)
        .into_response()
}

fn file(content_type: &str, text: &str) -> Response {
    Answer::text(200, content_type, text)
        .with("cache-control", "no-store")
        .into_response()
}

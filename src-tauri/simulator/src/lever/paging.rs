//! Pages and offset tokens (lever-api.md §5).
//!
//! A token is a percent-encoded JSON array that names the first row of the next page. Clients encode it once more, so it
//! is decoded twice; the once-encoded form is accepted as well. Only tokens that were handed out are.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::{Value, json};

use crate::http::{Answer, Inbound, Refusal};
use crate::world::World;

/// As JavaScript's `encodeURIComponent`.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// A row's place in its list: the parts of its token, and what sorts.
pub(crate) struct Row<K, T> {
    pub(crate) place: K,
    pub(crate) token: Value,
    pub(crate) item: T,
}

/// Which rows of a list to give.
pub(crate) struct Wanted {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) next: Option<String>,
}

pub(crate) fn limit(world: &World, inbound: &Inbound) -> Result<usize, Refusal> {
    match inbound.query_one("limit") {
        None => Ok(100),
        Some(text) => match text.parse::<usize>() {
            Ok(limit @ 1..=100) => Ok(limit),
            _ if world.switches.limit_strict => Err(Refusal::bad_request("Invalid parameter: limit")),
            _ => Ok(100),
        },
    }
}

/// Finds the page that a request asks for among sorted rows. `place` reads a token back.
pub(crate) fn page<K: Ord, T>(
    rows: &[Row<K, T>],
    limit: usize,
    offset: Option<&str>,
    known: impl Fn(&str) -> bool,
    place: impl Fn(&Value) -> Option<K>,
) -> Result<Wanted, Refusal> {
    let start = match offset {
        None => 0,
        Some(offset) => {
            let stale = || Refusal::bad_request(format!("Invalid offset token: {offset}"));
            let decoded = percent_decode_str(offset).decode_utf8().map_err(|_| stale())?;
            let parts: Value = serde_json::from_str(&decoded).map_err(|_| stale())?;
            if !known(&parts.to_string()) {
                return Err(stale());
            }
            let place = place(&parts).ok_or_else(stale)?;
            rows.partition_point(|row| row.place < place)
        }
    };
    let end = rows.len().min(start.saturating_add(limit));
    let next = rows.get(end).map(|row| row.token.to_string());
    Ok(Wanted { start, end, next })
}

/// A list answer; remembers the token that it hands out.
pub(crate) fn answer(world: &mut World, rows: &[Value], next: Option<String>) -> Answer {
    let body = match next {
        Some(token) => {
            let encoded = utf8_percent_encode(&token, COMPONENT).to_string();
            world.lever.offsets.insert(token);
            json!({"data": rows, "hasNext": true, "next": encoded})
        }
        None => json!({"data": rows, "hasNext": false}),
    };
    Answer::json(200, &body)
}

/// Keeps only the fields that `include` names, if it names any (§5).
pub(crate) fn only_included(inbound: &Inbound, mut row: Value) -> Value {
    let included = inbound.query_all("include");
    if !included.is_empty()
        && let Some(object) = row.as_object_mut()
    {
        object.retain(|key, _| included.contains(&key.as_str()));
    }
    row
}

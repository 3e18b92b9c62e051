//! The simulated Lever: one account, seen through three data centres (lever-api.md).
//!
//! Deliberately not here: every endpoint that neither the article's twelve rights nor the six optional ones name, apart
//! from the deprecated applications of an opportunity. Such a path answers as Lever answers an unknown one.

pub(crate) mod account;
mod api;
pub(crate) mod delivery;
mod notes;
pub(crate) mod oauth;
pub(crate) mod opportunities;
mod paging;
mod people;
mod postings;
mod route;
mod view;
mod web;
mod webhooks;

use crate::data_centre::DataCentre;
use crate::http::{Answer, Inbound, Outcome};
use crate::world::World;

pub(crate) use account::{ARTICLE_RIGHTS, OPTIONAL_RIGHTS, Right};
pub(crate) use notes::{Draft as NoteDraft, add as add_note};
pub(crate) use people::user_json;
pub(crate) use view::{state_json as state_opportunity, state_postings};
pub(crate) use webhooks::events;

/// Where under `/lever/<data centre>` a request goes.
pub(crate) enum Room {
    /// `/v1`: the Data API.
    Api(route::Route),
    /// `/auth`: the OAuth server.
    Auth(oauth::Step),
    /// `/web`: the web app's candidate pages.
    Web(Option<String>),
    /// Anything else.
    Nowhere,
}

impl Room {
    /// `segments` are those after the data centre.
    pub(crate) fn of(inbound: &Inbound, segments: &[&str]) -> Self {
        match segments {
            ["v1", rest @ ..] => Self::Api(route::Route::of(&inbound.method, rest)),
            ["auth", rest @ ..] => oauth::Step::of(inbound, rest).map_or(Self::Nowhere, Self::Auth),
            ["web", "candidates", id] => Self::Web(Some((*id).to_owned())),
            ["web", ..] => Self::Web(None),
            _ => Self::Nowhere,
        }
    }

    /// The call's name in the ledger.
    pub(crate) fn call(&self) -> &'static str {
        match self {
            Self::Api(route) => route.name(),
            Self::Auth(step) => step.name(),
            Self::Web(_) => "candidate page",
            Self::Nowhere => "unknown",
        }
    }
}

/// Name of the credential that a request brings, known or not.
pub(crate) fn credential_name(world: &World, room: &Room, inbound: &Inbound) -> Option<String> {
    match room {
        Room::Api(_) => api::credential_name(world, inbound),
        Room::Auth(_) => oauth::client_name(inbound),
        Room::Web(_) | Room::Nowhere => None,
    }
}

/// Answers a request.
pub(crate) fn answer(world: &mut World, data_centre: DataCentre, room: Room, inbound: &Inbound) -> Outcome {
    match room {
        Room::Api(route) => api::answer(world, data_centre, route, inbound),
        Room::Auth(step) => oauth::answer(world, data_centre, step, inbound),
        Room::Web(id) => Outcome::of(web::candidate_page(world, id.as_deref())),
        Room::Nowhere => Outcome::of(Answer::text(404, "text/plain", "Not found")),
    }
}

//! The front of the Data API: who is asking, how often, with which right; then the call itself.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::data_centre::DataCentre;
use crate::http::{Answer, Inbound, Outcome, Refusal};
use crate::lever::account::Bucket;
use crate::lever::route::{Call, Route};
use crate::lever::{Right, notes, opportunities, people, postings, webhooks};
use crate::switches::{ErrorBody, Refused, WrongDataCentre};
use crate::world::World;

/// What the `Authorization` header holds.
enum Presented {
    Nothing,
    Key(String),
    Bearer(String),
}

fn presented(inbound: &Inbound) -> Presented {
    let Some((scheme, value)) = inbound
        .header("authorization")
        .and_then(|header| header.split_once(' '))
    else {
        return Presented::Nothing;
    };
    if scheme.eq_ignore_ascii_case("bearer") {
        return Presented::Bearer(value.trim().to_owned());
    }
    let decoded = STANDARD
        .decode(value.trim())
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    match decoded.as_deref().and_then(|pair| pair.split_once(':')) {
        // The password is empty (§2.1); one that is not makes it another credential.
        Some((key, "")) if scheme.eq_ignore_ascii_case("basic") => Presented::Key(key.to_owned()),
        _ => Presented::Nothing,
    }
}

/// A credential that this data centre knows.
pub(crate) struct Caller {
    pub(crate) name: String,
    pub(crate) data_centre: DataCentre,
    confidential: bool,
    grants: Grants,
}

enum Grants {
    Key(std::collections::BTreeSet<Right>),
    Scopes(Vec<String>),
}

impl Caller {
    pub(crate) fn may(&self, right: Right) -> bool {
        match &self.grants {
            Grants::Key(rights) => rights.contains(&right),
            Grants::Scopes(scopes) => {
                let (resource, write) = right.scope();
                scopes.iter().any(|scope| {
                    scope
                        .strip_suffix(":admin")
                        .and_then(|scope| scope.split_once(':'))
                        .is_some_and(|(granted, access)| granted == resource && (access == "write" || !write))
                })
            }
        }
    }

    pub(crate) fn sees_confidential(&self) -> bool {
        self.confidential
    }
}

/// The name of what was presented, for the ledger.
pub(crate) fn credential_name(world: &World, inbound: &Inbound) -> Option<String> {
    match presented(inbound) {
        Presented::Nothing => None,
        Presented::Key(value) => Some(
            world
                .lever
                .key(&value)
                .filter(|key| key.value == value)
                .map_or("unknown key", |key| &key.name)
                .into(),
        ),
        Presented::Bearer(token) => Some(
            world
                .oauth
                .access(&token)
                .map_or_else(|| "unknown token".into(), |access| access.name()),
        ),
    }
}

fn unauthorized(world: &World, presented: &Presented) -> Answer {
    let message = match presented {
        Presented::Key(_) | Presented::Bearer(_) if world.switches.wrong_key_other_text => {
            "The credentials are not valid."
        }
        _ => "The request requires authentication.",
    };
    Refusal {
        status: 401,
        code: "UnauthorizedError",
        message: message.into(),
    }
    .answer()
}

fn in_open_form(world: &World, refusal: &Refusal) -> Answer {
    match world.switches.error_body {
        ErrorBody::Envelope => refusal.answer(),
        ErrorBody::Text => Answer::text(refusal.status, "text/plain; charset=utf-8", refusal.message.clone()),
        ErrorBody::Empty => Answer::empty(refusal.status),
    }
}

fn authenticate(world: &World, data_centre: DataCentre, inbound: &Inbound) -> Result<Caller, Answer> {
    let presented = presented(inbound);
    let key = match &presented {
        Presented::Key(value) => Some(value),
        Presented::Bearer(value) if world.switches.bearer_api_key => Some(value),
        _ => None,
    };
    if let Some(key) = key.and_then(|value| world.lever.keys.iter().find(|key| key.value == **value && !key.deleted)) {
        if key.data_centre != data_centre {
            return Err(wrong_data_centre(world, key.data_centre, &presented, inbound));
        }
        return Ok(Caller {
            name: key.name.clone(),
            data_centre,
            confidential: key.confidential,
            grants: Grants::Key(key.rights.clone()),
        });
    }
    if let Presented::Bearer(token) = &presented
        && let Some(access) = world.oauth.access(token)
    {
        let at_home = access.data_centre == data_centre;
        let sandbox_mix = access.data_centre == DataCentre::Sandbox || data_centre == DataCentre::Sandbox;
        if !at_home && sandbox_mix {
            // §2.3: the one mix whose answer is reported.
            let message = "Unable to find a signing key that matches the token.";
            return Err(in_open_form(world, &Refusal::forbidden(message)));
        }
        if !at_home {
            return Err(wrong_data_centre(world, access.data_centre, &presented, inbound));
        }
        if world.oauth.is_valid(access, world.now(), &world.switches) {
            return Ok(Caller {
                name: access.name(),
                data_centre,
                confidential: access.scopes.iter().any(|scope| scope == "confidential:access:admin"),
                grants: Grants::Scopes(access.scopes.clone()),
            });
        }
    }
    Err(unauthorized(world, &presented))
}

fn wrong_data_centre(world: &World, home: DataCentre, presented: &Presented, inbound: &Inbound) -> Answer {
    match world.switches.wrong_data_centre {
        WrongDataCentre::Unauthorized => unauthorized(world, presented),
        WrongDataCentre::MovedPermanently => {
            let rest = inbound.path.split("/v1").nth(1).unwrap_or_default();
            let query = inbound
                .raw_query
                .as_ref()
                .map(|query| format!("?{query}"))
                .unwrap_or_default();
            Answer::empty(301).with("location", format!("{}{rest}{query}", world.api_url(home)))
        }
        WrongDataCentre::NotFound => no_such_path(inbound),
    }
}

fn no_such_path(inbound: &Inbound) -> Answer {
    let path = inbound
        .path
        .find("/v1")
        .map_or(inbound.path.as_str(), |start| &inbound.path[start..]);
    Refusal {
        status: 404,
        code: "ResourceNotFound",
        message: format!("{path} does not exist"),
    }
    .answer()
}

fn over_the_limit(world: &mut World, caller: &Caller) -> Option<Answer> {
    let (rate, burst) = (world.switches.rate_per_second, world.switches.rate_burst);
    if rate == 0 {
        return None;
    }
    let bucket = world
        .lever
        .buckets
        .entry(caller.name.clone())
        .or_insert_with(|| Bucket::full(burst));
    if bucket.take(rate, burst) {
        return None;
    }
    let refusal = Refusal {
        status: 429,
        code: "TooManyRequestsError",
        message: format!("You have exceeded your request rate of {rate} r/s."),
    };
    let answer = in_open_form(world, &refusal);
    Some(if world.switches.rate_limit_retry_after {
        answer.with("retry-after", "1")
    } else {
        answer
    })
}

/// The object that a path names and that is not there.
fn missing_object(world: &World, caller: &Caller, call: &Call) -> Option<Refusal> {
    if let Some(id) = call.opportunity() {
        let Some(opportunity) = world.lever.opportunities.get(id) else {
            return Some(Refusal::not_found("opportunities", id));
        };
        if opportunity.confidential && !caller.sees_confidential() {
            return Some(Refusal::forbidden("You do not have access to confidential data."));
        }
    }
    match call {
        Call::ReadUser(id) if world.lever.user(id).is_none() => Some(Refusal::not_found("users", id)),
        Call::ReadPosting(id) => match world.lever.posting(id) {
            None => Some(Refusal::not_found("postings", id)),
            Some(posting) if posting.confidential && !caller.sees_confidential() => {
                Some(Refusal::forbidden("You do not have access to confidential data."))
            }
            Some(_) => None,
        },
        Call::DeleteWebhook(id) if !world.lever.webhooks.iter().any(|webhook| webhook.id == *id) => {
            Some(Refusal::not_found("webhooks", id))
        }
        _ => None,
    }
}

/// Answers a request to `/v1`, with the headers of §1.
pub(crate) fn answer(world: &mut World, data_centre: DataCentre, route: Route, inbound: &Inbound) -> Outcome {
    let mut outcome = respond(world, data_centre, route, inbound);
    if outcome.answer.status != 204 {
        let answer = &mut outcome.answer.headers;
        answer.push(("server", "lever-data-api".into()));
        answer.push(("x-lever-region", data_centre.region().into()));
        answer.push(("x-stream-path", "dapi".into()));
        answer.push(("strict-transport-security", "max-age=31536000".into()));
    }
    outcome
}

fn respond(world: &mut World, data_centre: DataCentre, route: Route, inbound: &Inbound) -> Outcome {
    let call = match route {
        Route::Call(call) => call,
        Route::MethodNotAllowed => {
            let message = format!("{} is not allowed", inbound.method);
            return Outcome::of(
                Refusal {
                    status: 405,
                    code: "MethodNotAllowedError",
                    message,
                }
                .answer(),
            );
        }
        Route::Nowhere => return Outcome::of(no_such_path(inbound)),
    };
    let caller = match authenticate(world, data_centre, inbound) {
        Ok(caller) => caller,
        Err(answer) => return Outcome::of(answer),
    };
    if let Some(answer) = over_the_limit(world, &caller) {
        return Outcome::of(answer);
    }
    let right_missing = (!caller.may(call.right())).then(|| {
        Refusal::forbidden(format!(
            "Your account settings do not allow you to {}. A Super Admin must change the API settings.",
            call.right().label()
        ))
    });
    let object_missing = missing_object(world, &caller, &call);
    let refusal = if world.switches.right_check_first {
        right_missing.or(object_missing)
    } else {
        object_missing.or(right_missing)
    };
    if let Some(refusal) = refusal {
        return Outcome::of(refused(world, &refusal));
    }
    dispatch(world, &caller, &call, inbound).unwrap_or_else(|refusal| Outcome::of(refused(world, &refusal)))
}

fn refused(world: &World, refusal: &Refusal) -> Answer {
    if refusal.status == 403 {
        in_open_form(world, refusal)
    } else {
        refusal.answer()
    }
}

fn dispatch(world: &mut World, caller: &Caller, call: &Call, inbound: &Inbound) -> Result<Outcome, Refusal> {
    match call {
        Call::ListUsers => people::list_users(world, inbound),
        Call::ReadUser(id) => people::read_user(world, id),
        Call::ListStages => people::list_stages(world),
        Call::ListPostings => postings::list(world, caller, inbound),
        Call::ReadPosting(id) => postings::read(world, caller, id, inbound),
        Call::ListTags => people::list_tags(world),
        Call::ListOpportunities => opportunities::list(world, caller, inbound),
        Call::ReadOpportunity(id) => opportunities::read(world, caller, id, inbound),
        Call::CreateOpportunity => opportunities::create(world, caller, inbound),
        Call::AddTags(id) => opportunities::add_tags(world, caller, id, inbound),
        Call::RemoveTags(id) => opportunities::remove_tags(world, caller, id, inbound),
        Call::ListNotes(id) => notes::list(world, id, inbound),
        Call::CreateNote(id) => notes::create(world, id, inbound),
        Call::UpdateNote(id, note) => notes::update(world, id, note, inbound),
        Call::DeleteNote(id, note) => notes::delete(world, id, note),
        Call::ListApplications(id) => opportunities::list_applications(world, id),
        Call::ReadApplication(id, application) => opportunities::read_application(world, id, application),
        Call::ListWebhooks => webhooks::list(world),
        Call::CreateWebhook => webhooks::create(world, inbound),
        Call::DeleteWebhook(id) => webhooks::delete(world, id),
    }
}

/// The user of `perform_as`, which must exist and be active if it is given (§2.4, §12 row 10).
pub(crate) fn perform_as(world: &World, inbound: &Inbound) -> Result<Option<String>, Refusal> {
    let Some(id) = inbound.query_one("perform_as") else {
        return Ok(None);
    };
    match world.lever.user(id) {
        Some(user) if user.deactivated_at.is_none() => Ok(Some(user.id.clone())),
        _ if world.switches.wrong_perform_as == Refused::NotFound => Err(Refusal::not_found("users", id)),
        _ => Err(Refusal::bad_request("Invalid parameter: perform_as")),
    }
}

/// The body as a JSON object; none at all counts as an empty one.
pub(crate) fn object(inbound: &Inbound) -> Result<Value, Refusal> {
    if inbound.body.is_empty() {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    inbound.json().filter(Value::is_object).ok_or_else(|| Refusal {
        status: 400,
        code: "InvalidContent",
        message: "Invalid JSON".into(),
    })
}

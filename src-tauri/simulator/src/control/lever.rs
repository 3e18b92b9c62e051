//! What people do in Lever's own pages.

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State};
use axum::routing::{patch, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::import::import;
use super::{Done, Wrong, given};
use crate::App;
use crate::data_centre::DataCentre;
use crate::lever::account::{ApiKey, Contact, Posting, Stage};
use crate::lever::delivery::{self, Deliver};
use crate::lever::opportunities::{self, Draft};
use crate::lever::{NoteDraft, Right, add_note};
use crate::world::World;

pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/move", post(move_opportunities))
        .route("/import", post(import))
        .route("/opportunities", post(create_opportunity))
        .route(
            "/opportunities/{id}",
            patch(change_opportunity).delete(delete_opportunity),
        )
        .route("/opportunities/{id}/anonymise", post(anonymise))
        .route("/opportunities/{id}/tags", post(change_tags))
        .route("/opportunities/{id}/notes", post(write_note))
        .route("/postings", post(create_posting))
        .route("/postings/{id}", patch(change_posting))
        .route("/stages", post(create_stage))
        .route("/stages/{id}", patch(rename_stage).delete(delete_stage))
        .route("/users/{id}", patch(change_user))
        .route("/keys", post(create_key))
        .route("/keys/{key}", patch(change_key).delete(delete_key))
        .route("/clients/{id}/redirect-uris", post(add_redirect_uri))
        .route("/revoke", post(revoke))
        .route("/expire-access-tokens", post(expire_access_tokens))
        .route("/webhook-groups", patch(set_groups))
        .route("/webhook-loss", patch(set_loss))
        .route("/webhooks/{id}/test", post(test_webhook))
        .route("/deliveries/release", post(release))
        .route("/deliveries/{id}/rerun", post(rerun))
        .route("/offsets/expire", post(expire_offsets))
}

/// A user by id or e-mail.
fn user(world: &World, who: &str) -> Result<String, Wrong> {
    world
        .lever
        .users
        .iter()
        .find(|user| user.id == who || user.email == who)
        .map(|user| user.id.clone())
        .ok_or_else(|| Wrong::not_found("user", who))
}

fn maybe_user(world: &World, who: Option<&str>) -> Result<Option<String>, Wrong> {
    who.map(|who| user(world, who)).transpose()
}

/// A stage by id or text.
fn stage(world: &World, which: &str) -> Result<String, Wrong> {
    world
        .lever
        .stages
        .iter()
        .find(|stage| stage.id == which || stage.text == which)
        .map(|stage| stage.id.clone())
        .ok_or_else(|| Wrong::not_found("stage", which))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Move {
    opportunity: Option<String>,
    #[serde(default)]
    opportunities: Vec<String>,
    stage: String,
    /// User id or e-mail; null or absent: the API, without a user.
    by: Option<String>,
    #[serde(default)]
    deliver: Deliver,
}

async fn move_opportunities(State(app): State<App>, Json(order): Json<Move>) -> Done {
    app.with(|world| {
        let (stage, by) = (stage(world, &order.stage)?, maybe_user(world, order.by.as_deref())?);
        for id in order.opportunity.iter().chain(&order.opportunities) {
            opportunities::change_stage(world, id, &stage, by.clone(), order.deliver)?;
        }
        Ok(Json(json!({"stage": stage})))
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewOpportunity {
    #[serde(default)]
    name: String,
    #[serde(default)]
    emails: Vec<String>,
    #[serde(default)]
    phones: Vec<String>,
    posting: Option<String>,
    stage: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    origin: Option<String>,
    by: Option<String>,
    #[serde(default)]
    deliver: Deliver,
    /// How many; above one, names and e-mails are numbered.
    count: Option<usize>,
}

async fn create_opportunity(State(app): State<App>, Json(order): Json<NewOpportunity>) -> Done {
    app.with(|world| {
        let by = maybe_user(world, order.by.as_deref())?;
        let stage = order.stage.as_deref().map(|which| stage(world, which)).transpose()?;
        if let Some(posting) = order
            .posting
            .as_deref()
            .filter(|posting| world.lever.posting(posting).is_none())
        {
            return Err(Wrong::not_found("posting", posting));
        }
        let mut ids = Vec::new();
        let count = order.count.unwrap_or(1);
        for number in 0..count {
            let many = count > 1;
            let emails = order.emails.iter().map(|email| {
                if many {
                    format!("{number}.{email}")
                } else {
                    email.clone()
                }
            });
            let draft = Draft {
                name: if many {
                    format!("{} {number}", order.name)
                } else {
                    order.name.clone()
                },
                emails: emails.collect(),
                phones: order
                    .phones
                    .iter()
                    .map(|phone| json!({"type": "mobile", "value": phone}))
                    .collect(),
                posting: order.posting.clone(),
                stage: stage.clone(),
                tags: order.tags.clone(),
                origin: order.origin.clone(),
                ..Draft::default()
            };
            ids.push(opportunities::make(world, draft, by.as_deref(), order.deliver).0);
        }
        Ok(Json(json!({"id": ids.first(), "ids": ids})))
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OpportunityChange {
    name: Option<String>,
    emails: Option<Vec<String>>,
    phones: Option<Vec<String>>,
    owner: Option<String>,
    archived: Option<bool>,
    confidential: Option<bool>,
    #[serde(default)]
    deliver: Deliver,
}

async fn change_opportunity(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(order): Json<OpportunityChange>,
) -> Done {
    app.with(|world| {
        let owner = maybe_user(world, order.owner.as_deref())?;
        let now = world.now();
        let reason = world.lever.archive_reasons[1].0.clone();
        let lever = &mut world.lever;
        let opportunity = lever
            .opportunities
            .get_mut(&id)
            .ok_or_else(|| Wrong::not_found("opportunity", &id))?;
        if let Some(contact) = lever.contacts.get_mut(&opportunity.contact) {
            contact.name = order.name.unwrap_or_else(|| contact.name.clone());
            contact.emails = order.emails.unwrap_or_else(|| contact.emails.clone());
            if let Some(phones) = order.phones {
                contact.phones = phones
                    .iter()
                    .map(|phone| json!({"type": "mobile", "value": phone}))
                    .collect();
            }
        }
        opportunity.owner = owner.unwrap_or_else(|| opportunity.owner.clone());
        opportunity.confidential = order.confidential.unwrap_or(opportunity.confidential);
        opportunity.updated_at = Some(now);
        if let Some(archived) = order.archived {
            opportunity.archived = archived.then_some((reason, now));
            opportunity.last_interaction_at = now;
            if archived && !std::mem::replace(&mut opportunity.archived_before, true) {
                opportunity.last_advanced_at = now;
            }
            delivery::archive_changed(world, &id, order.deliver);
        }
        Ok(Json(json!({})))
    })
}

#[derive(Deserialize)]
struct DeliverQuery {
    #[serde(default)]
    deliver: Deliver,
}

async fn delete_opportunity(State(app): State<App>, Path(id): Path<String>, Query(order): Query<DeliverQuery>) -> Done {
    app.with(|world| {
        delivery::deleted(world, &id, order.deliver);
        world
            .lever
            .opportunities
            .remove(&id)
            .ok_or_else(|| Wrong::not_found("opportunity", &id))?;
        Ok(Json(json!({})))
    })
}

async fn anonymise(State(app): State<App>, Path(id): Path<String>) -> Done {
    app.with(|world| {
        let lever = &mut world.lever;
        let opportunity = lever
            .opportunities
            .get_mut(&id)
            .ok_or_else(|| Wrong::not_found("opportunity", &id))?;
        opportunity.anonymized = true;
        let contact = opportunity.contact.clone();
        // The person's data is gone once all opportunities of the contact are anonymised (§6.3).
        if lever
            .opportunities
            .values()
            .all(|other| other.contact != contact || other.anonymized)
        {
            lever.contacts.insert(
                contact.clone(),
                Contact {
                    id: contact,
                    ..Contact::default()
                },
            );
        }
        Ok(Json(json!({})))
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TagChange {
    #[serde(default)]
    add: Vec<String>,
    #[serde(default)]
    remove: Vec<String>,
}

async fn change_tags(State(app): State<App>, Path(id): Path<String>, Json(order): Json<TagChange>) -> Done {
    app.with(|world| {
        let now = world.now();
        let opportunity = world
            .lever
            .opportunities
            .get_mut(&id)
            .ok_or_else(|| Wrong::not_found("opportunity", &id))?;
        opportunity.tags.retain(|tag| !order.remove.contains(tag));
        for tag in order.add {
            if !opportunity.tags.contains(&tag) {
                opportunity.tags.push(tag);
            }
        }
        opportunity.updated_at = Some(now);
        Ok(Json(json!({"tags": opportunity.tags})))
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewNote {
    value: String,
    by: Option<String>,
}

async fn write_note(State(app): State<App>, Path(id): Path<String>, Json(order): Json<NewNote>) -> Done {
    app.with(|world| {
        let by = maybe_user(world, order.by.as_deref())?;
        let draft = NoteDraft {
            value: &order.value,
            user: by,
            secret: false,
            by_api: false,
        };
        let note = add_note(world, &id, draft)?;
        Ok(Json(json!({"id": note.id})))
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PostingChange {
    text: Option<String>,
    state: Option<String>,
    #[serde(default, deserialize_with = "given")]
    owner: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    hiring_manager: Option<Option<String>>,
    tags: Option<Vec<String>>,
    confidential: Option<bool>,
    internal_only: Option<bool>,
}

fn apply(world: &mut World, id: &str, order: PostingChange) -> Done {
    let owner = order.owner.map(|who| maybe_user(world, who.as_deref())).transpose()?;
    let hiring_manager = order
        .hiring_manager
        .map(|who| maybe_user(world, who.as_deref()))
        .transpose()?;
    let now = world.now();
    let posting = world
        .lever
        .posting_mut(id)
        .ok_or_else(|| Wrong::not_found("posting", id))?;
    posting.text = order.text.unwrap_or_else(|| posting.text.clone());
    posting.state = order.state.unwrap_or_else(|| posting.state.clone());
    posting.owner = owner.unwrap_or_else(|| posting.owner.clone());
    posting.hiring_manager = hiring_manager.unwrap_or_else(|| posting.hiring_manager.clone());
    posting.tags = order.tags.unwrap_or_else(|| posting.tags.clone());
    posting.confidential = order.confidential.unwrap_or(posting.confidential);
    posting.internal_only = order.internal_only.unwrap_or(posting.internal_only);
    posting.updated_at = now;
    Ok(Json(json!({"id": id})))
}

async fn create_posting(State(app): State<App>, Json(order): Json<PostingChange>) -> Done {
    app.with(|world| {
        let id = world.uuid();
        let now = world.now();
        let mut posting = world.lever.postings[0].clone();
        posting = Posting {
            id: id.clone(),
            text: String::from("New posting"),
            state: "published".into(),
            hiring_manager: None,
            tags: Vec::new(),
            confidential: false,
            internal_only: false,
            created_at: now,
            ..posting
        };
        world.lever.postings.push(posting);
        apply(world, &id, order)
    })
}

async fn change_posting(State(app): State<App>, Path(id): Path<String>, Json(order): Json<PostingChange>) -> Done {
    app.with(|world| apply(world, &id, order))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewStage {
    text: String,
    /// As Lever's: 231.5 and the like.
    rank: Option<f64>,
}

async fn create_stage(State(app): State<App>, Json(order): Json<NewStage>) -> Json<Value> {
    app.with(|world| {
        let id = world.uuid();
        #[allow(clippy::cast_possible_truncation)] // Ranks are small.
        let rank = (order.rank.unwrap_or(240.5) * 1000.0).round() as i64;
        world.lever.stages.push(Stage {
            id: id.clone(),
            text: order.text,
            rank,
        });
        world.lever.stages.sort_by_key(|stage| stage.rank);
        Json(json!({"id": id}))
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    text: String,
}

async fn rename_stage(State(app): State<App>, Path(id): Path<String>, Json(order): Json<Text>) -> Done {
    app.with(|world| {
        let id = stage(world, &id)?;
        for stage in world.lever.stages.iter_mut().filter(|stage| stage.id == id) {
            stage.text.clone_from(&order.text);
        }
        Ok(Json(json!({})))
    })
}

async fn delete_stage(State(app): State<App>, Path(id): Path<String>) -> Done {
    app.with(|world| {
        let id = stage(world, &id)?;
        world.lever.stages.retain(|stage| stage.id != id);
        Ok(Json(json!({})))
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UserChange {
    active: Option<bool>,
    role: Option<String>,
    email: Option<String>,
}

async fn change_user(State(app): State<App>, Path(id): Path<String>, Json(order): Json<UserChange>) -> Done {
    app.with(|world| {
        let id = user(world, &id)?;
        let now = world.now();
        for user in world.lever.users.iter_mut().filter(|user| user.id == id) {
            if let Some(active) = order.active {
                user.deactivated_at = (!active).then_some(now);
            }
            user.role = order.role.clone().unwrap_or_else(|| user.role.clone());
            user.email = order.email.clone().unwrap_or_else(|| user.email.clone());
        }
        Ok(Json(json!({})))
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewKey {
    name: String,
    value: Option<String>,
    data_centre: DataCentre,
    /// Absent: the article's twelve.
    rights: Option<Vec<Right>>,
    #[serde(default)]
    confidential: bool,
}

async fn create_key(State(app): State<App>, Json(order): Json<NewKey>) -> Done {
    app.with(|world| {
        let value = order.value.unwrap_or_else(|| world.token48());
        if world.lever.key(&order.name).is_some() || world.lever.key(&value).is_some() {
            return Err(Wrong::bad("there is such a key already"));
        }
        let rights = order
            .rights
            .unwrap_or_else(|| crate::lever::ARTICLE_RIGHTS.to_vec())
            .into_iter()
            .collect();
        world.lever.keys.push(ApiKey {
            name: order.name,
            value: value.clone(),
            data_centre: order.data_centre,
            rights,
            confidential: order.confidential,
            deleted: false,
        });
        Ok(Json(json!({"value": value})))
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyChange {
    #[serde(default)]
    rights: BTreeMap<Right, bool>,
    confidential: Option<bool>,
}

async fn change_key(State(app): State<App>, Path(key): Path<String>, Json(order): Json<KeyChange>) -> Done {
    app.with(|world| {
        let key = world.lever.key_mut(&key).ok_or_else(|| Wrong::not_found("key", &key))?;
        for (right, ticked) in order.rights {
            if ticked {
                key.rights.insert(right);
            } else {
                key.rights.remove(&right);
            }
        }
        key.confidential = order.confidential.unwrap_or(key.confidential);
        Ok(Json(json!({"rights": key.rights})))
    })
}

async fn delete_key(State(app): State<App>, Path(key): Path<String>) -> Done {
    app.with(|world| {
        world
            .lever
            .key_mut(&key)
            .ok_or_else(|| Wrong::not_found("key", &key))?
            .deleted = true;
        Ok(Json(json!({})))
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RedirectUri {
    uri: String,
}

async fn add_redirect_uri(State(app): State<App>, Path(id): Path<String>, Json(order): Json<RedirectUri>) -> Done {
    app.with(|world| {
        let client = world.oauth.clients.iter_mut().find(|client| client.id == id);
        client
            .ok_or_else(|| Wrong::not_found("client", &id))?
            .redirect_uris
            .push(order.uri);
        Ok(Json(json!({})))
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Revoke {
    data_centre: Option<DataCentre>,
}

async fn revoke(State(app): State<App>, Json(order): Json<Revoke>) -> Json<Value> {
    Json(json!({"revoked": app.with(|world| world.oauth.revoke(order.data_centre))}))
}

async fn expire_access_tokens(State(app): State<App>) -> Json<Value> {
    Json(json!({"expired": app.with(|world| world.oauth.expire_access())}))
}

async fn set_groups(State(app): State<App>, Json(order): Json<BTreeMap<String, bool>>) -> Done {
    app.with(|world| {
        for (event, on) in order {
            if !crate::lever::events().any(|known| known == event) {
                return Err(Wrong::not_found("event", &event));
            }
            if on {
                world.lever.webhook_groups.insert(event);
            } else {
                world.lever.webhook_groups.remove(&event);
            }
        }
        Ok(Json(json!({"on": world.lever.webhook_groups})))
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Loss {
    probability: f64,
}

async fn set_loss(State(app): State<App>, Json(order): Json<Loss>) -> Json<Value> {
    app.with(|world| world.webhook_loss = order.probability);
    Json(json!({}))
}

async fn test_webhook(State(app): State<App>, Path(id): Path<String>) -> Done {
    app.with(|world| delivery::test(world, &id))
        .then(|| Json(json!({})))
        .ok_or_else(|| Wrong::not_found("webhook", &id))
}

async fn release(State(app): State<App>) -> Json<Value> {
    Json(json!({"released": app.with(delivery::release)}))
}

async fn rerun(State(app): State<App>, Path(id): Path<String>) -> Done {
    app.with(|world| delivery::rerun(world, &id))
        .then(|| Json(json!({})))
        .ok_or_else(|| Wrong::not_found("delivery", &id))
}

async fn expire_offsets(State(app): State<App>) -> Json<Value> {
    app.with(|world| world.lever.offsets.clear());
    Json(json!({}))
}

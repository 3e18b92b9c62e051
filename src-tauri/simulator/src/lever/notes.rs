//! Notes of an opportunity (lever-api.md §6.6, §7.4).

use std::cmp::Reverse;

use serde_json::{Value, json};

use crate::http::{Answer, Inbound, Outcome, Refusal};
use crate::lever::account::Note;
use crate::lever::api::{object, perform_as};
use crate::lever::paging::{self, Row};
use crate::lever::people::created_place;
use crate::switches::Refused;
use crate::world::World;

fn json(note: &Note) -> Value {
    json!({"id": note.id, "text": "Note", "fields": note.fields, "user": note.user, "secret": note.secret,
        "completedAt": note.created_at, "deletedAt": note.deleted_at, "createdAt": note.created_at})
}

/// A note as the control state shows it.
pub(crate) fn state_json(note: &Note) -> Value {
    let mut row = json(note);
    row["by_api"] = json!(note.by_api);
    row["value"] = json!(value(note));
    row
}

/// The text of its first comment.
fn value(note: &Note) -> &str {
    note.fields
        .first()
        .and_then(|field| field["value"].as_str())
        .unwrap_or_default()
}

fn field(value: &str, stage: &str, user: Option<&str>, at: i64) -> Value {
    json!({"createdAt": at, "score": null, "stage": stage, "text": "Comment", "type": "note", "user": user,
        "value": value})
}

pub(crate) fn list(world: &mut World, id: &str, inbound: &Inbound) -> Result<Outcome, Refusal> {
    let limit = paging::limit(world, inbound)?;
    let listed_when_deleted = world.switches.deleted_notes_listed;
    let opportunity = world
        .lever
        .opportunities
        .get(id)
        .ok_or_else(|| Refusal::not_found("opportunities", id))?;
    let mut rows: Vec<_> = opportunity
        .notes
        .iter()
        .filter(|note| listed_when_deleted || note.deleted_at.is_none())
        .map(|note| Row {
            place: (Reverse(note.created_at), note.id.clone()),
            token: json!([note.created_at, note.id]),
            item: json(note),
        })
        .collect();
    rows.sort_by(|a, b| a.place.cmp(&b.place));
    let known = |token: &str| world.lever.offsets.contains(token);
    let wanted = paging::page(&rows, limit, inbound.query_one("offset"), known, created_place)?;
    let items: Vec<_> = rows.drain(wanted.start..wanted.end).map(|row| row.item).collect();
    Ok(Outcome::of(paging::answer(world, &items, wanted.next)))
}

fn checked_value<'a>(world: &World, value: Option<&'a Value>) -> Result<&'a str, Refusal> {
    let value = value
        .and_then(Value::as_str)
        .ok_or_else(|| Refusal::bad_request("Missing required parameter: value"))?;
    if world
        .switches
        .note_limit
        .is_some_and(|limit| value.chars().count() > limit)
    {
        return Err(Refusal::bad_request("Note is too long"));
    }
    Ok(value)
}

/// What a new note is made from.
pub(crate) struct Draft<'a> {
    pub(crate) value: &'a str,
    pub(crate) user: Option<String>,
    pub(crate) secret: bool,
    /// Made through the API, not in Lever's own pages.
    pub(crate) by_api: bool,
}

/// Adds a note.
pub(crate) fn add(world: &mut World, id: &str, draft: Draft<'_>) -> Result<Note, Refusal> {
    let note_id = world.uuid();
    let now = world.now();
    let opportunity = world
        .lever
        .opportunities
        .get_mut(id)
        .ok_or_else(|| Refusal::not_found("opportunities", id))?;
    let note = Note {
        id: note_id,
        fields: vec![field(draft.value, &opportunity.stage, draft.user.as_deref(), now)],
        user: draft.user,
        secret: draft.secret,
        created_at: now,
        deleted_at: None,
        by_api: draft.by_api,
    };
    opportunity.notes.push(note.clone());
    Ok(note)
}

pub(crate) fn create(world: &mut World, id: &str, inbound: &Inbound) -> Result<Outcome, Refusal> {
    let user = perform_as(world, inbound)?;
    let body = object(inbound)?;
    let value = checked_value(world, body.get("value"))?.to_owned();
    if let Some(thread) = inbound.query_one("note_id") {
        return comment(world, id, thread, &value, user.as_deref());
    }
    let secret = body.get("secret").and_then(Value::as_bool).unwrap_or_default();
    let note = add(
        world,
        id,
        Draft {
            value: &value,
            user,
            secret,
            by_api: true,
        },
    )?;
    let mut row = json(&note);
    row["noteId"] = json!(note.id);
    let effect = json!({"opportunityId": id, "noteId": note.id, "value": value});
    Ok(Outcome::with_effect(Answer::json(201, &json!({"data": row})), effect))
}

fn comment(world: &mut World, id: &str, thread: &str, value: &str, user: Option<&str>) -> Result<Outcome, Refusal> {
    let now = world.now();
    let opportunity = world
        .lever
        .opportunities
        .get_mut(id)
        .ok_or_else(|| Refusal::not_found("opportunities", id))?;
    let stage = opportunity.stage.clone();
    let note = opportunity
        .notes
        .iter_mut()
        .find(|note| note.id == thread && note.deleted_at.is_none())
        .ok_or_else(|| Refusal::not_found("notes", thread))?;
    note.fields.push(field(value, &stage, user, now));
    let mut row = json(note);
    row["noteId"] = json!(thread);
    let effect = json!({"opportunityId": id, "noteId": thread, "value": value, "comment": true});
    Ok(Outcome::with_effect(Answer::json(201, &json!({"data": row})), effect))
}

/// Replaces the whole note; only those made through the API.
pub(crate) fn update(world: &mut World, id: &str, note_id: &str, inbound: &Inbound) -> Result<Outcome, Refusal> {
    let body = object(inbound)?;
    let values = body
        .get("values")
        .and_then(Value::as_array)
        .filter(|values| !values.is_empty())
        .ok_or_else(|| Refusal::bad_request("Missing required parameter: values"))?;
    let mut texts = Vec::new();
    for item in values {
        let at = item.get("createdAt").and_then(Value::as_i64);
        texts.push((checked_value(world, item.get("value"))?.to_owned(), at));
    }
    let refused = refusal_for_ui_notes(world, note_id);
    let now = world.now();
    let opportunity = world
        .lever
        .opportunities
        .get_mut(id)
        .ok_or_else(|| Refusal::not_found("opportunities", id))?;
    let stage = opportunity.stage.clone();
    let note = opportunity
        .notes
        .iter_mut()
        .find(|note| note.id == note_id && note.deleted_at.is_none())
        .ok_or_else(|| Refusal::not_found("notes", note_id))?;
    if !note.by_api {
        return Err(refused);
    }
    if let Some(user) = body.get("user").and_then(Value::as_str) {
        note.user = Some(user.to_owned());
    }
    if let Some(secret) = body.get("secret").and_then(Value::as_bool) {
        note.secret = secret;
    }
    let user = note.user.clone();
    note.fields = texts
        .iter()
        .map(|(value, at)| field(value, &stage, user.as_deref(), at.unwrap_or(now)))
        .collect();
    let effect = json!({"opportunityId": id, "noteId": note_id, "value": value(note)});
    opportunity.updated_at = Some(now);
    Ok(Outcome::with_effect(
        Answer::json(200, &json!({"data": {"noteId": note_id}})),
        effect,
    ))
}

fn refusal_for_ui_notes(world: &World, note: &str) -> Refusal {
    match world.switches.delete_ui_note {
        Refused::BadRequest => Refusal::bad_request("Only notes created through the API can be changed."),
        Refused::Forbidden => Refusal::forbidden("Only notes created through the API can be changed."),
        Refused::NotFound => Refusal::not_found("notes", note),
    }
}

pub(crate) fn delete(world: &mut World, id: &str, note_id: &str) -> Result<Outcome, Refusal> {
    let refused = refusal_for_ui_notes(world, note_id);
    let now = world.now();
    let opportunity = world
        .lever
        .opportunities
        .get_mut(id)
        .ok_or_else(|| Refusal::not_found("opportunities", id))?;
    let note = opportunity
        .notes
        .iter_mut()
        .find(|note| note.id == note_id && note.deleted_at.is_none())
        .ok_or_else(|| Refusal::not_found("notes", note_id))?;
    if !note.by_api {
        return Err(refused);
    }
    note.deleted_at = Some(now);
    Ok(Outcome::with_effect(
        Answer::empty(204),
        json!({"opportunityId": id, "noteId": note_id}),
    ))
}

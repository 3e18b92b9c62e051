//! Users, stages and tags: what every list of the account is made from.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::http::{Answer, Inbound, Outcome, Refusal};
use crate::lever::account::{Account, User};
use crate::lever::paging::{self, Row};
use crate::world::World;

pub(crate) fn user_json(user: &User) -> Value {
    let username = user.email.split('@').next().unwrap_or_default();
    json!({"id": user.id, "name": user.name, "username": username, "email": user.email, "accessRole": user.role,
        "photo": null, "createdAt": user.created_at, "deactivatedAt": user.deactivated_at, "externalDirectoryId": null,
        "linkedContactIds": null, "jobTitle": null, "managerId": null})
}

/// A user id, replaced by the user where `expand` asks for it.
pub(crate) fn user_ref(lever: &Account, id: Option<&str>, expanded: bool) -> Value {
    match id {
        Some(id) if expanded => lever.user(id).map_or_else(|| json!(id), user_json),
        Some(id) => json!(id),
        None => Value::Null,
    }
}

pub(crate) fn list_users(world: &mut World, inbound: &Inbound) -> Result<Outcome, Refusal> {
    let limit = paging::limit(world, inbound)?;
    let with_deactivated = inbound.query_one("includeDeactivated") == Some("true");
    let emails = inbound.query_all("email");
    let mut roles = inbound.query_all("accessRole");
    roles.extend(inbound.query_all("accessRole[]"));
    let mut rows: Vec<_> = world
        .lever
        .users
        .iter()
        .filter(|user| with_deactivated || user.deactivated_at.is_none())
        .filter(|user| emails.is_empty() || emails.iter().any(|email| email.eq_ignore_ascii_case(&user.email)))
        .filter(|user| roles.is_empty() || roles.contains(&user.role.as_str()))
        .map(|user| Row {
            place: (Reverse(user.created_at), user.id.clone()),
            token: json!([user.created_at, user.id]),
            item: user_json(user),
        })
        .collect();
    rows.sort_by(|a, b| a.place.cmp(&b.place));
    let offsets = &world.lever.offsets;
    let wanted = paging::page(
        &rows,
        limit,
        inbound.query_one("offset"),
        |t| offsets.contains(t),
        created_place,
    )?;
    let items: Vec<_> = rows
        .drain(wanted.start..wanted.end)
        .map(|row| paging::only_included(inbound, row.item))
        .collect();
    Ok(Outcome::of(paging::answer(world, &items, wanted.next)))
}

/// Reads `[createdAt, id]`.
pub(crate) fn created_place(token: &Value) -> Option<(Reverse<i64>, String)> {
    Some((Reverse(token.get(0)?.as_i64()?), token.get(1)?.as_str()?.to_owned()))
}

pub(crate) fn read_user(world: &World, id: &str) -> Result<Outcome, Refusal> {
    let user = world.lever.user(id).ok_or_else(|| Refusal::not_found("users", id))?;
    Ok(Outcome::of(Answer::json(200, &json!({"data": user_json(user)}))))
}

pub(crate) fn list_stages(world: &mut World) -> Result<Outcome, Refusal> {
    let rows: Vec<_> = world
        .lever
        .stages
        .iter()
        .map(|stage| json!({"id": stage.id, "text": stage.text}))
        .collect();
    Ok(Outcome::of(paging::answer(world, &rows, None)))
}

/// Counts include archived opportunities (§9); the order is case-insensitive by text (§5).
pub(crate) fn list_tags(world: &mut World) -> Result<Outcome, Refusal> {
    let mut counts = BTreeMap::<(String, String), usize>::new();
    for tag in world
        .lever
        .opportunities
        .values()
        .flat_map(|opportunity| &opportunity.tags)
    {
        *counts.entry((tag.to_lowercase(), tag.clone())).or_default() += 1;
    }
    let rows: Vec<_> = counts
        .into_iter()
        .map(|((_, text), count)| json!({"count": count, "text": text}))
        .collect();
    Ok(Outcome::of(paging::answer(world, &rows, None)))
}

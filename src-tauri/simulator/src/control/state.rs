//! Everything there is, as one JSON document. Rows of Lever are as its API gives them; the simulator's own names are in
//! snake case, as everywhere in the control API.

use serde_json::{Value, json};

use crate::lever::Right;
use crate::lever::account::Webhook;
use crate::lever::{events, state_opportunity, state_postings, user_json};
use crate::world::World;

pub(crate) fn json(world: &World) -> Value {
    let lever = &world.lever;
    let refapp = &world.refapp;
    let keys: Vec<_> = lever
        .keys
        .iter()
        .map(|key| {
            json!({"name": key.name, "value": key.value, "data_centre": key.data_centre, "rights": key.rights,
                "confidential": key.confidential, "deleted": key.deleted})
        })
        .collect();
    let grants: Vec<_> = world
        .oauth
        .families
        .iter()
        .map(|family| {
            json!({"client": family.client, "data_centre": family.data_centre, "user": family.user,
                "scopes": family.scopes, "revoked": family.revoked})
        })
        .collect();
    let clients: Vec<_> = world
        .oauth
        .clients
        .iter()
        .map(
            |client| json!({"id": client.id, "data_centre": client.data_centre, "redirect_uris": client.redirect_uris}),
        )
        .collect();
    let groups: serde_json::Map<_, _> = events()
        .map(|event| (event.to_owned(), json!(lever.webhook_groups.contains(event))))
        .collect();
    let mut opportunities: Vec<_> = lever.opportunities.values().collect();
    opportunities.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
    json!({
        "now": world.now(),
        "lever": {
            "users": lever.users.iter().map(user_json).collect::<Vec<_>>(),
            "stages": lever.stages.iter().map(|stage| json!({"id": stage.id, "text": stage.text})).collect::<Vec<_>>(),
            "postings": state_postings(lever),
            "opportunities": opportunities.into_iter().map(|o| state_opportunity(world, o)).collect::<Vec<_>>(),
            "webhooks": lever.webhooks.iter().map(Webhook::json).collect::<Vec<_>>(),
            "webhook_groups": groups,
            "webhook_loss": world.webhook_loss,
            "deliveries": lever.deliveries,
            "keys": keys,
            "rights": Right::all().collect::<Vec<_>>(),
            "clients": clients,
            "grants": grants,
        },
        "refapp": {
            "templates": refapp.templates,
            "form": refapp.form,
            "existing_project_form": refapp.existing_project_form,
            "default_template": refapp.default_template,
            "default_language": refapp.default_language,
            "block_invitations": refapp.block_invitations,
            "update_hosts": refapp.update_hosts.keys().collect::<Vec<_>>(),
            "projects": refapp.projects,
            "checks": refapp.checks,
        },
    })
}

//! What Lever's webhooks say, and the history of their deliveries (lever-api.md §8.3–8.5).

use hmac::{Hmac, Mac};
use rand::Rng;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::courier::Parcel;
use crate::lever::account::Webhook;
use crate::world::World;

/// One delivery: the same body on every try.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Delivery {
    pub(crate) id: String,
    pub(crate) webhook: String,
    pub(crate) event: String,
    pub(crate) url: String,
    pub(crate) body: Value,
    /// Kept back until it is released.
    pub(crate) held: bool,
    /// Never sent, by the chance of loss.
    pub(crate) lost: bool,
    /// One entry per try: the status, or null without an answer.
    pub(crate) tries: Vec<Option<u16>>,
}

/// How the deliveries of one change behave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Deliver {
    /// At once.
    #[default]
    Normal,
    /// Never; not in the history either.
    None,
    /// Kept back until `POST /control/lever/deliveries/release`.
    Late,
}

/// Lower-case hex of HMAC-SHA256 over token and triggeredAt (§8.4).
pub(crate) fn signature(key: &str, token: &str, triggered_at: i64) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(token.as_bytes());
    mac.update(triggered_at.to_string().as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

fn body(world: &mut World, event: &str, signature_token: &str, data: &Value) -> Value {
    let token = world.token48();
    let triggered_at = world.now();
    let mut body = json!({"triggeredAt": triggered_at, "event": event, "data": data,
        "signature": signature(signature_token, &token, triggered_at), "token": token});
    if world.switches.webhook_id {
        body["id"] = json!(world.uuid());
    }
    body
}

/// Rings every webhook of `event` whose group is on and whose origins match.
fn ring(world: &mut World, event: &str, origin: &str, data: &Value, deliver: Deliver) {
    if deliver == Deliver::None || !world.lever.webhook_groups.contains(event) {
        return;
    }
    let concerned = |webhook: &&Webhook| {
        webhook.event == event
            && webhook
                .configuration
                .pointer("/conditions/origins")
                .and_then(Value::as_array)
                .is_none_or(|origins| origins.iter().any(|wanted| wanted == origin))
    };
    let webhooks: Vec<_> = world.lever.webhooks.iter().filter(concerned).cloned().collect();
    for webhook in webhooks {
        let body = body(world, event, &webhook.signature_token, data);
        deliver_to(world, &webhook, body, event, deliver == Deliver::Late);
    }
}

fn deliver_to(world: &mut World, webhook: &Webhook, body: Value, event: &str, held: bool) {
    let chance = world.webhook_loss.clamp(0.0, 1.0);
    let lost = world.chances.webhooks.random_bool(chance);
    let delivery = Delivery {
        id: world.uuid(),
        webhook: webhook.id.clone(),
        event: event.to_owned(),
        url: webhook.url.clone(),
        body,
        held,
        lost,
        tries: Vec::new(),
    };
    let parcel = Parcel::webhook(&delivery, 6);
    world.lever.deliveries.push(delivery);
    if !held && !lost {
        world.send(parcel);
    }
}

fn ids(world: &World, id: &str) -> Option<(String, Value)> {
    let opportunity = world.lever.opportunities.get(id)?;
    let data = json!({"opportunityId": id, "candidateId": id, "contactId": opportunity.contact});
    Some((opportunity.origin.clone(), data))
}

pub(crate) fn stage_changed(world: &mut World, id: &str, from: Option<&str>, deliver: Deliver) {
    let Some((origin, mut data)) = ids(world, id) else {
        return;
    };
    data["toStageId"] = json!(world.lever.opportunities[id].stage);
    if let Some(from) = from {
        data["fromStageId"] = json!(from);
    }
    ring(world, "candidateStageChange", &origin, &data, deliver);
}

pub(crate) fn archive_changed(world: &mut World, id: &str, deliver: Deliver) {
    let Some((origin, mut data)) = ids(world, id) else {
        return;
    };
    let opportunity = &world.lever.opportunities[id];
    let stage = opportunity.stage.clone();
    data["toArchived"] = opportunity
        .archived
        .as_ref()
        .map_or(Value::Null, |(reason, at)| json!({"archivedAt": at, "reason": reason}));
    ring(world, "candidateArchiveChange", &origin, &data, deliver);
    if world.switches.webhook_on_archive {
        stage_changed(world, id, Some(&stage), deliver);
    }
}

pub(crate) fn deleted(world: &mut World, id: &str, deliver: Deliver) {
    if let Some((origin, data)) = ids(world, id) {
        ring(world, "candidateDeleted", &origin, &data, deliver);
    }
}

pub(crate) fn application_created(world: &mut World, id: &str, deliver: Deliver) {
    let application = world
        .lever
        .opportunities
        .get(id)
        .and_then(|opportunity| opportunity.application.clone());
    if let (Some((origin, mut data)), Some(application)) = (ids(world, id), application) {
        data["applicationId"] = json!(application.id);
        ring(world, "applicationCreated", &origin, &data, deliver);
    }
}

/// The settings page's test button: `candidateHired`, empty data, signed, whatever the groups say (§8.3).
pub(crate) fn test(world: &mut World, webhook: &str) -> bool {
    let Some(webhook) = world.lever.webhooks.iter().find(|known| known.id == webhook).cloned() else {
        return false;
    };
    let body = body(world, "candidateHired", &webhook.signature_token, &json!({}));
    deliver_to(world, &webhook, body, "candidateHired", false);
    true
}

/// The history's *Rerun*: the same body again, once.
pub(crate) fn rerun(world: &mut World, id: &str) -> bool {
    let Some(delivery) = world.lever.deliveries.iter().find(|known| known.id == id) else {
        return false;
    };
    world.send(Parcel::webhook(delivery, 1));
    true
}

/// Sends what was kept back; returns how many.
pub(crate) fn release(world: &mut World) -> usize {
    let mut parcels = Vec::new();
    for delivery in world.lever.deliveries.iter_mut().filter(|delivery| delivery.held) {
        delivery.held = false;
        if !delivery.lost {
            parcels.push(Parcel::webhook(delivery, 6));
        }
    }
    let released = parcels.len();
    for parcel in parcels {
        world.send(parcel);
    }
    released
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_signature_is_the_one_of_the_printed_vector() {
        let signature = super::signature(
            "aad404949171d49ad4b4d1357fbcff0262cc2541976b9426",
            "5c3722f23a4f14560c2c3ccb28f041200bb52fb605699b30",
            1_772_618_523_118,
        );
        assert_eq!(
            signature,
            "8785f7535db37c1d59751014c6584a2b853c33d679dc009fd9d1f226ad0504fc"
        );
    }
}

//! Registering webhooks through the API (lever-api.md §8.2).

use serde_json::{Value, json};

use crate::http::{Answer, Inbound, Outcome, Refusal};
use crate::lever::account::Webhook;
use crate::lever::api::object;
use crate::world::World;

/// Events that carry `conditions.origins` (§8.1).
const WITH_ORIGINS: [&str; 4] = [
    "applicationCreated",
    "candidateHired",
    "candidateStageChange",
    "candidateArchiveChange",
];
/// Events that carry none.
const WITHOUT_ORIGINS: [&str; 6] = [
    "candidateDeleted",
    "interviewCreated",
    "interviewUpdated",
    "interviewDeleted",
    "contactCreated",
    "contactUpdated",
];
/// Every event.
pub(crate) fn events() -> impl Iterator<Item = &'static str> {
    WITH_ORIGINS.into_iter().chain(WITHOUT_ORIGINS)
}
/// The default, in the recorded order.
const ORIGINS: [&str; 6] = ["applied", "sourced", "referred", "university", "internal", "agency"];

pub(crate) fn list(world: &World) -> Result<Outcome, Refusal> {
    let mut webhooks: Vec<_> = world.lever.webhooks.iter().collect();
    webhooks.sort_by(|a, b| (&a.event, a.created_at, &a.id).cmp(&(&b.event, b.created_at, &b.id)));
    let rows: Vec<_> = webhooks.into_iter().map(Webhook::json).collect();
    // Neither `next` nor `hasNext` (§5).
    Ok(Outcome::of(Answer::json(200, &json!({"data": rows}))))
}

pub(crate) fn create(world: &mut World, inbound: &Inbound) -> Result<Outcome, Refusal> {
    let body = object(inbound)?;
    let text = |field: &str| {
        body.get(field)
            .and_then(Value::as_str)
            .map(str::to_owned)
            .ok_or_else(|| Refusal::bad_request(format!("Missing required parameter: {field}")))
    };
    let (url, event) = (text("url")?, text("event")?);
    if !events().any(|known| known == event) {
        return Err(Refusal::bad_request("Invalid parameter: event"));
    }
    let scheme = url::Url::parse(&url)
        .map(|url| url.scheme().to_owned())
        .unwrap_or_default();
    let allowed = scheme == "https" || (scheme == "http" && !world.switches.http_webhook_refused);
    if !allowed {
        return Err(Refusal::bad_request("Invalid parameter: url"));
    }
    let configuration = if WITH_ORIGINS.contains(&event.as_str()) {
        let asked: Vec<_> = body
            .pointer("/configuration/conditions/origins")
            .and_then(Value::as_array)
            .map(|list| list.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        // The answer gives them in Lever's own order, whatever the order of the request.
        let origins: Vec<_> = ORIGINS
            .into_iter()
            .filter(|origin| asked.is_empty() || asked.contains(origin))
            .collect();
        json!({"conditions": {"origins": origins}})
    } else {
        json!({})
    };
    let webhook = Webhook {
        id: world.uuid(),
        event,
        url,
        configuration,
        signature_token: world.token48(),
        created_at: world.now(),
    };
    let effect = json!({"webhookId": webhook.id, "event": webhook.event, "url": webhook.url});
    let answer = Answer::json(201, &json!({"data": webhook.json_with_signature_token()}));
    world.lever.webhooks.push(webhook);
    Ok(Outcome::with_effect(answer, effect))
}

pub(crate) fn delete(world: &mut World, id: &str) -> Result<Outcome, Refusal> {
    world.lever.webhooks.retain(|webhook| webhook.id != id);
    Ok(Outcome::with_effect(Answer::empty(204), json!({"webhookId": id})))
}

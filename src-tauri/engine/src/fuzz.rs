//! The body of the fuzz target `webhook`. Built for tests and for cargo-fuzz only (`fuzz/README.md`).

use hmac::{Hmac, Mac};
use model::{DAY, Millis, Secret};
use serde_json::{Value, json};
use sha2::Sha256;
use store::Inbound;

use crate::delivery;

const KEY: &str = "aad404949171d49ad4b4d1357fbcff0262cc2541976b9426";
/// A day after the printed example of a delivery.
const NOW: Millis = Millis(1_772_618_523_118 + DAY);

/// Any bytes: nothing is taken in but what is signed. What is a JSON object is then signed rightly, so that
/// what lies behind the signature is reached as well.
pub fn webhook(body: &[u8]) {
    let tokens = [Secret::new("another webhook's"), Secret::new(KEY)];
    let Ok(mut json) = serde_json::from_slice::<Value>(body) else {
        // A number that is too big for a `Value`, in a field that nobody reads, is no reason to refuse.
        let _ = delivery::read(body, &tokens, NOW);
        return;
    };
    let right = signature(&json);
    let given = json["signature"].as_str().map(str::to_ascii_lowercase);
    if let Some((_, inbound)) = delivery::read(body, &tokens, NOW) {
        assert_eq!(given, right, "taken in with a wrong signature");
        assert_is(&inbound, &json);
    }
    if let (true, Some(right)) = (json.is_object(), right) {
        json["signature"] = json!(right);
        let signed = json.to_string();
        assert!(
            delivery::read(signed.as_bytes(), &tokens[..1], NOW).is_none(),
            "taken in with another webhook's token"
        );
        if let Some((_, inbound)) = delivery::read(signed.as_bytes(), &tokens, NOW) {
            assert_is(&inbound, &json);
        }
    }
}

/// HMAC over token and time as they stand in the body (`lever-api.md §8.4`).
fn signature(json: &Value) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).ok()?;
    mac.update(json["token"].as_str()?.as_bytes());
    mac.update(json["triggeredAt"].as_number()?.to_string().as_bytes());
    Some(hex::encode(mac.finalize().into_bytes()))
}

/// What was read is what the body says, and is neither too old nor from tomorrow.
fn assert_is(inbound: &Inbound, json: &Value) {
    let Inbound::Webhook {
        event,
        opportunity,
        to_stage,
        triggered_at,
    } = inbound
    else {
        panic!("a webhook was read as something else");
    };
    assert_eq!(Some(event.as_str()), json["event"].as_str());
    let data = &json["data"];
    assert_eq!(
        opportunity.as_ref().map(|id| id.as_str()),
        data["opportunityId"].as_str()
    );
    assert_eq!(to_stage.as_ref().map(|id| id.as_str()), data["toStageId"].as_str());
    assert_eq!(Some(triggered_at.0), json["triggeredAt"].as_i64());
    assert!((NOW.0 - 14 * DAY..=NOW.0 + DAY).contains(&triggered_at.0));
}

#[cfg(test)]
#[path = "../../../fuzz/replay.rs"]
mod replay;

#[cfg(test)]
mod tests {
    use super::replay::replay;

    #[test]
    fn the_kept_webhooks_do_no_harm() {
        replay("webhook", super::webhook);
    }
}

//! A webhook of Lever's: its form, its age, its signature (`lever-api.md §8.3`, `§8.4`). Nothing is stored here.
//!
//! The signature covers token and time, not the body: a genuine delivery says that something happened to an
//! opportunity, and no more.

use hmac::{Hmac, Mac};
use model::sabotage::{self, Control};
use model::{DAY, Millis, OpportunityId, Secret, StageId};
use serde::Deserialize;
use sha2::Sha256;
use store::Inbound;

use crate::intake::digest;

/// Lever keeps deliveries for two weeks and lets people rerun them (`lever-api.md §8.5`): older ones are forgeries.
const OLDEST: i64 = 14 * DAY;
/// Clocks differ; a delivery from tomorrow is none.
const NEWEST: i64 = DAY;

/// What of a webhook is read. `id` is in Lever's field table but in no example: not needed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Delivery {
    triggered_at: serde_json::Number,
    event: String,
    #[serde(default)]
    data: Option<Data>,
    signature: String,
    token: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Data {
    opportunity_id: Option<String>,
    to_stage_id: Option<String>,
}

/// What a body says, with the key under which a repetition is known; `None` unless it is a webhook, neither too old nor
/// from tomorrow, and signed with one of the `tokens`.
pub(crate) fn read(body: &[u8], tokens: &[Secret], now: Millis) -> Option<(String, Inbound)> {
    let delivery = Delivery::parse(body)?;
    (delivery.is_timely(now) && delivery.is_signed_with_one_of(tokens)).then(|| delivery.taken_in())
}

impl Delivery {
    /// Reads a body as Lever sends it; whether it is genuine is another question.
    pub(crate) fn parse(body: &[u8]) -> Option<Self> {
        let delivery: Self = serde_json::from_slice(body).ok()?;
        delivery.triggered_at.as_i64()?;
        Some(delivery)
    }

    fn at(&self) -> Millis {
        Millis(self.triggered_at.as_i64().unwrap_or_default())
    }

    /// Neither too old nor from tomorrow.
    pub(crate) fn is_timely(&self, now: Millis) -> bool {
        (-NEWEST..=OLDEST).contains(&now.since(self.at()))
    }

    pub(crate) fn is_signed_with_one_of(&self, tokens: &[Secret]) -> bool {
        let signed = format!("{}{}", self.token, self.triggered_at);
        // Every token is tried, so that the time taken does not tell which one it was.
        let valid = tokens
            .iter()
            .filter(|token| signature_is_right(token, &signed, &self.signature))
            .count();
        valid > 0 || sabotage::is(Control::BelieveAnyone)
    }

    /// What is stored of it, with the key under which a repetition is known.
    pub(crate) fn taken_in(self) -> (String, Inbound) {
        let triggered_at = self.at();
        let data = self.data.unwrap_or_default();
        let repeat_key = digest(&[
            "webhook",
            &self.token,
            &triggered_at.0.to_string(),
            &self.event,
            data.opportunity_id.as_deref().unwrap_or_default(),
        ]);
        let inbound = Inbound::Webhook {
            event: self.event,
            opportunity: data.opportunity_id.map(OpportunityId),
            to_stage: data.to_stage_id.map(StageId),
            triggered_at,
        };
        (repeat_key, inbound)
    }
}

pub(crate) fn signature_is_right(token: &Secret, signed: &str, signature: &str) -> bool {
    let Ok(signature) = hex::decode(signature) else {
        return false;
    };
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(token.expose().as_bytes()) else {
        return false;
    };
    mac.update(signed.as_bytes());
    mac.verify_slice(&signature).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "aad404949171d49ad4b4d1357fbcff0262cc2541976b9426";

    fn signed(triggered_at: i64, data: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).expect("a key of any length");
        mac.update(format!("token{triggered_at}").as_bytes());
        let signature = hex::encode(mac.finalize().into_bytes());
        format!(
            r#"{{"triggeredAt":{triggered_at},"event":"candidateDeleted","token":"token","signature":"{signature}","data":{data}}}"#
        )
    }

    #[test]
    fn d07_a_delivery_counts_for_two_weeks_and_not_before_its_time() {
        let now = Millis(1_772_618_523_118);
        for (age, counts) in [
            (0, true),
            (OLDEST, true),
            (OLDEST + 1, false),
            (-NEWEST, true),
            (-NEWEST - 1, false),
        ] {
            let body = signed(now.0 - age, "{}");
            assert_eq!(
                read(body.as_bytes(), &[Secret::new(KEY)], now).is_some(),
                counts,
                "{age}"
            );
        }
    }

    /// What is read is flat. What is not is skipped without recursion, however deep it is: a stack of this size would not
    /// bear it, and the limit of the parser for what is read is 128.
    #[test]
    fn d03_depth_costs_no_stack() {
        let now = Millis(1_772_618_523_118);
        let depth = 100_000;
        let deep = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let is_read = move |data: String| read(signed(now.0, &data).as_bytes(), &[Secret::new(KEY)], now).is_some();
        let small = std::thread::Builder::new().stack_size(128 << 10);
        let judged = small.spawn(move || {
            (
                is_read(format!(r#"{{"more":{deep}}}"#)),
                is_read(format!(r#"{{"opportunityId":{deep}}}"#)),
            )
        });
        let judged = judged.expect("a thread").join().expect("no panic");
        assert_eq!(judged, (true, false));
    }

    #[test]
    fn the_printed_example_of_a_signature_is_right_and_no_other() {
        // lever-api.md §8.4
        let key = Secret::new("aad404949171d49ad4b4d1357fbcff0262cc2541976b9426");
        let signed = "5c3722f23a4f14560c2c3ccb28f041200bb52fb605699b301772618523118";
        let signature = "8785f7535db37c1d59751014c6584a2b853c33d679dc009fd9d1f226ad0504fc";
        assert!(signature_is_right(&key, signed, signature));
        assert!(!signature_is_right(&key, &signed.replace('1', "2"), signature));
        assert!(!signature_is_right(&Secret::new("other"), signed, signature));
        for wrong in ["", "zz", &signature[..62]] {
            assert!(!signature_is_right(&key, signed, wrong));
        }
    }
}

//! Taking in what Lever and Refapp send: verified, stored durably, then acknowledged (`reliability.md` rules 1, 2).
//!
//! A webhook is a doorbell: its signature covers token and time, not the body (`lever-api.md §8.4`), so nothing of the
//! body is believed but that something happened to an opportunity.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use model::sabotage::{self, Control};
use model::{Clock, ConnectionId, Millis, Place, Secret, TurnedAway};
use refapp::parse_update;
use sha2::{Digest, Sha256};
use store::{Inbound, Store};
use subtle::ConstantTimeEq;
use tokio::sync::Notify;

use crate::delivery::{self, Delivery};
use crate::in_place;

/// A handle to hand things in; cheap to clone.
#[derive(Clone)]
pub struct Intake {
    store: Store,
    clock: Clock,
    doors: Arc<RwLock<Doors>>,
}

#[derive(Default)]
struct Doors {
    by_path: HashMap<String, Door>,
    readiness: BTreeMap<String, bool>,
    nonces: HashMap<String, String>,
}

/// Where one connection is reached.
pub(crate) struct Door {
    pub connection: ConnectionId,
    pub signature_tokens: Vec<Secret>,
    pub bearer: Option<Secret>,
    pub place: Place,
    /// What came with another bearer, until the connection's owner has taken note of it. Only Refapp, and who set it up,
    /// know the path.
    pub turned_away: Arc<Mutex<Option<TurnedAway>>>,
    /// Wakes the connection's owner.
    pub wake: Arc<Notify>,
}

/// What became of something handed in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Taken {
    /// Stored durably: 2xx.
    Stored,
    /// Already stored: 2xx without work.
    Known,
    /// Unknown path, wrong signature or bearer, malformed, too old: all refused alike.
    Refused,
    /// It could not be stored: 503, so that the sender tries again.
    Unavailable,
}

impl Intake {
    pub(crate) fn new(store: Store, clock: Clock) -> Self {
        Self {
            store,
            clock,
            doors: Arc::default(),
        }
    }

    /// Whether a connection is reached at this path. Nobody guesses one: whoever calls it was told it.
    pub fn knows(&self, path: &str) -> bool {
        let doors = self.doors.read().unwrap_or_else(PoisonError::into_inner);
        doors.by_path.contains_key(path)
    }

    /// A webhook of Lever's. `path` is the last part of the address that was called.
    pub async fn webhook(&self, path: &str, body: &[u8]) -> Taken {
        let now = self.clock.now();
        let opened = self.open(path, |door| delivery::read(body, &door.signature_tokens, now));
        let Some((connection, wake, (repeat_key, inbound))) = opened else {
            return Taken::Refused;
        };
        sabotage::leak(body);
        if matches!(&inbound, Inbound::Webhook { opportunity: Some(id), .. } if sabotage::forgets(&id.0)) {
            return Taken::Stored;
        }
        if sabotage::is(Control::AckEarly) {
            let intake = self.clone();
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(300)).await;
                intake.keep(connection, &wake, &repeat_key, now, &inbound)
            });
            return Taken::Stored;
        }
        self.keep(connection, &wake, &repeat_key, now, &inbound)
    }

    /// An update of Refapp's (`refapp-api.md §4`). `authorization` is the header's value.
    pub async fn update(&self, path: &str, authorization: Option<&str>, body: &[u8]) -> Taken {
        let now = self.clock.now();
        // That the bearer comes in this header is inferred (refapp-api.md §6); the path is the second factor.
        let given = authorization.and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        });
        let opened = self.open(path, |door| {
            let (bearer, given) = (door.bearer.as_ref()?, given?);
            let right = bool::from(bearer.expose().as_bytes().ct_eq(given.as_bytes()));
            if !right {
                let mut turned_away = door.turned_away.lock().unwrap_or_else(PoisonError::into_inner);
                *turned_away = Some(TurnedAway::and_one(*turned_away, now));
                door.wake.notify_one();
            }
            (right || sabotage::is(Control::BelieveAnyone)).then(|| door.place.clone())
        });
        let Some((connection, wake, place)) = opened else {
            return Taken::Refused;
        };
        let Ok(update) = parse_update(body, |url| place.may_open(url)) else {
            return Taken::Refused;
        };
        let repeat_key = digest(&["update", &update.result_id, &hex::encode(Sha256::digest(body))]);
        let inbound = Inbound::Update {
            result: update.result_id,
            progress: update.progress,
        };
        self.keep(connection, &wake, &repeat_key, now, &inbound)
    }

    /// Each connection by name, and whether it is ready: for `/healthz`, without detail.
    pub fn readiness(&self) -> Vec<(String, bool)> {
        let doors = self.doors.read().unwrap_or_else(PoisonError::into_inner);
        doors
            .readiness
            .iter()
            .map(|(name, ready)| (name.clone(), *ready))
            .collect()
    }

    /// The wizard's proof that a public address really leads here: answers the question that it just asked.
    /// `None` for any other nonce.
    pub fn echo(&self, nonce: &str) -> Option<String> {
        let doors = self.doors.read().unwrap_or_else(PoisonError::into_inner);
        doors.nonces.get(nonce).cloned()
    }

    /// Whether a delivery carries the signature of one of this connection's webhooks.
    pub(crate) fn is_genuine(&self, connection: ConnectionId, delivery: &Delivery) -> bool {
        let doors = self.doors.read().unwrap_or_else(PoisonError::into_inner);
        let mut doors = doors.by_path.values();
        doors
            .find(|door| door.connection == connection)
            .is_some_and(|door| delivery.is_signed_with_one_of(&door.signature_tokens))
    }

    /// Opens, moves or closes the door of a connection.
    pub(crate) fn set_door(&self, connection: ConnectionId, door: Option<(String, Door)>) {
        let mut doors = self.doors.write().unwrap_or_else(PoisonError::into_inner);
        doors.by_path.retain(|_, other| other.connection != connection);
        doors.by_path.extend(door);
    }

    pub(crate) fn set_readiness(&self, name: &str, ready: Option<bool>) {
        let mut doors = self.doors.write().unwrap_or_else(PoisonError::into_inner);
        match ready {
            Some(ready) => doors.readiness.insert(name.to_owned(), ready),
            None => doors.readiness.remove(name),
        };
    }

    /// Expects a question with `nonce`, to be answered with `answer`, until it is called off with `None`.
    pub(crate) fn expect_echo(&self, nonce: &str, answer: Option<String>) {
        let mut doors = self.doors.write().unwrap_or_else(PoisonError::into_inner);
        match answer {
            Some(answer) => doors.nonces.insert(nonce.to_owned(), answer),
            None => doors.nonces.remove(nonce),
        };
    }

    fn open<T>(&self, path: &str, admits: impl FnOnce(&Door) -> Option<T>) -> Option<(ConnectionId, Arc<Notify>, T)> {
        let doors = self.doors.read().unwrap_or_else(PoisonError::into_inner);
        let door = doors.by_path.get(path)?;
        Some((door.connection, door.wake.clone(), admits(door)?))
    }

    fn keep(&self, connection: ConnectionId, wake: &Notify, repeat_key: &str, now: Millis, inbound: &Inbound) -> Taken {
        let kept = in_place(|| self.store.write(|tx| tx.take_in(connection, repeat_key, now, inbound)));
        match kept {
            Ok(true) => {
                wake.notify_one();
                Taken::Stored
            }
            Ok(false) => Taken::Known,
            Err(error) => {
                tracing::error!(%error, "an event could not be stored");
                // The owner says so on screen.
                wake.notify_one();
                Taken::Unavailable
            }
        }
    }
}

/// A hash over parts that cannot run into one another.
pub(crate) fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hex::encode(hash.finalize())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    /// Where a secret decides whom to believe it is compared by `subtle` or `hmac`, in a time that tells nothing. That
    /// cannot be measured honestly, so the lines are looked at: none compares an exposed secret by an operator.
    #[test]
    fn d05_no_exposed_secret_is_compared_by_an_operator() {
        for file in ["intake.rs", "delivery.rs"] {
            let path = format!("{}/src/{file}", env!("CARGO_MANIFEST_DIR"));
            let text = std::fs::read_to_string(path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap();
            for line in code.lines().filter(|line| line.contains(".expose()")) {
                let compares = ["==", "!=", ".eq(", ".ne(", ".cmp("]
                    .iter()
                    .any(|sign| line.contains(sign));
                assert!(!compares, "{file}: {line}");
            }
        }
        let code = include_str!("intake.rs").split("#[cfg(test)]").next().unwrap();
        assert!(code.contains("ct_eq(") && include_str!("delivery.rs").contains("verify_slice("));
    }
}

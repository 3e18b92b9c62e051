//! Identifiers. Each kind is its own type, so that a posting is never passed where an opportunity is meant.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ts_rs::TS;
use uuid::Uuid;

macro_rules! text_ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, TS)]
        #[serde(transparent)]
        #[ts(type = "string")]
        pub struct $name(pub String);

        impl $name {
            /// The identifier as the other side wrote it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }
    )*};
}

text_ids! {
    /// A Lever opportunity: one candidacy. Opaque text (`lever-api.md §6.3`).
    OpportunityId,
    /// A Lever job posting; also Refapp's `job.id` (`rules.md` 7).
    PostingId,
    /// A Lever stage. **Not always a UUID**: `lead-new`, `offer` (`lever-api.md §6.4`).
    StageId,
    /// A Lever user.
    UserId,
    /// A Lever note.
    NoteId,
    /// A Lever webhook.
    WebhookId,
    /// A Refapp project template: 17 letters and digits where seen (`refapp-api.md §2.4`).
    TemplateId,
}

macro_rules! uuid_ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, TS)]
        #[serde(transparent)]
        #[ts(type = "string")]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )*};
}

uuid_ids! {
    /// One Lever account paired with one Refapp account; derived from its name.
    ConnectionId,
    /// One reference check; derived from its effect key, so a rebuilt database finds the same one.
    CheckId,
    /// `partner-result.id`, under which Refapp sends its updates (`rules.md` 6).
    ResultId,
}

/// The name of one effect: hash of (connection, opportunity, posting, effect, ordinal), hex, 64 characters
/// (`reliability.md` rule 4). It holds no personal data, so it may outlive an erased person.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EffectKey(pub String);

/// Namespace of the UUIDv5 identifiers that are derived from effect keys. Never change it: updates under way
/// would no longer find their check.
const NAMESPACE: Uuid = Uuid::from_u128(0x6c1d_2f0e_8a57_5b3c_9e44_71c0_5d2a_b913);

impl ConnectionId {
    /// The id of the connection with this name, which is unique on a host. Everything that is derived from it, result
    /// ids above all, is the same again after the database was rebuilt (`rules.md` 6), and the effect keys that
    /// outlive removed data are those of the connection that is made again under its name (`rules.md` 20).
    pub fn of(name: &str) -> Self {
        Self(Uuid::new_v5(&NAMESPACE, format!("connection:{name}").as_bytes()))
    }
}

impl EffectKey {
    /// `effect` is a short stable word such as `start` or `add-tag`; `ordinal` counts from 1.
    pub fn of(
        connection: ConnectionId,
        opportunity: &OpportunityId,
        posting: Option<&PostingId>,
        effect: &str,
        ordinal: u32,
    ) -> Self {
        let mut hash = Sha256::new();
        // A length before each part: no two different lists of parts give the same bytes.
        for part in [
            connection.to_string().as_str(),
            opportunity.as_str(),
            posting.map_or("", PostingId::as_str),
            effect,
            ordinal.to_string().as_str(),
        ] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        Self(format!("{:x}", hash.finalize()))
    }

    /// The key of "this (opportunity, posting) was started", whatever the connection: Lever's ids are unique in the
    /// world, and a connection that is made anew must not mail people again (`rules.md` 2, 20).
    pub fn once(opportunity: &OpportunityId, posting: Option<&PostingId>) -> Self {
        Self::of(ConnectionId(Uuid::nil()), opportunity, posting, "started", 1)
    }

    /// The key of "this candidate was erased": it keeps older events from bringing them back, and the audit log calls
    /// them by its beginning.
    pub fn erased(opportunity: &OpportunityId) -> Self {
        Self::of(ConnectionId(Uuid::nil()), opportunity, None, "erased", 1)
    }

    /// The `partner-result.id` of a start effect.
    pub fn result_id(&self) -> ResultId {
        ResultId(Uuid::new_v5(&NAMESPACE, format!("result:{}", self.0).as_bytes()))
    }

    /// The `partner-event.id` of a start effect.
    pub fn event_id(&self) -> Uuid {
        Uuid::new_v5(&NAMESPACE, format!("event:{}", self.0).as_bytes())
    }

    /// The check that a start effect begins.
    pub fn check_id(&self) -> CheckId {
        CheckId(Uuid::new_v5(&NAMESPACE, format!("check:{}", self.0).as_bytes()))
    }
}

impl fmt::Display for EffectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONNECTION: ConnectionId = ConnectionId(Uuid::from_u128(7));

    #[test]
    fn an_effect_key_tells_apart_parts_that_read_alike_when_joined() {
        let one = EffectKey::of(CONNECTION, &"ab".into(), Some(&"c".into()), "start", 1);
        let other = EffectKey::of(CONNECTION, &"a".into(), Some(&"bc".into()), "start", 1);
        assert_ne!(one, other);
    }

    #[test]
    fn a_result_id_is_the_same_after_a_rebuild_and_never_that_of_another_check() {
        let key = |ordinal| EffectKey::of(CONNECTION, &"o".into(), Some(&"p".into()), "start", ordinal);
        assert_eq!(key(1).result_id(), key(1).result_id());
        assert_ne!(key(1).result_id(), key(2).result_id());
        assert_ne!(key(1).result_id().0, key(1).check_id().0);
    }
}

//! The outbox: what we do to Lever and Refapp, recorded before it is tried (`reliability.md` rules 4 and 5).

use model::{CheckId, ConnectionId, EffectKey, Millis, NoteId, Status};
use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use crate::{Result, Tx};

/// One effect on the other side.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Effect {
    pub key: EffectKey,
    pub connection: ConnectionId,
    pub check: CheckId,
    pub kind: EffectKind,
    pub state: EffectState,
    /// Tries that certainly were not applied.
    pub attempts: u32,
    pub created_at: Millis,
    pub changed_at: Millis,
}

/// What it does. A start holds no payload: the event is built from Lever's data at the moment of sending, so no
/// address of a person is ever stored.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "kebab-case")]
pub enum EffectKind {
    Start,
    AddTag { status: Status },
    RemoveTags { statuses: Vec<Status> },
    CreateNote { text: String },
    UpdateNote { note: NoteId, text: String },
    DeleteNote { note: NoteId },
}

impl EffectKind {
    /// The word in the effect key.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::AddTag { .. } => "add-tag",
            Self::RemoveTags { .. } => "remove-tags",
            Self::CreateNote { .. } => "create-note",
            Self::UpdateNote { .. } => "update-note",
            Self::DeleteNote { .. } => "delete-note",
        }
    }
}

/// sending → confirmed, failed or unknown; unknown → settled. There is no state before `sending`: an effect is
/// decided and marked in one transaction, right before its request is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EffectState {
    /// May be on the wire. Found at start, its outcome is unknown.
    Sending,
    /// Certainly applied.
    Confirmed,
    /// Certainly not applied.
    Failed,
    /// No answer that says.
    Unknown,
    /// Was unknown; told by the other side, or decided by a person.
    Settled,
}

impl EffectState {
    fn word(self) -> &'static str {
        match self {
            Self::Sending => "sending",
            Self::Confirmed => "confirmed",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Settled => "settled",
        }
    }
}

impl Tx<'_> {
    /// Stores an effect, new or in a new state.
    pub fn put_effect(&self, effect: &Effect) -> Result<()> {
        self.sql
            .prepare_cached(
                "INSERT INTO effect (key, connection, \"check\", state, created_at, changed_at, doc) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (key) DO UPDATE SET state = excluded.state, changed_at = excluded.changed_at, doc = excluded.doc",
            )?
            .execute(params![
                effect.key.0,
                effect.connection.to_string(),
                effect.check.to_string(),
                effect.state.word(),
                effect.created_at.0,
                effect.changed_at.0,
                serde_json::to_string(effect)?,
            ])?;
        Ok(())
    }

    /// One effect.
    pub fn effect(&self, key: &EffectKey) -> Result<Option<Effect>> {
        let doc: Option<String> = self
            .sql
            .prepare_cached("SELECT doc FROM effect WHERE key = ?1")?
            .query_row([&key.0], |row| row.get(0))
            .optional()?;
        Ok(doc.map(|doc| serde_json::from_str(&doc)).transpose()?)
    }

    /// Those that may be on the wire.
    pub fn sending(&self, connection: ConnectionId) -> Result<Vec<Effect>> {
        let mut rows = self
            .sql
            .prepare_cached("SELECT doc FROM effect WHERE connection = ?1 AND state = 'sending'")?;
        let docs = rows.query_map([connection.to_string()], |row| row.get::<_, String>(0))?;
        docs.map(|doc| Ok(serde_json::from_str(&doc?)?)).collect()
    }

    /// The last start of a check.
    pub fn last_start(&self, check: CheckId) -> Result<Option<Effect>> {
        let doc: Option<String> = self
            .sql
            .prepare_cached(
                "SELECT doc FROM effect WHERE \"check\" = ?1 AND doc ->> '$.kind.effect' = 'start' ORDER BY created_at DESC LIMIT 1",
            )?
            .query_row([check.to_string()], |row| row.get(0))
            .optional()?;
        Ok(doc.map(|doc| serde_json::from_str(&doc)).transpose()?)
    }

    /// The check's notes of unknown fate are settled.
    pub fn settle_notes(&self, check: CheckId, now: Millis) -> Result<()> {
        self.settle(check, true, now)
    }

    /// The check's tags are as they should be, and so are its notes of known id, whatever became of the tries on the way.
    pub fn settle_sets(&self, check: CheckId, now: Millis) -> Result<()> {
        self.settle(check, false, now)
    }

    /// Settles what was unknown, starts excepted: creations of notes, or everything else.
    fn settle(&self, check: CheckId, creations: bool, now: Millis) -> Result<()> {
        let settled = "UPDATE effect
             SET state = 'settled', changed_at = ?3, doc = json_set(doc, '$.state', 'settled', '$.changed_at', ?3)
             WHERE \"check\" = ?1 AND state = 'unknown' AND doc ->> '$.kind.effect' <> 'start'
                 AND (doc ->> '$.kind.effect' = 'create-note') = ?2";
        self.sql
            .prepare_cached(settled)?
            .execute(params![check.to_string(), creations, now.0])?;
        Ok(())
    }

    /// Records that a start with this key may have been sent.
    pub fn spend(&self, key: &EffectKey, now: Millis) -> Result<()> {
        self.sql
            .prepare_cached("INSERT INTO spent (key, at) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
            .execute(params![key.0, now.0])?;
        Ok(())
    }

    /// When a start with this key may have been sent.
    pub fn spent(&self, key: &EffectKey) -> Result<Option<Millis>> {
        let at: Option<i64> = self
            .sql
            .prepare_cached("SELECT at FROM spent WHERE key = ?1")?
            .query_row([&key.0], |row| row.get(0))
            .optional()?;
        Ok(at.map(Millis))
    }

    /// Takes a key back: the start certainly was not applied.
    pub fn unspend(&self, key: &EffectKey) -> Result<()> {
        self.sql
            .prepare_cached("DELETE FROM spent WHERE key = ?1")?
            .execute([&key.0])?;
        Ok(())
    }
}

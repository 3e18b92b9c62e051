//! Connections and everything about them that survives a restart, secrets excepted.

use std::collections::BTreeMap;

use model::{
    ConnectionId, DataCentre, Millis, Mode, NoteId, OpportunityId, Right, RightState, Settings, StageChoice,
    TemplateId, TurnedAway, WayIn, WebhookId,
};
use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use crate::open::Change;
use crate::{Result, Tx};

/// A connection as it is stored. The wizard's draft is nothing else than one with gaps.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ConnectionRecord {
    pub id: ConnectionId,
    pub name: String,
    pub created_at: Millis,
    #[serde(default)]
    pub mode: Mode,
    #[serde(default)]
    pub data_centre: Option<DataCentre>,
    #[serde(default)]
    pub way_in: Option<WayIn>,
    #[serde(default)]
    pub client_id: Option<String>,
    #[serde(default)]
    pub refapp_url: Option<String>,
    /// When Refapp last accepted the token.
    #[serde(default)]
    pub refapp_proven_at: Option<Millis>,
    /// When Lever last accepted the key or token.
    #[serde(default)]
    pub lever_proven_at: Option<Millis>,
    /// `Some("")` = polling was chosen.
    #[serde(default)]
    pub public_url: Option<String>,
    #[serde(default)]
    pub settings: Settings,
    #[serde(default)]
    pub rights: BTreeMap<Right, RightState>,
    /// When all required rights were last proven.
    #[serde(default)]
    pub rights_proven_at: Option<Millis>,
    #[serde(default)]
    pub carrier: Carrier,
    /// A note of a proof on the carrier that could not be deleted again.
    #[serde(default)]
    pub trial_note: Option<NoteId>,
    #[serde(default)]
    pub webhooks: Vec<RegisteredWebhook>,
    #[serde(default)]
    pub templates: Vec<KnownTemplate>,
    #[serde(default)]
    pub stages: Vec<StageChoice>,
    #[serde(default)]
    pub standing: Standing,
    /// Since when entries into the trigger stage count: who was there before is listed, not started.
    #[serde(default)]
    pub following_since: Option<Millis>,
    /// From when to when the connection was last paused: what happened then is asked about (`rules.md` 3).
    #[serde(default)]
    pub pause: Option<(Millis, Millis)>,
    /// Everything that entered the stage before it, by Lever's clock, was read by polling.
    #[serde(default)]
    pub watermark: Option<Millis>,
    #[serde(default)]
    pub last_webhook: Option<Millis>,
    #[serde(default)]
    pub last_update: Option<Millis>,
    #[serde(default)]
    pub webhook_since: Option<Millis>,
    /// Since when there is an address for Refapp's updates.
    #[serde(default)]
    pub update_since: Option<Millis>,
    /// Whether a call to the public address ever came back here.
    #[serde(default)]
    pub leads_back: bool,
    /// When the way in for webhooks was last known to be open, where nothing else tells of a stage change.
    #[serde(default)]
    pub open_until: Option<Millis>,
    /// From when to when it was not, for so long that webhooks may be lost; until somebody has looked.
    #[serde(default)]
    pub gaps: Vec<(Millis, Millis)>,
    /// When a status of Refapp's was last turned away.
    #[serde(default)]
    pub status_missed: Option<Millis>,
    /// What Refapp has sent with another bearer since its last status was taken; no more with the next one, or with another
    /// bearer of ours.
    #[serde(default)]
    pub turned_away: Option<TurnedAway>,
    /// From when to when Refapp could last not reach us, for so long that a status may be lost.
    #[serde(default)]
    pub away: Option<(Millis, Millis)>,
    /// For how long we could be reached since a stage change last came, in milliseconds.
    #[serde(default)]
    pub listened: i64,
    /// When Lever's list last showed our stage-change webhook.
    #[serde(default)]
    pub webhook_seen: Option<Millis>,
    /// Between which two looks somebody removed it; until somebody has read of it.
    #[serde(default)]
    pub webhook_removed: Option<(Millis, Millis)>,
    /// What the trigger stage was called before it was renamed; until somebody has read of it.
    #[serde(default)]
    pub stage_was: Option<String>,
    /// What a settings file asked for and could not be found yet.
    #[serde(default)]
    pub wishes: Wishes,
}

/// Settings by their names, which are looked up as soon as Lever and Refapp show what they have; nobody has to choose then.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Wishes {
    /// Name or id of a stage in Lever.
    pub trigger_stage: Option<String>,
    /// E-mail of a Lever user.
    pub acting_user: Option<String>,
    /// Name or id of a project template in Refapp.
    pub default_template: Option<String>,
}

/// Whether the connection works.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// In the wizard.
    #[default]
    Draft,
    Running,
    /// Events are kept, nothing is done (`rules.md` 3).
    Paused,
    /// Secrets are gone, rows are kept (`rules.md` 20).
    Disconnected,
}

/// The tag carrier (`rules.md` 16). Making one is recorded before it is tried, like every effect.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Carrier {
    #[default]
    None,
    /// The request is on its way. Found at start, the outcome is unknown.
    Making { since: Millis },
    /// No answer came: there may be one in Lever.
    Unknown { since: Millis },
    /// It was there, and somebody deleted or anonymised it: it is to be made again.
    Gone,
    Made {
        opportunity: OpportunityId,
        url: Option<String>,
    },
}

/// A webhook of ours at Lever. Its signature token is in the vault.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RegisteredWebhook {
    pub id: WebhookId,
    pub event: String,
    pub url: String,
}

/// A project template that Refapp has, or had.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct KnownTemplate {
    pub id: TemplateId,
    pub name: String,
    /// Names it had; they still select it (`rules.md` 8).
    pub former: Vec<String>,
    pub alive: bool,
}

impl ConnectionRecord {
    /// An empty draft.
    pub fn draft(id: ConnectionId, name: String, now: Millis) -> Self {
        Self {
            id,
            name,
            created_at: now,
            mode: Mode::Integration,
            data_centre: None,
            way_in: None,
            client_id: None,
            refapp_url: None,
            refapp_proven_at: None,
            lever_proven_at: None,
            public_url: None,
            settings: Settings::default(),
            rights: BTreeMap::new(),
            rights_proven_at: None,
            carrier: Carrier::None,
            trial_note: None,
            webhooks: Vec::new(),
            templates: Vec::new(),
            stages: Vec::new(),
            standing: Standing::Draft,
            following_since: None,
            pause: None,
            watermark: None,
            last_webhook: None,
            last_update: None,
            webhook_since: None,
            update_since: None,
            leads_back: false,
            open_until: None,
            gaps: Vec::new(),
            status_missed: None,
            turned_away: None,
            away: None,
            listened: 0,
            webhook_seen: None,
            webhook_removed: None,
            stage_was: None,
            wishes: Wishes::default(),
        }
    }

    /// Whether stage changes are seen, however they come: one has, or Lever can be asked for them.
    pub fn sees_stage_changes(&self) -> bool {
        self.webhook_heard() || self.has(Right::ListOpportunities)
    }

    /// Whether a stage change came by the webhook that is registered now: one from before says nothing of it.
    pub fn webhook_heard(&self) -> bool {
        self.webhook_since.is_some_and(|since| self.last_webhook >= Some(since))
    }

    /// Whether an update came to the address that there is now.
    pub fn update_heard(&self) -> bool {
        self.update_since.is_some_and(|since| self.last_update >= Some(since))
    }

    /// Whether every right is proven without which it cannot work.
    pub fn has_required(&self) -> bool {
        self.mode.required().iter().all(|right| self.has(*right))
    }

    /// A right without which it cannot work, and which is known not to be there.
    pub fn missing(&self) -> Option<Right> {
        let mut required = self.mode.required().iter().copied();
        required.find(|right| self.rights.get(right) == Some(&RightState::Missing))
    }

    /// Whether a right is known to be there.
    pub fn has(&self, right: Right) -> bool {
        self.rights.get(&right) == Some(&RightState::Proven)
    }
}

impl Tx<'_> {
    /// All connections, oldest first.
    pub fn connections(&self) -> Result<Vec<ConnectionRecord>> {
        let mut rows = self.sql.prepare_cached("SELECT doc FROM connection")?;
        let docs = rows.query_map([], |row| row.get::<_, String>(0))?;
        let mut records = docs
            .map(|doc| Ok(serde_json::from_str(&doc?)?))
            .collect::<Result<Vec<ConnectionRecord>>>()?;
        records.sort_by_key(|record| (record.created_at, record.id));
        Ok(records)
    }

    /// One connection.
    pub fn connection(&self, id: ConnectionId) -> Result<Option<ConnectionRecord>> {
        let doc: Option<String> = self
            .sql
            .prepare_cached("SELECT doc FROM connection WHERE id = ?1")?
            .query_row([id.to_string()], |row| row.get(0))
            .optional()?;
        Ok(doc.map(|doc| serde_json::from_str(&doc)).transpose()?)
    }

    /// Stores a connection, new or changed.
    pub fn put_connection(&self, record: &ConnectionRecord) -> Result<()> {
        self.sql
            .prepare_cached(
                "INSERT INTO connection (id, name, doc) VALUES (?1, ?2, ?3)
                 ON CONFLICT (id) DO UPDATE SET name = excluded.name, doc = excluded.doc",
            )?
            .execute(params![
                record.id.to_string(),
                record.name,
                serde_json::to_string(record)?
            ])?;
        Ok(())
    }

    /// Removes everything of a connection but the spent effect keys (`rules.md` 20).
    pub fn remove_connection(&self, id: ConnectionId) -> Result<()> {
        self.changed.borrow_mut().push(Change::AllGone(id));
        let id = id.to_string();
        for sql in [
            "DELETE FROM timeline WHERE \"check\" IN (SELECT id FROM \"check\" WHERE connection = ?1)",
            "DELETE FROM result WHERE \"check\" IN (SELECT id FROM \"check\" WHERE connection = ?1)",
            "DELETE FROM effect WHERE connection = ?1",
            "DELETE FROM \"check\" WHERE connection = ?1",
            "DELETE FROM tally WHERE connection = ?1",
            "DELETE FROM bell WHERE connection = ?1",
            "DELETE FROM inbox WHERE connection = ?1",
            "DELETE FROM connection WHERE id = ?1",
        ] {
            self.sql.execute(sql, [&id])?;
        }
        Ok(())
    }
}

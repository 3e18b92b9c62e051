//! What a user interface shows: whole view models, decided here, only drawn there.

use std::collections::BTreeMap;

use model::{
    Act, Badge, CheckId, Code, Computer, ConnectionId, Coverage, DataCentre, Failure, Head, Look, Millis, Mode,
    OpportunityId, Owner, PostingId, Redirect, Rhythm, Right, RightGroup, RightState, Settings, Sight, Sighting,
    StageChoice, Status, TemplateId, Took, TurnedAway, Unproven, UserId, WayIn, WhoActs,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Decision, ReadOut};

/// What the host pushes. The UI gets an `Overview` when it subscribes, so that a reload loses nothing.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, TS)]
#[serde(tag = "event", content = "value", rename_all = "kebab-case")]
#[ts(export)]
pub enum Event {
    Overview(Box<Overview>),
    /// Rows of this connection changed: ask for the visible window again. At most four times a second.
    ChecksChanged(ConnectionId),
}

/// Everything but the checks.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Overview {
    /// Counts up with every look: of two, the one with the higher number is the newer. An answer and a push take
    /// different ways and can overtake each other.
    pub revision: u32,
    pub version: String,
    /// Set in practice mode: nobody real is behind either API.
    pub practice: Option<Practice>,
    /// Where the tunnel must lead that gives this computer its public address; `None` where the host has an address of
    /// its own, or needs none.
    pub receiver_address: Option<String>,
    /// What is to be known of the host as a whole, until somebody has read it.
    pub findings: Vec<Finding>,
    pub preparation: Preparation,
    /// What the app does on this computer beside its window.
    pub computer: Computer,
    pub autostart: Autostart,
    pub connections: Vec<ConnectionView>,
}

/// Whether the app is started with the user's session.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Autostart {
    pub on: bool,
    /// Why it cannot be, if so.
    pub failure: Option<Failure>,
}

/// What can be said before there is a connection: nobody should have to begin in order to know what it takes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Preparation {
    /// Lever's boxes in its words and order: the 12 that are needed, then those that add something.
    pub permissions: Vec<Permission>,
    /// The data centres to choose from.
    pub data_centres: Vec<DataCentreChoice>,
}

/// A box of Lever's API keys.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Permission {
    pub right: Right,
    pub label: String,
    pub group: RightGroup,
    pub required: bool,
}

/// Practice mode's own facts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Practice {
    /// The page on which Lever's recruiters and Refapp's referees are played.
    pub board_url: String,
    /// Nothing of an earlier practice is there: the simulated accounts end with the app.
    pub afresh: bool,
    /// What to type where the wizard asks for a credential. They open nothing but the simulator.
    pub credentials: PracticeCredentials,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PracticeCredentials {
    pub refapp_url: String,
    pub refapp_token: String,
    pub update_bearer: String,
    /// By data centre word: `us`, `eu`, `sandbox`.
    pub api_keys: BTreeMap<String, String>,
    pub client_ids: BTreeMap<String, String>,
    pub client_secret: String,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ConnectionView {
    pub id: ConnectionId,
    pub name: String,
    /// All of it in one line, to read out on the phone.
    pub read_out: ReadOut,
    pub mode: Mode,
    pub data_centre: Option<DataCentre>,
    pub way_in: Option<WayIn>,
    pub health: Health,
    /// What is wrong, worst first.
    pub findings: Vec<Finding>,
    /// What was set up and has not been seen to work yet; nothing is wrong with it.
    pub unproven: Vec<Unproven>,
    /// When everything was last seen to work. Never a bare "connected".
    pub last_verified: Option<Millis>,
    pub last_webhook: Option<Millis>,
    pub last_update: Option<Millis>,
    pub settings: Settings,
    pub setup: Setup,
    pub stage_changes: Channel,
    pub status_updates: Channel,
    pub templates: Vec<TemplateChoice>,
    /// What the account's form tells about questionnaires in the default language (`mission.md` M12); `None` while
    /// it was not read.
    pub coverage: Option<Coverage>,
    /// An audit of the postings under way; of none yet while they are being listed.
    pub auditing: Option<Proving>,
    /// Rows that are being written to a file.
    pub exporting: Option<Proving>,
    /// Why checks need attention, as far as the last of them tell; the newest first, each once.
    pub waits_for: Vec<Code>,
    pub counts: Counts,
}

/// The states of `field-notes.md §3.3`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum Health {
    NotSetUp,
    /// Not looked at yet, or not everything has been seen to work yet.
    Checking,
    Healthy,
    Warning,
    ActionNeeded,
    Paused,
    Offline,
    /// By the user's Disconnect.
    Disconnected,
}

/// One thing to know or to mend.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Finding {
    pub failure: Failure,
    pub owner: Owner,
    /// The connection does not work until it is mended.
    pub stops: bool,
    /// It is over by itself: nobody has to act, and what comes in meanwhile is queued.
    pub passes: bool,
    /// Nobody knows yet whether it works.
    #[serde(default)]
    pub unproven: bool,
    /// It stays until somebody has said that they have read it: `Request::Acknowledge`.
    pub waits_for_reader: bool,
    pub since: Millis,
    /// When what it is about was last seen to work, where that is known.
    #[serde(default)]
    pub worked: Option<Millis>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Counts {
    pub needs_attention: u32,
    pub running: u32,
    /// Whether or not somebody has to look at their warnings: those are counted above, too.
    pub completed: u32,
    /// Events taken in and not yet looked at.
    pub waiting: u32,
    /// Checks that wait for their start.
    pub queued: u32,
    /// Estimate until nothing waits, in seconds, where one can be made.
    pub seconds_left: Option<u32>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TemplateChoice {
    pub id: TemplateId,
    pub name: String,
    /// The tag that selects it.
    pub tag: String,
}

/// One of the two ways in which the outside reaches us (`rules.md` 19).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Channel {
    pub state: ChannelState,
    /// The address that Lever or Refapp calls, if there is one.
    pub address: Option<String>,
    /// When something last came in this way.
    pub last: Option<Millis>,
    /// Since when it has been waiting.
    pub since: Option<Millis>,
    /// Stage changes only: while nothing comes this way, the app asks Lever for them every poll interval.
    #[serde(default)]
    pub also_polling: bool,
    /// Status from Refapp only: what came last was turned away, as it came with another bearer.
    #[serde(default)]
    pub turned_away: Option<TurnedAway>,
    /// Statuses only: when nobody could last come in this way, if that is not long ago.
    #[serde(default)]
    pub away: Option<Away>,
    pub failure: Option<Failure>,
}

/// A time in which this app could not be reached: off, asleep, or offline.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Away {
    pub from: Millis,
    pub to: Millis,
}

impl From<(Millis, Millis)> for Away {
    fn from((from, to): (Millis, Millis)) -> Self {
        Self { from, to }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum ChannelState {
    /// Nothing chosen yet.
    Open,
    /// Webhook or update address set; nothing has come yet.
    Waiting,
    /// Something has really come.
    Proven,
    /// Stage changes only: asked for every poll interval.
    Polling,
    /// Status from Refapp only: something comes, and is turned away.
    TurnedAway,
    /// Cannot work as it is; the failure says why.
    Broken,
    /// It was chosen, and what it needs lies in a keychain that cannot be used.
    Locked,
}

/// The wizard's whole state. Secrets are only hinted at.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Setup {
    pub finished: bool,
    /// Where the wizard opens.
    pub current: Step,
    pub steps: Vec<StepView>,
    /// Whose turn it is: Refapp's half, then Lever's.
    pub halves: Vec<HalfView>,
    pub refapp: RefappSetup,
    pub lever: LeverSetup,
    pub users: Vec<UserChoice>,
    pub rights: Vec<RightView>,
    /// Whether the rights have been proven, or tried to be: before, some are known by the steps that needed them.
    pub rights_tried: bool,
    /// When all of them were last asked for.
    pub rights_proven_at: Option<Millis>,
    pub proving: Option<Proving>,
    /// The tag carrier's page in Lever, once it is made (`rules.md` 16).
    pub carrier_url: Option<String>,
    pub stages: Vec<StageChoice>,
    /// The place of the webhook toggle and of the API keys in Lever; in practice, of what stands for them.
    pub settings_page: Option<String>,
    /// A public address that this host knows of itself: proposed in the step about channels.
    pub proposed_public_url: Option<String>,
    /// The public address that was chosen; empty for polling, `None` while nothing is chosen.
    pub public_url: Option<String>,
    pub update_bearer_hint: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum Step {
    Refapp,
    DataCentre,
    Lever,
    ActingUser,
    Rights,
    Channels,
    Stage,
    Done,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct StepView {
    pub step: Step,
    pub state: StepState,
    pub failure: Option<Failure>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum StepState {
    /// Can be done now.
    Open,
    /// Needs an earlier step first.
    Blocked,
    /// Work is under way, here or at the other side.
    Busy,
    Failed,
    /// Saved, waiting for proof: nothing is left to do here, and something has to arrive before it is seen to work.
    Unproven,
    Done,
}

impl StepState {
    /// Nothing is left to do here.
    pub fn is_set(self) -> bool {
        matches!(self, Self::Done | Self::Unproven)
    }
}

/// One half of the set-up. The two are different people's, and neither waits for the other (`mission.md` M1).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct HalfView {
    pub half: Half,
    /// `None` once it has been seen to work.
    pub waits: Option<Waits>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum Half {
    Refapp,
    Lever,
}

/// What comes next in a half, whose turn it is, and at which step it is given.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Waits {
    pub what: WaitsFor,
    pub who: Owner,
    pub step: Step,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum WaitsFor {
    /// Refapp's account token.
    Token,
    /// Where Refapp sends status, and the bearer for it.
    UpdateAddress,
    /// Refapp's support registers the host; the first status shows that it has.
    FirstStatus,
    /// The same bearer on both sides: Refapp's status is turned away.
    Bearer,
    DataCentre,
    /// An API key, or the consent.
    Access,
    ActingUser,
    /// They are to be proven.
    Permissions,
    /// Boxes are to be ticked.
    MissingPermissions,
    /// How stage changes reach us.
    StageChanges,
    Stage,
    /// *Candidate Stage Change* is switched on in Lever; the first event shows that it is.
    FirstEvent,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DataCentreChoice {
    pub data_centre: DataCentre,
    /// How failures name it.
    pub label: String,
    /// The way in that it proposes.
    pub proposed: WayIn,
    /// Where API keys are made there.
    pub api_page: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RefappSetup {
    pub url: String,
    /// The end of the stored token, if there is one.
    pub token_hint: Option<String>,
    pub proven_at: Option<Millis>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct LeverSetup {
    pub key_hint: Option<String>,
    pub client_id: Option<String>,
    pub client_secret_hint: Option<String>,
    pub oauth: OauthState,
    /// The browser came back with something else than the answer to this try; the try itself goes on.
    pub oauth_stray: Option<Failure>,
    /// What the OAuth client must have registered, exactly.
    pub redirect_addresses: Vec<String>,
    /// The scopes that are asked for.
    pub scopes: Vec<String>,
}

/// Where a try to connect by OAuth stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "kebab-case", rename_all_fields = "camelCase")]
#[ts(export)]
pub enum OauthState {
    Idle,
    /// The browser is at Lever's page. `url` may be opened by hand; after 20 s without an answer `slow` is set.
    InBrowser {
        since: Millis,
        url: String,
        redirect: Redirect,
        slow: bool,
        /// The system opened no browser.
        unopened: Option<Failure>,
    },
    /// The consent came back: Connect finalises.
    Returned,
    Exchanging,
    Connected {
        since: Millis,
    },
    Failed {
        failure: Failure,
    },
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct UserChoice {
    pub id: UserId,
    pub name: String,
    pub email: String,
    /// Lever's `accessRole`.
    pub role: String,
    /// The one to take where nobody knows better.
    pub proposed: bool,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RightView {
    pub right: Right,
    pub label: String,
    pub group: RightGroup,
    pub required: bool,
    pub state: RightState,
    /// What grants it by OAuth; `None` for what is not asked for there.
    pub scope: Option<String>,
    /// Why it is not proven, where that is known.
    pub failure: Option<Failure>,
}

/// Progress of a proof of rights, or of an audit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Proving {
    pub done: u32,
    pub total: u32,
}

/// What Update did (`mission.md` M8).
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TemplateReport {
    pub at: Millis,
    /// Tags, not names.
    pub added: Vec<String>,
    pub removed: Vec<String>,
    pub renamed: Vec<Renamed>,
    pub unchanged: u32,
    /// What still carries a dead tag, as far as the rights allow to see.
    pub still_carried: Vec<StillCarried>,
    /// Why that could not be seen in full.
    pub not_seen: Option<Failure>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Renamed {
    pub from: String,
    pub to: String,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct StillCarried {
    pub tag: String,
    /// A posting's title, or how many opportunities Lever counts.
    pub by: String,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CheckWindow {
    /// How many match.
    pub total: u32,
    /// How many of each status match all of the filter but its statuses: the parts of the bar that filters.
    pub counts: BTreeMap<Status, u32>,
    /// How many of those that match need action.
    pub needs_action: u32,
    /// `None` of one person's checks: that window has no head.
    pub head: Option<Head>,
    pub offset: u32,
    pub rows: Vec<CheckRow>,
}

/// Why checks need action: first what a recruiter can mend, and of that what most have.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Causes {
    pub causes: Vec<Cause>,
    /// How many checks have one of them, or several.
    pub checks: u32,
    pub sight: Sight,
    /// Checks beyond those that were looked at: so many at once are answered in parts.
    pub more: u32,
}

/// Checks that ask for the same.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Cause {
    /// What is the same for all of them.
    pub failure: Failure,
    /// That is all which its text needs: what happened can be said in one sentence for all.
    pub alike: bool,
    /// Of how many it is asked; who they are is asked for by windows ([`crate::Request::Whom`]).
    pub checks: u32,
    /// What can be answered for all of them at once.
    pub decisions: Vec<Decision>,
    /// Those of them that may make Refapp write to a candidate.
    pub mailing: Vec<Decision>,
}

/// Checks that are answered together, without the name of each: those of these that have not changed since they were
/// seen.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Batch {
    pub look: Look,
    /// Those that have this cause, as [`Causes`] says it; `None`: those that need attention.
    pub cause: Option<Failure>,
    /// Not these.
    pub but: Vec<CheckId>,
    pub sight: Sight,
}

/// Which checks a batch is of, and what can be answered for all of them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Gathered {
    pub checks: u32,
    pub decisions: Vec<Decision>,
    /// Those of them that may make Refapp write to a candidate.
    pub mailing: Vec<Decision>,
    pub sight: Sight,
}

/// Some of the checks of a batch, the oldest first.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Whom {
    /// How many there are in all.
    pub total: u32,
    pub offset: u32,
    pub checks: Vec<Asking>,
}

/// What of a batch there is still, and which of the checks that were asked about are of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Held {
    pub total: u32,
    pub checks: Vec<CheckId>,
}

/// What came of one answer for a batch.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Together {
    pub decided: u32,
    /// For how many it could not be decided.
    pub left: u32,
    /// The first of them.
    pub undecided: Vec<Left>,
}

/// A check about which something could not be decided, by name.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Left {
    pub check: Asking,
    /// `APP-NOT-NOW` if something happened to it meanwhile, above all.
    pub failure: Failure,
}

/// A check that asks for a person.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Asking {
    pub id: CheckId,
    pub reference: String,
    pub candidate: String,
    pub posting_title: String,
    pub since: Millis,
}

/// What checks can be filtered by, in the order of their names, each with how many are listed if it is chosen alone and
/// all else of the filter stays.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FilterChoices {
    /// How many are listed as it is.
    pub total: u32,
    pub statuses: BTreeMap<Status, u32>,
    pub postings: Vec<PostingChoice>,
    pub owners: Vec<OwnerChoice>,
    pub templates: Vec<UsedTemplate>,
}

/// A posting. One that was renamed is there under each title, with the same id.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PostingChoice {
    pub id: PostingId,
    pub title: String,
    pub checks: u32,
}

/// The owner of postings.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OwnerChoice {
    pub name: String,
    pub checks: u32,
}

/// A template that was sent. One that was renamed is there under each name, with the same id.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct UsedTemplate {
    pub id: TemplateId,
    pub name: String,
    pub checks: u32,
}

/// How long completed checks took, of whichever filter.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Durations {
    /// `None`: none is completed.
    pub all: Option<Took>,
    pub templates: Vec<TemplateDuration>,
}

/// How long those of one template took.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TemplateDuration {
    /// `None`: Refapp's own default.
    pub template: Option<String>,
    pub took: Took,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CheckRow {
    pub id: CheckId,
    /// The short reference that the note in Lever carries.
    pub reference: String,
    pub opportunity: OpportunityId,
    pub posting: Option<PostingId>,
    pub candidate: String,
    pub posting_title: String,
    pub owner: String,
    pub status: Status,
    pub who_acts: WhoActs,
    pub badges: Vec<Badge>,
    /// When a status of it may have been told and not heard, since Refapp last spoke of it.
    pub away: Option<Away>,
    /// Referees who answered. Who declined is counted apart.
    pub answered: Option<u32>,
    pub expected: Option<u32>,
    pub declined: u32,
    pub warnings: Vec<String>,
    /// Those of them that nobody has read of.
    pub unread: Vec<String>,
    /// Of an observer: what Lever shows of it.
    pub sighting: Option<Sighting>,
    /// Why it is parked or skipped, or what became of it at Refapp.
    pub reason: Option<Failure>,
    /// Why Lever does not show it yet.
    pub hitch: Option<Code>,
    /// What somebody changed by hand of it in Lever.
    pub changed: Option<Changed>,
    pub template: Option<String>,
    /// The same of the form of this check's job, when it was started.
    pub coverage: Option<Coverage>,
    /// When the candidate reached the stage.
    pub entered_at: Millis,
    pub created_at: Millis,
    /// Since when it has this status.
    pub since: Millis,
    /// Whether that is long, by Refapp's own rhythm, and what Refapp does next by itself.
    pub rhythm: Rhythm,
    pub active_at: Millis,
    pub lever_url: Option<String>,
    pub candidate_url: Option<String>,
    pub report_url: Option<String>,
    pub decisions: Vec<Decision>,
    /// Those of them that may make Refapp write to the candidate.
    pub mailing: Vec<Decision>,
}

/// What somebody changed by hand in Lever. Tags are named as Lever has them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Changed {
    pub tag_gone: Option<String>,
    pub tags_added: Vec<String>,
    pub note_gone: bool,
}

/// A part of the audit log, the newest entry first.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AuditLog {
    pub entries: Vec<AuditEntry>,
    /// Whether there are older ones.
    pub more: bool,
    /// No entry of the whole log was changed or taken out since it was written.
    pub whole: bool,
}

/// One thing that was done with personal data.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AuditEntry {
    #[ts(type = "number")]
    pub number: i64,
    pub at: Millis,
    pub connection: ConnectionId,
    pub act: Act,
    /// What belongs to it: `rows`, `checks`, `days`, or the `subject`'s pseudonym. Never a name.
    pub params: BTreeMap<String, String>,
    /// SHA-256 of this entry and of the hash before it, in hex.
    pub chain: String,
}

/// A check about which something could not be decided.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Undecided {
    pub check: CheckId,
    /// `APP-NOT-NOW` if something happened to it meanwhile, above all.
    pub failure: Failure,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CheckDetail {
    pub row: CheckRow,
    pub timeline: Vec<TimelineEntry>,
    /// The note in Lever, as we wrote it.
    pub note: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TimelineEntry {
    pub at: Millis,
    pub step: TimelineStep,
    /// What belongs to the step: `status`, `template`, `tag`, `code` … Never an address of a person.
    pub params: BTreeMap<String, String>,
}

/// One step of a check's story.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum TimelineStep {
    SeenInLever,
    StageMoved,
    WebhookReceived,
    FoundByPolling,
    ReadFromLever,
    FormRead,
    StartSent,
    Accepted,
    StartUnknown,
    Refused,
    Parked,
    Skipped,
    Decided,
    UpdateReceived,
    TagAdded,
    TagRemoved,
    NoteWritten,
    NoteDeleted,
    NoteUnknown,
    ChangedByHand,
    WriteFailed,
    Settled,
}

//! The list.

use std::fmt;

use model::{
    Anchor, CheckId, Code, ConnectionId, DataCentre, Desk, DryRun, Erasure, Filter, Language, Limits, Look, Mode,
    Notify, OpportunityId, PostingAudit, Redirect, Sight, StageId, TemplateId, UserId, View, ViewName, WayIn,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    AuditLog, Batch, Causes, CheckDetail, CheckWindow, CsvOrder, Diagnostics, Durations, Exported, FilterChoices,
    Gathered, Held, Overview, PersonWords, TemplateReport, TextFile, Together, Undecided, Whom,
};

/// A question or an order. Orders that prove something against an API answer when the proof is there; what
/// changed meanwhile is pushed as an [`crate::Event`].
#[derive(Deserialize, Serialize, TS)]
#[serde(tag = "ask", rename_all = "kebab-case", rename_all_fields = "camelCase")]
#[ts(export)]
pub enum Request {
    /// Everything but the checks → `Reply::Overview`.
    Overview,
    /// A new connection with an empty draft → `Reply::Connection`.
    CreateConnection {
        name: String,
    },

    // The wizard, in its order. Each part can be done on another day by another person.
    /// Refapp's address and token; the token is proven by reading the form. Without `token` the stored one is
    /// proven again.
    SetRefapp {
        connection: ConnectionId,
        url: String,
        token: Option<String>,
    },
    /// What the connection is for; of a draft that follows nobody yet, else `APP-NOT-NOW`.
    SetMode {
        connection: ConnectionId,
        mode: Mode,
    },
    SetDataCentre {
        connection: ConnectionId,
        data_centre: DataCentre,
        way_in: WayIn,
    },
    /// Proven by reading the stages.
    SetApiKey {
        connection: ConnectionId,
        key: String,
    },
    /// The organisation's own OAuth client.
    SetOauthClient {
        connection: ConnectionId,
        client_id: String,
        /// Without one, the one that is stored stays.
        client_secret: Option<String>,
    },
    /// Opens the system browser at Lever's consent page.
    BeginOauth {
        connection: ConnectionId,
        redirect: Redirect,
    },
    /// The last resort: the address at which the browser ended, pasted.
    PasteOauthReturn {
        connection: ConnectionId,
        address: String,
    },
    CancelOauth {
        connection: ConnectionId,
    },
    /// Finalises: the code that came back is exchanged for tokens (`mission.md` M3).
    ConnectOauth {
        connection: ConnectionId,
    },
    SetActingUser {
        connection: ConnectionId,
        user: UserId,
    },
    /// Proves the rights one by one. With `consent` the tag carrier is made and the write rights are proven on
    /// it (`rules.md` 17); without, only what reading proves.
    ProveRights {
        connection: ConnectionId,
        consent: bool,
    },
    /// How stage changes and status reach us (`rules.md` 19). An empty `public_url` means polling.
    SetChannels {
        connection: ConnectionId,
        public_url: String,
        update_bearer: Option<String>,
    },
    /// Reads the stages anew.
    ReadStages {
        connection: ConnectionId,
    },
    ChooseStage {
        connection: ConnectionId,
        stage: StageId,
    },
    SetDefaults {
        connection: ConnectionId,
        default_language: String,
        default_template: Option<TemplateId>,
    },
    FinishSetup {
        connection: ConnectionId,
    },

    /// The connection's settings without its secrets, as a file that another host can import → `Reply::TextFile`, which
    /// can be saved.
    ExportSettings {
        connection: ConnectionId,
    },
    /// A new connection from such a file; only secrets, rights and channels are left to be set up → `Reply::Connection`.
    ImportSettings {
        text: String,
    },

    /// Brings the template tags in Lever into line with Refapp's templates → `Reply::TemplateReport`.
    UpdateTemplates {
        connection: ConnectionId,
    },

    /// What would happen to a candidate, and why; nothing is sent → `Reply::DryRun`. `subject`: an opportunity's id, the
    /// address of its page at Lever, or the JSON of an event of Lever's.
    DryRun {
        connection: ConnectionId,
        subject: String,
    },

    /// Whether a check of each open posting could start, and with which template; needs the optional right *list
    /// postings* → `Reply::PostingAudit`.
    AuditPostings {
        connection: ConnectionId,
    },
    /// Ends an audit under way: it answers with what it has found.
    CancelAudit {
        connection: ConnectionId,
    },

    /// A window of the dashboard's rows → `Reply::CheckWindow`.
    Checks {
        connection: ConnectionId,
        #[serde(default)]
        look: Look,
        offset: u32,
        limit: u32,
        /// The window begins as many places earlier or later as what this holds has moved.
        #[serde(default)]
        anchor: Option<Anchor>,
    },
    /// What the checks can be filtered by, and how many are listed then → `Reply::FilterChoices`.
    FilterChoices {
        connection: ConnectionId,
        /// As it would be.
        #[serde(default)]
        filter: Filter,
        /// Who `mine` would be.
        #[serde(default)]
        me: Option<String>,
    },
    /// Of the checks that match and need action, why: those that ask for the same together → `Reply::Causes`.
    Causes {
        connection: ConnectionId,
        #[serde(default)]
        look: Look,
    },
    /// All checks that match and need attention, to be answered together → `Reply::Gathered`.
    Gather {
        connection: ConnectionId,
        #[serde(default)]
        look: Look,
        #[serde(default)]
        but: Vec<CheckId>,
        /// Those that have not changed since; `None`: all that there are now.
        #[serde(default)]
        sight: Option<Sight>,
    },
    /// A window of the checks of a batch, by name → `Reply::Whom`.
    Whom {
        connection: ConnectionId,
        batch: Batch,
        offset: u32,
        limit: u32,
    },
    /// How many checks are still in a batch without a cause, and which of these → `Reply::Held`.
    Held {
        connection: ConnectionId,
        batch: Batch,
        checks: Vec<CheckId>,
    },
    /// How long completed checks took, by template → `Reply::Durations`.
    Durations {
        connection: ConnectionId,
    },

    /// How the recruiter at this computer looks at the checks → `Reply::Desk`. So do those that change it, with what it is
    /// then.
    Desk,
    /// "I am …": a name as the owners of postings have it.
    SetMe {
        me: Option<String>,
    },
    /// Keeps a view under its name. Of a given one the order and the columns are kept, and the filter is its own.
    KeepView {
        view: View,
    },
    /// Forgets an own view; a given one is as it was at first.
    ForgetView {
        name: ViewName,
    },
    /// The view that is looked at from now on, and after a restart.
    TurnToView {
        name: ViewName,
        /// Whether only one's own checks are looked at: in whichever view.
        #[serde(default)]
        mine: bool,
    },
    /// Of what the system notifies.
    SetNotify {
        notify: Notify,
    },
    /// Whether “/” goes to the search.
    SetSearchKey {
        on: bool,
    },
    /// The window's, which what is said outside of it follows.
    SetLanguage {
        language: Language,
    },
    /// Has the app started with the user's session, or not any more. `APP-AUTOSTART` where that cannot be.
    StartWithSession {
        start: bool,
    },
    /// When a wait becomes yellow, and when red.
    SetLimits {
        connection: ConnectionId,
        limits: Limits,
    },

    /// Writes all checks that match to a file among the user's downloads → `Reply::Exported`. How far it is, is in the
    /// connection's view. One is written at a time.
    ExportChecks {
        connection: ConnectionId,
        order: CsvOrder,
    },
    /// Ends the export under way: it answers `APP-NOT-NOW`, and leaves no file.
    CancelExport,

    /// All that is stored of one candidate, to be read by them and by programs → `Reply::TextFile`, which can be saved.
    ExportPerson {
        connection: ConnectionId,
        opportunity: OpportunityId,
        #[serde(default)]
        words: PersonWords,
    },
    /// What is personal goes at once, note and tag are taken out of Lever, and the rows follow → `Reply::Erased`.
    ErasePerson {
        connection: ConnectionId,
        opportunity: OpportunityId,
    },
    /// How many checks would go at once if they were kept for so many days → `Reply::WouldPurge`.
    WouldPurge {
        connection: ConnectionId,
        days: u32,
    },
    /// For how many days a check is kept after it is over: 1 to 730. What has been over for longer goes at once.
    SetRetention {
        connection: ConnectionId,
        days: u32,
    },
    /// What was done with personal data here, before the entry of this number → `Reply::AuditLog`.
    AuditLog {
        #[ts(type = "number | null")]
        before: Option<i64>,
        limit: u32,
    },
    /// All of it, with the hashes that chain it → `Reply::TextFile`, which can be saved.
    ExportAuditLog,

    /// The checks of one candidate, oldest first → `Reply::CheckWindow`.
    ChecksOf {
        connection: ConnectionId,
        opportunity: OpportunityId,
    },
    /// → `Reply::CheckDetail`.
    Check {
        check: CheckId,
    },
    /// A person's answer, for one check or many → `Reply::Decided`: each is decided by itself.
    Decide {
        checks: Vec<CheckId>,
        decision: Decision,
    },
    /// The same for all of a batch → `Reply::DecidedTogether`.
    DecideTogether {
        connection: ConnectionId,
        batch: Batch,
        decision: Decision,
    },

    Pause {
        connection: ConnectionId,
    },
    Resume {
        connection: ConnectionId,
    },
    /// Stops, removes the secrets and keeps the rows (`rules.md` 20).
    Disconnect {
        connection: ConnectionId,
    },
    /// Purges the connection; hashed effect keys stay (`rules.md` 20).
    RemoveData {
        connection: ConnectionId,
    },

    /// Somebody has read of what only a person can look after: a gap of a connection, or, without one, a damaged database
    /// that was set aside.
    Acknowledge {
        connection: Option<ConnectionId>,
        code: Code,
    },

    /// What support needs to see, of one connection or of all → `Reply::TextFile`, which can be saved.
    Diagnostics {
        connection: Option<ConnectionId>,
    },
    /// Saves the `Reply::TextFile` that was given last, as it is, among the user's downloads → `Reply::Saved`.
    SaveTextFile,
    /// Shows what was saved or exported last in its folder. `APP-NOT-NOW` where nothing was, or nothing can show it.
    ShowInFolder,
    /// Reads diagnostics that somebody sent → `Reply::Diagnostics`. Touches no connection.
    ReadDiagnostics {
        text: String,
    },

    /// Opens a link in the system browser, if it leads to Lever or Refapp.
    OpenLink {
        url: String,
    },
}

/// A request may carry a secret, so only its name is ever printed.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = serde_json::to_value(self)
            .ok()
            .and_then(|v| v["ask"].as_str().map(str::to_owned));
        f.write_str(name.as_deref().unwrap_or("request"))
    }
}

/// What a person can decide about a check. Each row lists the ones that make sense now.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum Decision {
    /// Look at it again in Lever now, and go on if it is mended.
    TryAgain,
    /// Start it although a question is open (already checked, late, many, another installation).
    Start,
    /// A start of unknown outcome: it was started.
    ItWasStarted,
    /// A start of unknown outcome: it was not; send it again.
    SendAgain,
    /// A note of unknown fate: it lies in Lever.
    NoteIsThere,
    /// A note of unknown fate: it does not; write it again.
    NoteIsNotThere,
    /// It ended with warnings, or failed: somebody has read of it, and it needs no action until something new comes.
    MarkRead,
    /// What was changed by hand in Lever: write tag and note there again.
    Repair,
    /// Handled by another installation: leave it there, follow nothing.
    LeaveToOther,
    /// Take over a check that another installation began; nothing is sent.
    Adopt,
    /// Do not start it.
    Dismiss,
}

/// The answer to a request; which one is said there.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, TS)]
#[serde(tag = "reply", content = "value", rename_all = "kebab-case")]
#[ts(export)]
pub enum Reply {
    Done,
    Overview(Box<Overview>),
    Connection(ConnectionId),
    TemplateReport(TemplateReport),
    DryRun(Box<DryRun>),
    PostingAudit(PostingAudit),
    CheckWindow(CheckWindow),
    CheckDetail(Box<CheckDetail>),
    FilterChoices(FilterChoices),
    Causes(Causes),
    Durations(Durations),
    Gathered(Gathered),
    Whom(Whom),
    Held(Held),
    Desk(Desk),
    Exported(Exported),
    Erased(Erasure),
    /// So many checks.
    WouldPurge(u32),
    AuditLog(AuditLog),
    /// Those that could not be decided; the others are.
    Decided(Vec<Undecided>),
    DecidedTogether(Together),
    /// To be shown. The one that was given last can be saved as it is.
    TextFile(TextFile),
    /// Where the file is.
    Saved(String),
    Diagnostics(Box<Diagnostics>),
}

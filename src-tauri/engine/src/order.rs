//! What the owner of a connection can be asked to do.

use model::{
    CheckId, Code, DataCentre, DryRun, Erasure, Failure, Limits, Mode, OpportunityId, PostingAudit, Redirect, Secret,
    StageId, TemplateId, UserId, WayIn,
};
use store::Wishes;
use tokio::sync::oneshot;
use url::Url;

use crate::{Provision, TemplateReport};

/// An order, with the place for its answer.
pub(crate) struct Envelope {
    pub order: Order,
    pub reply: Reply,
}

/// Where the answer goes. Nobody may be waiting for it any more.
pub(crate) type Reply = oneshot::Sender<Result<Answer, Failure>>;

/// Orders. What proves something against an API answers when the proof is there.
#[derive(Debug)]
pub enum Order {
    SetRefapp {
        url: String,
        token: Option<Secret>,
    },
    /// Of a draft that follows nobody yet.
    SetMode {
        mode: Mode,
    },
    SetDataCentre {
        data_centre: DataCentre,
        way_in: WayIn,
    },
    SetApiKey {
        key: Secret,
    },
    SetOauthClient {
        id: String,
        /// Without one, the one that is kept stays.
        secret: Option<Secret>,
    },
    BeginOauth {
        redirect: Redirect,
    },
    /// The browser came back.
    OauthReturned {
        url: Url,
    },
    /// A browser came back with what answers no try.
    OauthStray,
    CancelOauth,
    ConnectOauth,
    SetActingUser {
        user: UserId,
    },
    ProveRights {
        consent: bool,
    },
    SetChannels {
        public_url: String,
        update_bearer: Option<Secret>,
    },
    ReadStages,
    ChooseStage {
        stage: StageId,
    },
    SetDefaults {
        language: String,
        template: Option<TemplateId>,
    },
    SetLimits {
        limits: Limits,
    },
    /// For how many days a check is kept after it is over.
    SetRetention {
        days: u32,
    },
    /// What is personal goes at once; note, tag and rows follow.
    ErasePerson {
        opportunity: OpportunityId,
    },
    /// What a settings file says, in a draft.
    Import {
        refapp_url: String,
        client_id: Option<String>,
        default_language: String,
        limits: Limits,
        retention_days: u32,
        wishes: Wishes,
    },
    Finish,
    UpdateTemplates,
    /// What would happen to a candidate: an opportunity's id, its address at Lever, or an event as JSON.
    DryRun {
        subject: String,
    },
    AuditPostings,
    /// What was found so far is its answer.
    CancelAudit,
    Decide {
        check: CheckId,
        decision: Decision,
    },
    /// Somebody has looked after what only a person can: a gap.
    Acknowledge {
        code: Code,
    },
    Pause,
    Resume,
    Disconnect,
    RemoveData,
    Provision(Box<Provision>),
    /// The configuration file does not name it.
    LeaveOut,
}

/// Answers.
#[derive(Clone, PartialEq, Debug)]
pub enum Answer {
    Done,
    Templates(TemplateReport),
    DryRun(Box<DryRun>),
    Audit(PostingAudit),
    Erased(Erasure),
}

/// What a person can decide about a check.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decision {
    TryAgain,
    Start,
    ItWasStarted,
    SendAgain,
    /// A note of unknown fate.
    NoteIsThere,
    NoteIsNotThere,
    /// A person has read how the check ended, and that it has warnings or failed.
    MarkRead,
    /// What was changed by hand in Lever is written again.
    Repair,
    LeaveToOther,
    Adopt,
    Dismiss,
}

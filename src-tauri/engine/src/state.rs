//! What a connection shows of itself. Written by its owner, read by everybody else.

use std::collections::BTreeMap;

use model::{Code, Coverage, Failure, Millis, Redirect, Right, RightState, Unproven};
use store::ConnectionRecord;

use crate::plan::Unheard;

/// A snapshot of one connection.
#[derive(Clone, PartialEq, Debug)]
pub struct State {
    pub record: ConnectionRecord,
    pub health: Health,
    /// Worst first.
    pub findings: Vec<Finding>,
    /// While there is any, the connection is not healthy.
    pub unproven: Vec<Unproven>,
    /// How findings came and went since the app was started, the oldest first.
    pub turns: Vec<Turn>,
    pub last_verified: Option<Millis>,
    /// Since when it has been healthy without a break, while it is; not from before the app was started.
    pub healthy_since: Option<Millis>,
    pub oauth: Oauth,
    /// A browser came back with what does not answer the try under way, or when none was: said, and nothing else.
    pub oauth_stray: bool,
    /// The ends of the stored secrets, for recognition.
    pub hints: Hints,
    /// Active Lever users with an e-mail, once read.
    pub users: Vec<LeverUser>,
    /// Why a right is not proven, where that is known.
    pub right_failures: BTreeMap<Right, Failure>,
    pub proving: Option<(u32, u32)>,
    /// Postings of an audit that were looked at, and all of them.
    pub auditing: Option<(u32, u32)>,
    /// The last failure of each half of the set-up.
    pub refapp_failure: Option<Failure>,
    pub lever_failure: Option<Failure>,
    pub channel_failure: Option<Failure>,
    /// The addresses that Lever and Refapp call.
    pub webhook_address: Option<String>,
    pub update_address: Option<String>,
    pub settings_page: Option<String>,
    pub redirect_addresses: Vec<String>,
    pub proposed_public_url: Option<String>,
    /// What the account's form tells about questions in the default language; `None` while it was not read.
    pub coverage: Option<Coverage>,
    pub polling: bool,
    pub clocks: Clocks,
    /// Opportunities that are to be looked at.
    pub waiting: u32,
    pub seconds_left: Option<u32>,
    /// `(status, urgency, how many)`.
    /// Why checks wait for a person, as far as the last of them tell; the newest first, each once.
    pub waits_for: Vec<Code>,
    pub tally: Vec<(String, u8, u32)>,
    /// Rises with every change of a check: rows and stories that were read before may be old.
    pub checks_changed: u64,
}

/// `field-notes.md §3.3`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Health {
    NotSetUp,
    /// Not looked at yet, or not everything has been seen to work yet.
    Checking,
    Healthy,
    Warning,
    ActionNeeded,
    Paused,
    Offline,
    Disconnected,
}

/// One thing to know or to mend.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    pub failure: Failure,
    /// The connection does not work until it is mended.
    pub stops: bool,
    pub since: Millis,
    /// When what it is about was last seen to work, where that is known.
    pub worked: Option<Millis>,
}

/// Something began to be wrong, or was wrong no more. It names nobody.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Turn {
    pub at: Millis,
    pub code: Code,
    pub mended: bool,
}

/// By how much this computer's clock is before Lever's and Refapp's, in whole seconds; behind them it is negative. `None`
/// while nobody has told the time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Clocks {
    pub lever: Option<i64>,
    pub refapp: Option<i64>,
}

/// A try to connect by OAuth.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Oauth {
    Idle,
    InBrowser {
        since: Millis,
        url: String,
        redirect: Redirect,
        /// Whether the system opened its browser.
        opened: bool,
    },
    Returned,
    Exchanging,
    Connected {
        since: Millis,
    },
    Failed {
        failure: Failure,
    },
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Hints {
    pub refapp_token: Option<String>,
    pub lever_key: Option<String>,
    pub client_secret: Option<String>,
    pub update_bearer: Option<String>,
}

/// A choice for the acting user.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LeverUser {
    pub id: model::UserId,
    pub name: String,
    pub email: String,
    pub role: String,
}

/// Who acts where nobody has chosen: anybody may (`lever-api.md §2.4`), and a Super Admin stays longest.
pub fn proposed(users: &[LeverUser]) -> Option<&LeverUser> {
    users
        .iter()
        .find(|user| user.role == "super admin")
        .or_else(|| users.first())
}

/// The result of Update (`mission.md` M8).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TemplateReport {
    pub at: Millis,
    pub added: Vec<String>,
    pub removed: Vec<String>,
    pub renamed: Vec<(String, String)>,
    pub unchanged: u32,
    /// `(tag, what carries it)`
    pub still_carried: Vec<(String, String)>,
    pub not_seen: Option<Failure>,
}

impl State {
    /// The snapshot before the owner has looked at anything.
    pub fn blank(record: ConnectionRecord, oauth: Oauth) -> Self {
        Self {
            health: Health::Checking,
            findings: Vec::new(),
            unproven: Vec::new(),
            turns: Vec::new(),
            last_verified: None,
            healthy_since: None,
            oauth,
            oauth_stray: false,
            hints: Hints::default(),
            users: Vec::new(),
            right_failures: BTreeMap::new(),
            proving: None,
            auditing: None,
            refapp_failure: None,
            lever_failure: None,
            channel_failure: None,
            webhook_address: None,
            update_address: None,
            settings_page: None,
            redirect_addresses: Vec::new(),
            proposed_public_url: None,
            coverage: None,
            polling: false,
            clocks: Clocks::default(),
            waiting: 0,
            seconds_left: None,
            waits_for: Vec::new(),
            tally: Vec::new(),
            checks_changed: 0,
            record,
        }
    }

    /// Whether it takes in events and acts on them: the answer to a health check. One that waits to be seen at work
    /// must be ready, or it would never be seen.
    pub fn is_ready(&self) -> bool {
        match self.health {
            Health::Healthy | Health::Warning => true,
            Health::Checking => self.last_verified.is_some(),
            _ => false,
        }
    }

    /// What is known of a right.
    pub fn right(&self, right: Right) -> RightState {
        self.record
            .rights
            .get(&right)
            .copied()
            .unwrap_or(RightState::NotProvableYet)
    }

    /// When a status of Refapp's did not come through.
    pub fn unheard(&self) -> Unheard {
        Unheard {
            turned_away: self.record.status_missed,
            away: self.record.away,
        }
    }

    /// Whether this trouble is there now.
    pub fn finds(&self, code: Code) -> bool {
        self.findings.iter().any(|finding| finding.failure.code == code)
    }
}

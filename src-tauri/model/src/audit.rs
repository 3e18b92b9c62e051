//! What an audit of the open postings found: whether a check of each could start, and with which template.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Coverage, Failure, Millis, PostingId, TemplateBy};

/// The result of an audit.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PostingAudit {
    pub at: Millis,
    /// Worst first.
    pub postings: Vec<AuditedPosting>,
    /// Open postings that were not looked at: it was cancelled, or it failed.
    pub left: u32,
    /// Why it ended early, if it failed.
    pub failure: Option<Failure>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AuditedPosting {
    pub id: PostingId,
    pub title: String,
    /// The posting's page, where Lever names one.
    pub url: Option<String>,
    pub grade: Grade,
    pub template: AuditedTemplate,
    pub owner: AuditedOwner,
    /// Of the default language, as the form of this job tells; `None` where it was not given.
    pub coverage: Option<Coverage>,
}

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum Grade {
    /// Every check would be parked.
    Stops,
    /// Checks start, and something may go wrong with them.
    Warns,
    Fine,
}

/// What the posting's tags and the form of its job make of the template (`rules.md` 8).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(tag = "template", rename_all = "kebab-case")]
#[ts(export)]
pub enum AuditedTemplate {
    Chosen {
        name: Option<String>,
        by: TemplateBy,
    },
    /// Every check would be parked for this.
    Parks {
        failure: Failure,
    },
}

/// The posting's owner, who is a member of every project, and the recruiter where nobody is known who moved the candidate
/// (`rules.md` 7).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(tag = "owner", rename_all = "kebab-case")]
#[ts(export)]
pub enum AuditedOwner {
    Fine {
        name: String,
    },
    WithoutEmail {
        name: String,
    },
    Deactivated {
        name: String,
    },
    /// The posting names none, or one whom Lever does not know any more.
    Nobody,
    Unread {
        failure: Failure,
    },
}

//! One reference check: one Lever opportunity that reached the trigger stage.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    CheckId, Code, ConnectionId, Coverage, Failure, Millis, NoteId, OpportunityId, PostingId, ResultId, Status,
    TemplateId, WhoActs, WireStatus,
};

impl Check {
    /// One of which no more is known yet than whom it is about, since when, and what phase it is in.
    pub fn new(
        id: CheckId,
        connection: ConnectionId,
        opportunity: &OpportunityId,
        ordinal: u32,
        entered_at: Millis,
        phase: Phase,
        now: Millis,
    ) -> Self {
        Self {
            id,
            connection,
            opportunity: opportunity.clone(),
            posting: None,
            ordinal,
            entered_at,
            phase,
            status_since: now,
            by_person: false,
            result: None,
            progress: Progress::default(),
            read: None,
            candidate: String::new(),
            posting_title: String::new(),
            owner: String::new(),
            template: None,
            coverage: None,
            lever_url: None,
            created_at: now,
            active_at: now,
            heard_at: None,
            badges: BTreeSet::new(),
            written: Written::default(),
            superseded: false,
            hitch: None,
            effects: 0,
        }
    }

    /// The short name by which people and the note in Lever call it: `RL-` and 8 hex digits of its id.
    pub fn reference(&self) -> String {
        let id = self.id.0.simple().to_string().to_uppercase();
        format!("RL-{}", &id[..8])
    }

    /// Warnings of which nobody has read yet.
    pub fn unread_warnings(&self) -> impl Iterator<Item = &String> {
        let read = self.read.as_ref().map(|read| &read.warnings);
        let warnings = self.progress.warnings.iter();
        warnings.filter(move |warning| read.is_none_or(|read| !read.contains(*warning)))
    }

    /// Whether it came to an end of which a person should read and nobody has: it failed, or its answers have warnings.
    pub fn is_to_be_read(&self) -> bool {
        self.phase == Phase::Started
            && match self.progress.status {
                WireStatus::Failed => self.read.as_ref().is_none_or(|read| !read.failed),
                WireStatus::Completed => self.unread_warnings().next().is_some(),
                WireStatus::Sending | WireStatus::Sent | WireStatus::Pending | WireStatus::Unknown => false,
            }
    }

    /// Whether a person has to act though it came to its end: to read of it, or to say whether its last note is there, which
    /// nothing that the app would still write brings to light.
    pub fn ends_with_a_question(&self) -> bool {
        self.is_to_be_read() || self.badges.contains(&Badge::NoteUnknown)
    }

    /// A person has read of its end, as it is now. What comes to it later asks again.
    pub fn mark_read(&mut self) {
        self.read = Some(ReadEnd {
            failed: self.progress.status == WireStatus::Failed,
            warnings: self.progress.warnings.clone(),
        });
    }

    /// Referees who answered, where Refapp said a number. Who declined is counted apart.
    pub fn answered(&self) -> Option<u32> {
        let progress = &self.progress;
        progress.has_counts().then(|| progress.completed.unwrap_or(0))
    }
}

/// Everything that is remembered of a check. Its personal data is the candidate's name and nothing else.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Check {
    pub id: CheckId,
    pub connection: ConnectionId,
    pub opportunity: OpportunityId,
    /// `None` while the opportunity has no posting (`rules.md` 1).
    pub posting: Option<PostingId>,
    /// 1 for the automatic check of (opportunity, posting), more for those that a person started again.
    pub ordinal: u32,
    /// When the candidate entered the trigger stage; a repeated event of one entry is told by it (`rules.md` 2).
    pub entered_at: Millis,
    pub phase: Phase,
    /// Since when it has the status that people see ([`crate::derive`]), or waits for the same reason.
    pub status_since: Millis,
    /// A person said that it is to be started: the questions of `rules.md` 2–4 are answered.
    pub by_person: bool,
    /// `partner-result.id`, from the moment a start is decided (`rules.md` 6).
    pub result: Option<ResultId>,
    pub progress: Progress,
    /// The end of it that a person has read of. Forgotten when it goes on after all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<ReadEnd>,
    pub candidate: String,
    pub posting_title: String,
    /// The posting owner's name.
    pub owner: String,
    /// The project template that was sent, by the name it had then.
    pub template: Option<(TemplateId, String)>,
    /// What the form said, when it was sent, about questions in the default language (`mission.md` M12).
    #[serde(default)]
    pub coverage: Option<Coverage>,
    /// The candidate's page in Lever (`urls.show`).
    pub lever_url: Option<String>,
    pub created_at: Millis,
    /// The last time anything about it changed: "age" and "no progress for n days" count from here.
    pub active_at: Millis,
    /// When Refapp last spoke of it: it took the start, or sent a status.
    #[serde(default)]
    pub heard_at: Option<Millis>,
    pub badges: BTreeSet<Badge>,
    /// What we have written to Lever.
    pub written: Written,
    /// A later check of the same opportunity has taken over tag and note: this one writes nothing more.
    pub superseded: bool,
    /// Why the last write to Lever failed for good; the status itself stays true.
    pub hitch: Option<Code>,
    /// How many effects were decided for it: the ordinal of the next effect key is one more.
    pub effects: u32,
}

/// Where a check is on the way from the stage to Refapp.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "phase", content = "reason", rename_all = "kebab-case")]
pub enum Phase {
    /// To be started; not yet accepted by Refapp.
    Queued,
    /// Accepted by Refapp, which now says how it goes on.
    Started,
    /// Waits for a person, for this reason.
    Parked(Reason),
    /// Will not be started, for this reason.
    Skipped(Reason),
    /// Refapp's own integration follows it, and we look on.
    Elsewhere(Sighting),
}

/// What Lever shows of a check that is not ours.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Sighting {
    /// The whole tag `Refapp Status: X`. What `X` may be where Refapp writes it is unknown (`refapp-api.md §5`).
    pub tag: String,
    /// Where the candidate is, as far as this key may know the stages' names.
    pub stage: Option<String>,
}

/// Why a check is parked or skipped. Each has a code with a text in the error dictionary.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
pub enum Reason {
    /// The opportunity has no application, so no posting (`rules.md` 1).
    NoPosting,
    /// Neither the mover nor the posting owner has an e-mail address.
    NoMemberEmail,
    /// The candidate has neither e-mail nor phone.
    NoContact,
    /// The posting's template tags name no living template.
    TemplateUnknown {
        tags: Vec<String>,
    },
    /// The posting's template tags name several living templates.
    TemplateSeveral {
        tags: Vec<String>,
    },
    /// No template is named, and the form requires one.
    TemplateRequired,
    /// The form requires a value that it does not preset.
    FieldRequired {
        label: String,
    },
    /// There is a check of this (opportunity, posting) already (`rules.md` 2).
    AlreadyChecked {
        on: Millis,
    },
    /// Was in the stage when the connection or the stage was set (`rules.md` 3).
    AlreadyInStage,
    /// Reached the stage more than 24 hours before we learnt of it.
    Late,
    /// One of more than 10 starts out of one catch-up.
    Many,
    /// Happened while the connection was paused.
    WhilePaused,
    /// Was parked for longer than 24 hours before it was mended.
    ParkedLong,
    /// Carries a status tag that this database did not write (`rules.md` 4).
    OtherInstallation {
        tag: String,
    },
    /// Refapp said no: a status certainly not applied, with the start of its own words (shown here only).
    Refused {
        status: u16,
        message: String,
    },
    /// No answer, or none that says whether the check was started (`rules.md` 5).
    StartUnknown,
    /// Lever does not let us read the opportunity or its posting.
    Unreadable {
        failure: Failure,
    },
    /// No longer in the trigger stage when it was looked at.
    LeftStage,
    Archived,
    Deleted,
    Anonymised,
    /// A person decided against it.
    Dismissed,
    /// A person had the candidate erased: the row is there until note and tag are out of Lever.
    Erased,
}

impl Reason {
    /// The entry in the error dictionary.
    pub fn code(&self) -> Code {
        match self {
            Self::NoPosting => Code::CandPosting,
            Self::NoMemberEmail => Code::CandMember,
            Self::NoContact => Code::CandContact,
            Self::TemplateUnknown { .. } => Code::TagStale,
            Self::TemplateSeveral { .. } => Code::TagMulti,
            Self::TemplateRequired => Code::TagNone,
            Self::FieldRequired { .. } => Code::RefForm,
            Self::AlreadyChecked { .. } => Code::CheckAgain,
            Self::AlreadyInStage => Code::CheckPresent,
            Self::Late => Code::CheckLate,
            Self::Many => Code::CheckMany,
            Self::WhilePaused => Code::CheckPaused,
            Self::ParkedLong => Code::CheckParkedLong,
            Self::OtherInstallation { .. } => Code::CheckOther,
            Self::Refused { .. } => Code::RefRefused,
            Self::StartUnknown => Code::RefUnknown,
            Self::Unreadable { failure } => failure.code,
            Self::LeftStage => Code::SkipLeft,
            Self::Archived => Code::SkipArchived,
            Self::Deleted => Code::SkipDeleted,
            Self::Anonymised => Code::SkipAnonymised,
            Self::Dismissed => Code::SkipDismissed,
            Self::Erased => Code::SkipErased,
        }
    }

    /// The code with what its text needs.
    pub fn failure(&self) -> Failure {
        let failure = Failure::new(self.code());
        match self {
            Self::TemplateUnknown { tags } | Self::TemplateSeveral { tags } => failure.with("tags", tags.join(", ")),
            Self::FieldRequired { label } => failure.with("field", label),
            Self::AlreadyChecked { on } => failure.with("on", on),
            Self::OtherInstallation { tag } => failure.with("tag", tag),
            Self::Refused { status, message } => failure.with("status", status).with("message", message),
            Self::Unreadable { failure } => failure.clone(),
            _ => failure,
        }
    }

    /// Who has to act while a check is parked for it.
    pub fn who_acts(&self) -> WhoActs {
        match self {
            Self::FieldRequired { .. } | Self::Refused { .. } => WhoActs::RefappAdmin,
            Self::Unreadable { .. } => WhoActs::LeverSuperAdmin,
            Self::OtherInstallation { .. } => WhoActs::Admin,
            _ => WhoActs::Recruiter,
        }
    }

    /// Whether a change in Lever mends it, so that it goes on by itself once that is seen, and that the note and
    /// the tag in Lever say so (`rules.md` 14).
    pub fn is_mended_in_lever(&self) -> bool {
        matches!(
            self,
            Self::NoPosting
                | Self::NoMemberEmail
                | Self::NoContact
                | Self::TemplateUnknown { .. }
                | Self::TemplateSeveral { .. }
                | Self::TemplateRequired
        )
    }

    /// Whether it is a question to a person rather than a trouble: "start it?" (`rules.md` 2–4).
    pub fn is_question(&self) -> bool {
        matches!(
            self,
            Self::AlreadyChecked { .. }
                | Self::AlreadyInStage
                | Self::Late
                | Self::Many
                | Self::WhilePaused
                | Self::ParkedLong
                | Self::OtherInstallation { .. }
        )
    }
}

/// What Refapp last said (`refapp-api.md §4`). Summary, details and submission link are deliberately not here:
/// the first two may hold personal text, the last is for the candidate only.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Progress {
    pub status: WireStatus,
    /// Referees expected.
    pub total: Option<u32>,
    /// Referees that the candidate has still to name.
    pub remaining_to_submit: Option<u32>,
    pub completed: Option<u32>,
    pub declined: Option<u32>,
    /// Fraud and mismatch codes, those we do not know included.
    pub warnings: BTreeSet<String>,
    /// Once seen it is kept.
    pub report_url: Option<String>,
    /// Once seen it is kept.
    pub candidate_url: Option<String>,
}

impl Default for Progress {
    fn default() -> Self {
        Self {
            status: WireStatus::Sending,
            total: None,
            remaining_to_submit: None,
            completed: None,
            declined: None,
            warnings: BTreeSet::new(),
            report_url: None,
            candidate_url: None,
        }
    }
}

impl Progress {
    /// Whether Refapp told any number at all.
    pub fn has_counts(&self) -> bool {
        [self.total, self.remaining_to_submit, self.completed, self.declined]
            .iter()
            .any(Option::is_some)
    }
}

/// Of which end a person has read.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ReadEnd {
    /// That it failed.
    pub failed: bool,
    /// Which warnings the report had then.
    pub warnings: BTreeSet<String>,
}

/// Shown beside the status, never part of it (`rules.md`, status table).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum Badge {
    /// Since Refapp last spoke of it, a status was turned away or could not reach us: what is shown may be old.
    StatusMissed,
    Declined,
    Warnings,
    /// Tag or note in Lever is not what was written there.
    ChangedByHand,
    NoProgress,
    OnHold,
    UnknownStatus,
    /// The posting's tag carries a former name of the template (`rules.md` 8).
    FormerTemplateName,
    /// The project existed already: the posting's template tag had no effect (`rules.md` 8).
    TemplateWithoutEffect,
    /// The name had one word: sent as first name (`refapp-api.md §3.2`).
    OneWordName,
    /// Whether the last note was written is unknown and cannot be read back (`rules.md` 13).
    NoteUnknown,
    /// Tag or note could not be written to Lever.
    NotWritten,
}

/// What of ours lies on the opportunity in Lever, as far as we know.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Written {
    /// Status tags of ours that are there. At rest exactly one.
    pub tags: BTreeSet<Status>,
    /// Status tags that may be there: somebody set out to add them, and has not heard that they are gone since.
    pub perhaps: BTreeSet<Status>,
    pub note: Option<WrittenNote>,
    /// Notes of ours that a newer one has replaced and that are still to be deleted.
    pub replaced: Vec<NoteId>,
    /// What somebody else has changed of it since, as it was last seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<ChangedByHand>,
    /// Another installation writes status tags there too, and the check was started all the same (`rules.md` 4).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shared: bool,
}

/// How what lies on an opportunity differs from what we wrote there.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ChangedByHand {
    /// The status whose tag is gone.
    pub tag_gone: Option<Status>,
    /// Statuses whose tags, in our words, lie beside ours.
    pub tags_added: BTreeSet<Status>,
    /// The note is gone.
    pub note_gone: bool,
}

impl ChangedByHand {
    /// `None` if nothing differs.
    pub fn if_any(self) -> Option<Self> {
        (self != Self::default()).then_some(self)
    }
}

/// The note of ours that is there.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct WrittenNote {
    /// `None` while unknown: the answer to its creation never came (`rules.md` 13).
    pub id: Option<NoteId>,
    pub text: String,
}

//! Lever and Refapp as two small models, written from the contracts and not from the engine. They see what really
//! happened, and note what must never happen the moment it does.

use std::collections::{BTreeMap, BTreeSet};

use lever::{Application, Applications, Opportunity, Phone, Posting, StageChange};
use model::{Failure, WireStatus};
use model::{MINUTE, Millis, NoteId, OpportunityId, PostingId, Progress, ResultId, SECOND, StageId, Status, StatusTag};
use refapp::{Field, FieldKind, Form, SelectOption};
use store::EffectKind;

use super::history::{Fate, News};
use crate::plan::observed::Member;

pub const TRIGGER: &str = "reference-check";
pub const NAME: &str = "Kim Planted Berg";
/// A tag that is nobody's of us.
const OTHERS: &str = "Referral";

pub struct Candidate {
    pub id: OpportunityId,
    pub in_trigger: bool,
    pub changes: Vec<StageChange>,
    pub advanced_at: Millis,
    pub archived: bool,
    pub anonymised: bool,
    pub deleted: bool,
    pub confidential: bool,
    pub reachable: bool,
    pub job: Option<usize>,
    pub tags: BTreeSet<String>,
    pub notes: BTreeMap<NoteId, String>,
    /// When a start would last have been right, by Lever's clock.
    pub fit_at: Option<Millis>,
    pub past: Past,
}

/// What ever happened to a candidate: the only causes that a reason may have.
#[derive(Default)]
pub struct Past {
    pub archived: bool,
    pub tagged: BTreeSet<String>,
    pub untagged: bool,
    pub unnoted: bool,
    /// Tags that the engine added.
    pub added: BTreeSet<String>,
    /// Entries into the trigger stage, and starts that nobody said.
    pub entries: u32,
    pub automatic: u32,
    /// A person said, since the last start: start it.
    pub said: bool,
    /// A person took over what another installation had written.
    pub took_over: bool,
    pub was_started: bool,
    pub dismissed: bool,
    pub refused: bool,
    pub start_unknown: bool,
    pub forbidden: bool,
    /// Notes whose creation, or taking away, was not answered or was refused.
    pub notes_in_doubt: usize,
    pub note_kept: bool,
    /// The engine has learnt that Lever does not know the candidate any more.
    pub erased: bool,
}

pub struct Job {
    pub template: Option<bool>,
    pub staffed: bool,
}

/// A check that Refapp began.
pub struct Start {
    pub who: usize,
    pub posting: PostingId,
    pub result: ResultId,
    /// What it told, in the order in which it first arrived.
    pub told: Vec<News>,
}

/// A webhook of Lever's.
pub struct Delivery {
    pub who: usize,
    pub event: &'static str,
    pub to: Option<StageId>,
    pub at: Millis,
    pub arrived: u32,
}

pub struct World {
    /// Lever's clock.
    pub at: Millis,
    pub candidates: Vec<Candidate>,
    pub jobs: Vec<Job>,
    pub deliveries: Vec<Delivery>,
    pub starts: Vec<Start>,
    /// Tells of no stage changes.
    pub bare: bool,
    pub shifts: i64,
    pub waited_long: bool,
    pub paused: bool,
    /// How the next call ends.
    pub fate: Fate,
    notes_made: u32,
    pub wrongs: Vec<String>,
}

impl World {
    pub fn new(at: Millis, bare: bool) -> Self {
        let candidate = |number: usize| Candidate {
            id: format!("opportunity-{number}").into(),
            in_trigger: false,
            changes: Vec::new(),
            advanced_at: at,
            archived: false,
            anonymised: false,
            deleted: false,
            confidential: false,
            reachable: true,
            job: Some(0),
            tags: BTreeSet::from([OTHERS.to_owned()]),
            notes: BTreeMap::new(),
            fit_at: None,
            past: Past::default(),
        };
        let job = || Job {
            template: None,
            staffed: true,
        };
        Self {
            at,
            candidates: (0..2).map(candidate).collect(),
            jobs: (0..2).map(|_| job()).collect(),
            deliveries: Vec::new(),
            starts: Vec::new(),
            bare,
            shifts: 0,
            waited_long: false,
            paused: false,
            fate: Fate::Well,
            notes_made: 0,
            wrongs: Vec::new(),
        }
    }

    pub fn who(&self, id: &OpportunityId) -> usize {
        let known = self.candidates.iter().position(|candidate| candidate.id == *id);
        known.expect("only known opportunities are asked for")
    }

    /// Every move has a millisecond of its own.
    pub fn move_to(&mut self, who: usize, into: bool) {
        self.at = self.at.plus(1);
        let (at, to) = (self.at, if into { TRIGGER } else { "elsewhere" });
        let candidate = &mut self.candidates[who];
        if candidate.deleted || candidate.anonymised || candidate.in_trigger == into {
            return;
        }
        candidate.in_trigger = into;
        candidate.past.entries += u32::from(into);
        candidate.advanced_at = at;
        candidate.changes.push(StageChange {
            to: to.into(),
            at,
            user: None,
        });
        self.call(who, "candidateStageChange", Some(to.into()));
    }

    pub fn call(&mut self, who: usize, event: &'static str, to: Option<StageId>) {
        let at = self.at;
        self.deliveries.push(Delivery {
            who,
            event,
            to,
            at,
            arrived: 0,
        });
    }

    pub fn tick(&mut self, span: i64) {
        self.note_fit();
        self.at = self.at.plus(span);
        self.note_fit();
    }

    pub fn note_fit(&mut self) {
        let at = self.at;
        for candidate in &mut self.candidates {
            let there = !candidate.deleted && !candidate.anonymised && !candidate.archived;
            let fits = there && candidate.reachable && candidate.job.is_some();
            if fits && (candidate.in_trigger || candidate.past.said) {
                candidate.fit_at = Some(at);
            }
        }
    }

    // What Lever answers to reads.

    pub fn opportunity(&self, who: usize) -> Opportunity {
        let candidate = &self.candidates[who];
        let open = !candidate.anonymised;
        Opportunity {
            id: candidate.id.clone(),
            name: if open { NAME.to_owned() } else { String::new() },
            stage: if candidate.in_trigger { TRIGGER } else { "elsewhere" }.into(),
            emails: (candidate.reachable && open)
                .then(|| "kim@example.com".to_owned())
                .into_iter()
                .collect(),
            phones: Vec::<Phone>::new(),
            tags: candidate.tags.iter().cloned().collect(),
            owner: None,
            archived: candidate.archived,
            anonymised: candidate.anonymised,
            stage_changes: if self.bare {
                Vec::new()
            } else {
                candidate.changes.clone()
            },
            applications: Applications::Known(
                candidate
                    .job
                    .map(|job| Application {
                        id: "application".to_owned(),
                        posting: Some(posting_id(job)),
                    })
                    .into_iter()
                    .collect(),
            ),
            advanced_at: (!self.bare).then_some(candidate.advanced_at),
            created_at: None,
            show_url: "https://hire.lever.co/candidates/x".parse().ok(),
        }
    }

    pub fn posting(&self, id: &PostingId) -> (Posting, Member) {
        let job = (0..self.jobs.len()).find(|job| posting_id(*job) == *id);
        let job = &self.jobs[job.expect("only known postings are asked for")];
        let tag = job.template.map(|lives| {
            if lives {
                "Refapp Template: Developers"
            } else {
                "Refapp Template: Gone"
            }
        });
        let posting = Posting {
            id: id.clone(),
            text: "Backend Developer".to_owned(),
            state: "published".to_owned(),
            owner: None,
            tags: tag.map(str::to_owned).into_iter().collect(),
            show_url: None,
        };
        let owner = Member {
            name: "Jonas Ek".to_owned(),
            email: job.staffed.then(|| "jonas@example.com".to_owned()),
            deactivated: false,
        };
        (posting, owner)
    }

    // What Lever does.

    /// Carries out a write, or not, as the fate has it, and answers.
    pub fn write(&mut self, who: usize, kind: &EffectKind) -> Result<Option<NoteId>, lever::Kind> {
        if self.candidates[who].past.erased {
            self.wrongs.push(format!("{kind:?} after the candidate was erased"));
        }
        if self.candidates[who].deleted {
            return Err(lever::Kind::NotFound);
        }
        if self.candidates[who].confidential {
            return Err(lever::Kind::Forbidden);
        }
        let creates = matches!(kind, EffectKind::CreateNote { .. });
        let fate = self.fate;
        let past = &mut self.candidates[who].past;
        past.forbidden |= fate == Fate::Forbidden;
        if creates && matches!(fate, Fate::Cut | Fate::Lied | Fate::Down) {
            past.notes_in_doubt += 1;
        }
        if matches!(kind, EffectKind::DeleteNote { .. }) && fate == Fate::Refused {
            past.note_kept = true;
        }
        if let Some(error) = refusal(fate) {
            return Err(error);
        }
        let note = self.carry_out(who, kind);
        match fate {
            Fate::Cut => Err(lever::Kind::Cut),
            Fate::Lied => Err(lever::Kind::Server(500)),
            _ => note,
        }
    }

    fn carry_out(&mut self, who: usize, kind: &EffectKind) -> Result<Option<NoteId>, lever::Kind> {
        let candidate = &mut self.candidates[who];
        match kind {
            EffectKind::Start => self.wrongs.push("a start was sent to Lever".to_owned()),
            EffectKind::AddTag { status } => {
                let tag = StatusTag(*status).text();
                candidate.past.added.insert(tag.clone());
                candidate.tags.insert(tag);
            }
            EffectKind::RemoveTags { statuses } => {
                for tag in statuses.iter().map(|status| StatusTag(*status).text()) {
                    let taken_over = candidate.past.took_over;
                    if candidate.tags.remove(&tag) && !candidate.past.added.contains(&tag) && !taken_over {
                        self.wrongs.push(format!("{tag} was taken away and never ours"));
                    }
                }
            }
            EffectKind::CreateNote { text } => {
                self.notes_made += 1;
                let id = NoteId(format!("note-{}", self.notes_made));
                candidate.notes.insert(id.clone(), text.clone());
                return Ok(Some(id));
            }
            EffectKind::UpdateNote { note, text } => match candidate.notes.get_mut(note) {
                Some(known) => known.clone_from(text),
                None => return Err(lever::Kind::NotFound),
            },
            EffectKind::DeleteNote { note } => {
                if candidate.notes.remove(note).is_none() {
                    return Err(lever::Kind::NotFound);
                }
            }
        }
        Ok(None)
    }

    pub fn notes(&self, who: usize) -> Result<Vec<lever::Note>, lever::Kind> {
        let candidate = &self.candidates[who];
        if candidate.deleted {
            return Err(lever::Kind::NotFound);
        }
        if candidate.confidential {
            return Err(lever::Kind::Forbidden);
        }
        match self.fate {
            Fate::Cut | Fate::Lied | Fate::Down => return Err(lever::Kind::Server(500)),
            Fate::Unreachable => return Err(lever::Kind::Unreachable),
            _ => {}
        }
        let note = |(id, text): (&NoteId, &String)| lever::Note {
            id: id.clone(),
            texts: vec![text.clone()],
            deleted: false,
        };
        Ok(candidate.notes.iter().map(note).collect())
    }

    // What Refapp does.

    /// A start is set out on: a moment ago at the latest it was right. Setting our clock may make a look seem newer.
    pub fn must_be_fit(&mut self, who: usize) {
        self.note_fit();
        let (at, slack) = (self.at, 2 * MINUTE + SECOND + self.shifts * 20 * MINUTE);
        let fit_at = self.candidates[who].fit_at;
        if fit_at.is_none_or(|fit| at.since(fit) > slack) {
            self.wrongs
                .push(format!("started, and not fit for it since {fit_at:?}; it is {at:?}"));
        }
    }

    /// Begins a check, or not, as the fate has it, and answers.
    pub fn start(&mut self, who: usize, posting: &PostingId, result: ResultId) -> Result<(), refapp::Kind> {
        let fate = self.fate;
        let candidate = &mut self.candidates[who];
        if candidate.past.erased {
            self.wrongs.push("started after the candidate was erased".to_owned());
        }
        candidate.past.start_unknown |= matches!(fate, Fate::Cut | Fate::Lied | Fate::Down);
        candidate.past.refused |= fate == Fate::Refused;
        if let Some(error) = refusal(fate) {
            return Err(error);
        }
        let before = self
            .starts
            .iter()
            .any(|start| start.who == who && start.posting == *posting);
        if before && !candidate.past.said {
            self.wrongs.push("started twice, and nobody said so".to_owned());
        }
        candidate.past.automatic += u32::from(!candidate.past.said);
        if candidate.past.automatic > candidate.past.entries {
            self.wrongs
                .push("started, and nobody entered the stage for it".to_owned());
        }
        candidate.past.said = false;
        if self.starts.iter().any(|start| start.result == result) {
            self.wrongs.push("one effect key was sent twice".to_owned());
        }
        self.starts.push(Start {
            who,
            posting: posting.clone(),
            result,
            told: Vec::new(),
        });
        match fate {
            Fate::Cut => Err(refapp::Kind::TimedOut),
            Fate::Lied => Err(refapp::Kind::Server(502)),
            _ => Ok(()),
        }
    }
}

/// How a call fails that is not carried out.
fn refusal(fate: Fate) -> Option<lever::Kind> {
    match fate {
        Fate::Well | Fate::Cut | Fate::Lied => None,
        Fate::Unreachable => Some(lever::Kind::Unreachable),
        Fate::Down => Some(lever::Kind::Server(503)),
        Fate::Refused => Some(lever::Kind::BadRequest {
            status: 400,
            message: lever::Message::default(),
        }),
        Fate::Forbidden => Some(lever::Kind::Forbidden),
    }
}

pub fn posting_id(job: usize) -> PostingId {
    format!("posting-{job}").into()
}

/// Refapp's form: a choice of templates that nobody has to make.
pub fn form() -> Form {
    Form {
        fields: vec![Field {
            id: "project-template-id".to_owned(),
            kind: FieldKind::Select {
                options: vec![SelectOption {
                    id: "d".to_owned(),
                    label: "Developers".to_owned(),
                }],
            },
            label: "Template".to_owned(),
            value: None,
            disabled: false,
            required: false,
            refetch: false,
        }],
    }
}

pub fn progress(news: News) -> Progress {
    let (status, counts) = match news {
        News::Sending => (WireStatus::Sending, None),
        News::Sent => (WireStatus::Sent, None),
        News::PendingBare => (WireStatus::Pending, None),
        News::Candidate => (WireStatus::Pending, Some((2, 2, 0))),
        News::Referees => (WireStatus::Pending, Some((2, 0, 1))),
        News::Answered => (WireStatus::Pending, Some((2, 0, 2))),
        News::MoreReferees => (WireStatus::Pending, Some((3, 0, 2))),
        News::Completed | News::Warned => (WireStatus::Completed, Some((2, 0, 2))),
        News::Failed => (WireStatus::Failed, None),
        News::Unheard => (WireStatus::Unknown, None),
    };
    Progress {
        status,
        total: counts.map(|(total, _, _)| total),
        remaining_to_submit: counts.map(|(_, remaining, _)| remaining),
        completed: counts.map(|(_, _, completed)| completed),
        declined: counts.map(|_| 0),
        warnings: (news == News::Warned)
            .then(|| "same-ip".to_owned())
            .into_iter()
            .collect(),
        report_url: (status == WireStatus::Completed).then(|| "https://app.refapp.se/report/x".to_owned()),
        candidate_url: Some("https://app.refapp.se/candidate/x".to_owned()),
    }
}

/// The table of `rules.md` for what Refapp told, row by row.
pub fn table(progress: &Progress) -> Status {
    let answered = progress.completed.unwrap_or(0) + progress.declined.unwrap_or(0);
    match progress.status {
        WireStatus::Failed => Status::Failed,
        WireStatus::Completed => Status::Completed,
        WireStatus::Pending if progress.remaining_to_submit.unwrap_or(0) > 0 => Status::WaitingForCandidate,
        WireStatus::Pending if answered < progress.total.unwrap_or(0) => Status::WaitingForReferees,
        WireStatus::Pending if progress.total.is_some() => Status::InProgress,
        WireStatus::Pending | WireStatus::Sending | WireStatus::Sent => Status::Sent,
        WireStatus::Unknown => Status::InProgress,
    }
}

/// What a failure to read is to the engine.
pub fn unreadable() -> Failure {
    model::Code::LevConfidential.into()
}

//! Why a check asks for a person, and what that person can answer: what it is grouped by where many ask.

use model::{Badge, Check, Code, Failure, Phase, WireStatus};

use crate::Decision;
use crate::step::decide::decisions;

/// One of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cause {
    pub failure: Failure,
    /// Those of the check's decisions that answer this.
    pub decisions: Vec<Decision>,
}

/// All of them, the most important first. None of a check that asks for nobody.
pub fn causes(check: &Check) -> Vec<Cause> {
    let stands_for = match &check.phase {
        Phase::Parked(reason) => Some(reason.failure()),
        Phase::Started if check.is_to_be_read() => end(check),
        // What runs elsewhere is looked on: nothing can be answered here.
        Phase::Queued | Phase::Started | Phase::Skipped(_) | Phase::Elsewhere(_) => None,
    };
    let refused = check.hitch.filter(|_| check.phase == Phase::Started);
    let uncertain = check
        .badges
        .contains(&Badge::NoteUnknown)
        .then_some(Code::LevNoteUnknown);
    let changed = check.written.changed.as_ref().map(|_| Code::LevChanged);
    let beside = [refused, uncertain, changed].into_iter().flatten().map(Failure::from);
    stands_for
        .into_iter()
        .chain(beside)
        .map(|failure| Cause {
            decisions: answers(check, failure.code),
            failure,
        })
        .collect()
}

/// What there is to know of how a check ended. Of warnings, until somebody has read of them.
pub fn end(check: &Check) -> Option<Failure> {
    match check.progress.status {
        _ if check.phase != Phase::Started => None,
        WireStatus::Failed => Some(Code::RefFailed.into()),
        WireStatus::Completed if check.is_to_be_read() => Some(Code::RefWarnings.into()),
        _ => None,
    }
}

fn answers(check: &Check, cause: Code) -> Vec<Decision> {
    let mut answers = decisions(check);
    answers.retain(|decision| match decision {
        Decision::NoteIsThere | Decision::NoteIsNotThere => cause == Code::LevNoteUnknown,
        Decision::Repair => cause == Code::LevChanged,
        Decision::MarkRead => matches!(cause, Code::RefFailed | Code::RefWarnings),
        // Of a check under way it tries the write again; of others it is the answer to why they wait.
        Decision::TryAgain if check.phase == Phase::Started => check.hitch == Some(cause),
        _ => !matches!(cause, Code::LevNoteUnknown | Code::LevChanged),
    });
    answers
}

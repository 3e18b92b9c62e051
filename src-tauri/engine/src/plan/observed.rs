//! What was seen in Lever when it was looked.

use lever::{Opportunity, Posting, StageChange};
use model::{Failure, Membership, Millis, NoteId, StageId};

use super::by_hand::Seen;

/// A Lever user, as far as a check needs one.
#[derive(Clone, PartialEq, Eq)]
pub struct Member {
    pub name: String,
    /// `None` without an address, and for deactivated users: Refapp would invite somebody who has left.
    pub email: Option<String>,
    pub deactivated: bool,
}

/// One look at an opportunity.
#[derive(Clone)]
pub struct Observed {
    pub opportunity: Opportunity,
    pub posting: Option<Posting>,
    /// Why there is no posting, if not because the opportunity has none.
    pub unreadable: Option<Failure>,
    /// The user of the last change into the trigger stage.
    pub mover: Option<Member>,
    /// The posting's owner now.
    pub posting_owner: Option<Member>,
    /// The notes that lie there; `None` where they were not read.
    pub notes: Option<Vec<NoteId>>,
    pub seen_at: Millis,
}

impl Observed {
    /// When the candidate last entered the trigger stage, if Lever says.
    pub fn entered_at(&self, trigger: &StageId) -> Option<Millis> {
        last_entry(&self.opportunity, trigger).map(|change| change.at)
    }

    /// What lies on the opportunity.
    pub fn written(&self) -> Seen<'_> {
        Seen {
            tags: &self.opportunity.tags,
            notes: self.notes.as_deref(),
        }
    }

    /// Whoever acts as the recruiter (`rules.md` 7): the mover, or the posting owner. The opportunity's owner comes
    /// third there, but `rules.md` 1 parks a check before it would come to that.
    pub fn recruiter(&self) -> Option<(&Member, &str)> {
        [&self.mover, &self.posting_owner]
            .into_iter()
            .flatten()
            .find_map(|member| member.email.as_deref().map(|email| (member, email)))
    }

    /// Who is handed to Refapp as a member of the project, and why (`rules.md` 7). Without an address nobody can be.
    pub fn members(&self) -> Vec<(&Member, Membership)> {
        let both = [
            (&self.mover, Membership::Mover),
            (&self.posting_owner, Membership::PostingOwner),
        ];
        both.into_iter()
            .filter_map(|(member, why)| Some((member.as_ref()?, why)))
            .collect()
    }

    /// The same candidate, had somebody moved them into the trigger stage at that moment. Nobody knows who that will
    /// be, so there is no mover.
    #[must_use]
    pub fn moved(mut self, trigger: &StageId, at: Millis) -> Self {
        self.mover = None;
        self.opportunity.stage = trigger.clone();
        self.opportunity.stage_changes.push(StageChange {
            to: trigger.clone(),
            at,
            user: None,
        });
        self
    }
}

/// The last change of stage into `trigger`.
pub fn last_entry<'o>(opportunity: &'o Opportunity, trigger: &StageId) -> Option<&'o lever::StageChange> {
    opportunity
        .stage_changes
        .iter()
        .filter(|change| change.to == *trigger)
        .max_by_key(|change| change.at)
}

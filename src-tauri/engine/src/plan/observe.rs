//! What an observer shows of one opportunity that carries a status tag of Refapp's own integration.

use lever::{Applications, Opportunity};
use model::{
    Check, ConnectionId, EffectKey, Millis, Phase, PostingId, Progress, Sighting, StageChoice, Status, StatusTag,
    Written, derive,
};

/// What is known of a posting beside its id. Empty where this key may not read it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PostingName {
    pub title: String,
    /// The owner's name.
    pub owner: String,
}

/// The status tag that counts: while one is replaced by the next there may be two, and Lever lists the newer one last.
pub fn status_tag(opportunity: &Opportunity) -> Option<&str> {
    let mut tags = opportunity.tags.iter().rev();
    tags.find(|tag| StatusTag::is_one(tag)).map(String::as_str)
}

/// The one posting of an opportunity, where the list says.
pub fn posting(opportunity: &Opportunity) -> Option<&PostingId> {
    match &opportunity.applications {
        Applications::Known(applications) => applications.iter().find_map(|one| one.posting.as_ref()),
        Applications::Unreadable => None,
    }
}

/// The row that shows it, `before` being the one that did so far. `None`: there is nothing to show. `kept_since`: who was
/// done before is shown no more.
///
/// Since when a status holds no tag tells, so it counts from when the app first saw it: a wait is never called longer than
/// it is.
pub fn shown(
    before: Option<&Check>,
    opportunity: &Opportunity,
    named: Option<&PostingName>,
    stages: &[StageChoice],
    connection: ConnectionId,
    kept_since: Millis,
    now: Millis,
) -> Option<Check> {
    let tag = status_tag(opportunity)?;
    let stage = stages.iter().find(|stage| stage.id == opportunity.stage);
    let phase = Phase::Elsewhere(Sighting {
        tag: tag.to_owned(),
        stage: stage.map(|stage| stage.text.clone()),
    });
    let entered_at = opportunity.advanced_at.or(opportunity.created_at).unwrap_or(now);
    let mut check = before.cloned().unwrap_or_else(|| Check {
        id: EffectKey::of(connection, &opportunity.id, None, "observe", 1).check_id(),
        connection,
        opportunity: opportunity.id.clone(),
        posting: None,
        ordinal: 1,
        entered_at,
        phase: phase.clone(),
        status_since: now,
        by_person: false,
        result: None,
        progress: Progress::default(),
        candidate: String::new(),
        posting_title: String::new(),
        owner: String::new(),
        template: None,
        coverage: None,
        lever_url: None,
        created_at: now,
        active_at: now,
        heard_at: None,
        badges: std::collections::BTreeSet::new(),
        written: Written::default(),
        superseded: false,
        hitch: None,
        effects: 0,
    });
    let was = derive(&check).0;
    let moved = check.phase != phase;
    check.phase = phase;
    let status = derive(&check).0;
    if before.is_none() && matches!(status, Status::Completed | Status::Failed) && entered_at < kept_since {
        return None;
    }
    if status != was {
        check.status_since = now;
    }
    if moved {
        check.active_at = now;
    }
    check.entered_at = entered_at;
    check.posting = posting(opportunity).cloned();
    check.candidate.clone_from(&opportunity.name);
    check.lever_url = opportunity.show_url.as_ref().map(ToString::to_string);
    if let Some(named) = named {
        check.posting_title.clone_from(&named.title);
        check.owner.clone_from(&named.owner);
    }
    Some(check)
}

//! What an observer shows of one opportunity that carries a status tag of Refapp's own integration.

use lever::Opportunity;
use model::{Check, ConnectionId, EffectKey, Millis, Phase, Sighting, StageChoice, Status, StatusTag, derive};

/// What is known of a posting beside its id. Empty where this key may not read it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PostingName {
    pub read_at: Millis,
    pub title: String,
    /// The owner's name.
    pub owner: String,
}

/// The status tag that counts: while one is replaced by the next there may be two, and Lever lists the newer one last.
pub fn status_tag(opportunity: &Opportunity) -> Option<&str> {
    let mut tags = opportunity.tags.iter().rev();
    tags.find(|tag| StatusTag::is_one(tag)).map(String::as_str)
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
    let mut check = before.cloned().unwrap_or_else(|| {
        let id = EffectKey::of(connection, &opportunity.id, None, "observe", 1).check_id();
        Check::new(id, connection, &opportunity.id, 1, entered_at, phase.clone(), now)
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
    check.posting = opportunity.posting().cloned();
    check.candidate.clone_from(&opportunity.name);
    check.lever_url = opportunity.show_url.as_ref().map(ToString::to_string);
    if let Some(named) = named {
        check.posting_title.clone_from(&named.title);
        check.owner.clone_from(&named.owner);
    }
    Some(check)
}

//! What was seen of tag and note at a look, beside what the look is about.

use model::{ChangedByHand, Millis, OpportunityId, Right, StatusTag};
use store::{ConnectionRecord, Result, Tx};

use super::tell;
use crate::plan::by_hand::{Seen, changed};

/// Notes what somebody changed by hand, or has put right again. Nothing is written to Lever.
pub fn notice(
    tx: &Tx<'_>,
    record: &ConnectionRecord,
    opportunity: &OpportunityId,
    seen: Seen<'_>,
    now: Millis,
) -> Result<()> {
    let (can_update, can_list) = (
        record.has(Right::UpdateOpportunityNote),
        record.has(Right::ListOpportunityNotes),
    );
    for mut check in tx.checks_of(record.id, opportunity)? {
        let Some(found) = changed(&check, seen, can_update, can_list, now) else {
            continue;
        };
        let found = found.if_any();
        if found == check.written.changed {
            continue;
        }
        if let Some(found) = &found {
            tell(tx, check.id, now, "changed-by-hand", &params(found))?;
        }
        check.written.changed = found;
        tx.put_check(&check, Some(now))?;
    }
    Ok(())
}

fn params(changed: &ChangedByHand) -> Vec<(&'static str, String)> {
    let text = |status| StatusTag(status).text();
    let added: Vec<String> = changed.tags_added.iter().copied().map(text).collect();
    let gone = changed.tag_gone.map(|status| ("tag-gone", text(status)));
    let added = (!added.is_empty()).then(|| ("tags-added", added.join(", ")));
    let note = changed.note_gone.then(|| ("note-gone", "yes".to_owned()));
    [gone, added, note].into_iter().flatten().collect()
}

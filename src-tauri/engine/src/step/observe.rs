//! A whole list of who carries a status tag of Refapp's own integration was read: the rows become what it says.

use std::collections::{BTreeSet, HashMap};

use lever::Opportunity;
use model::{DAY, Millis, OpportunityId, Phase, PostingId};
use store::{ConnectionRecord, Result, Tx};

use super::{person, tell};
use crate::plan::observe::{PostingName, shown};

/// `rows`: all of them. A check that none of them is about goes, where none was about it the last time either: the tag was
/// taken away, or the candidate archived. Missing once means nothing, as pages pass over who moves while they are read
/// (`lever-api.md §5`). Gives those that are missing now; `missed` are those of the last time.
pub fn mirror(
    tx: &Tx<'_>,
    record: &ConnectionRecord,
    rows: &[Opportunity],
    names: &HashMap<PostingId, PostingName>,
    missed: &BTreeSet<OpportunityId>,
    now: Millis,
) -> Result<BTreeSet<OpportunityId>> {
    let kept_since = now.plus(-i64::from(record.settings.retention_days) * DAY);
    let mut gone = tx.opportunities(record.id)?;
    for opportunity in rows {
        if person::is_erased(tx, &opportunity.id, opportunity.advanced_at)? {
            continue;
        }
        let before = tx.checks_of(record.id, &opportunity.id)?.pop();
        let named = opportunity.posting().and_then(|posting| names.get(posting));
        let after = shown(
            before.as_ref(),
            opportunity,
            named,
            &record.stages,
            record.id,
            kept_since,
            now,
        );
        let Some(after) = after else { continue };
        gone.remove(&opportunity.id);
        if before.as_ref() == Some(&after) {
            continue;
        }
        tx.put_check(&after, None)?;
        let tag = |check: &model::Check| match &check.phase {
            Phase::Elsewhere(sighting) => Some(sighting.tag.clone()),
            _ => None,
        };
        let now_says = tag(&after);
        if before.as_ref().and_then(tag) != now_says {
            let params = [("tag", now_says.unwrap_or_default())];
            tell(tx, after.id, now, "seen-in-lever", &params)?;
        }
    }
    for opportunity in gone.intersection(missed) {
        for check in tx.checks_of(record.id, opportunity)? {
            tx.remove_check(&check)?;
        }
    }
    Ok(&gone - missed)
}

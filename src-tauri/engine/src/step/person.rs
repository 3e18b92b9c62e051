//! Letting go of people: of one whom somebody has erased, and of all whose checks have been over for long enough.
//!
//! The spent keys stay, so that nobody is started twice. Not here: what Refapp stores, which nobody can erase from here.

use model::{Act, Check, ConnectionId, EffectKey, Erasure, Millis, OpportunityId, Phase, Progress, Reason};
use store::{Result, Tx};

/// Checks that are removed in one transaction.
const BATCH: u32 = 100;

/// Erases one person. What is personal goes at once; note and tag are taken out of Lever next, and each row goes when
/// nothing of its check is left there. `None`: there is no check of theirs.
pub fn erase(
    tx: &Tx<'_>,
    connection: ConnectionId,
    opportunity: &OpportunityId,
    now: Millis,
) -> Result<Option<Erasure>> {
    let checks = tx.checks_of(connection, opportunity)?;
    if checks.is_empty() {
        return Ok(None);
    }
    let mut erasure = Erasure::default();
    // By its results an update would find the check, and bring back links to the person.
    tx.forget_inbound(connection, opportunity)?;
    for mut check in checks {
        erasure.checks += 1;
        if let Phase::Elsewhere(_) = check.phase {
            // What lies in Lever is not ours to take away.
            (erasure.is_at_refapp, erasure.note_may_stay) = (true, true);
            remove(tx, &check, now)?;
            continue;
        }
        erasure.is_at_refapp |= matches!(check.phase, Phase::Started | Phase::Parked(Reason::StartUnknown));
        erasure.note_may_stay |= check.written.note.as_ref().is_some_and(|note| note.id.is_none());
        strip(&mut check, now);
        tx.put_check(&check, Some(now))?;
    }
    let key = EffectKey::erased(opportunity);
    // Somebody may have erased them before, and they came back since.
    tx.unspend(&key)?;
    tx.spend(&key, now)?;
    let params = [
        ("subject", pseudonym(opportunity)),
        ("checks", erasure.checks.to_string()),
    ];
    tx.log(now, connection, Act::ErasureOrdered, &params)?;
    Ok(Some(erasure))
}

/// What is left is what has to be known to take note and tag away.
fn strip(check: &mut Check, now: Millis) {
    check.candidate.clear();
    check.lever_url = None;
    check.progress = Progress::default();
    check.read = None;
    check.result = None;
    check.by_person = false;
    check.badges.clear();
    check.hitch = None;
    check.superseded = false;
    check.phase = Phase::Skipped(Reason::Erased);
    check.status_since = now;
    check.active_at = now;
}

/// Whether the person was erased since they last entered the trigger stage, as far as anybody knows of an entry: an older
/// event cannot bring them back (`reliability.md` rule 11).
pub fn is_erased(tx: &Tx<'_>, opportunity: &OpportunityId, entry: Option<Millis>) -> Result<bool> {
    let at = tx.spent(&EffectKey::erased(opportunity))?;
    Ok(at.is_some_and(|at| entry.is_none_or(|entry| entry <= at)))
}

/// Nothing of an erased check is left in Lever: its row goes.
pub fn remove(tx: &Tx<'_>, check: &Check, now: Millis) -> Result<()> {
    tx.remove_check(check)?;
    let params = [("subject", pseudonym(&check.opportunity))];
    tx.log(now, check.connection, Act::Erased, &params)
}

/// Removes checks that have been over since before `before`, and in whose matter nothing is left to do. What they have
/// left in Lever stays there: it is the customer's record, and names nobody. Whether there may be more of them.
pub fn purge(tx: &Tx<'_>, connection: ConnectionId, before: Millis, now: Millis) -> Result<bool> {
    let over = tx.over_since(connection, before, BATCH)?;
    for check in &over {
        tx.forget_updates(check)?;
        tx.remove_check(check)?;
    }
    if !over.is_empty() {
        tx.log(now, connection, Act::Purged, &[("checks", over.len().to_string())])?;
    }
    Ok(over.len() == BATCH as usize)
}

/// How the audit log calls a person.
pub fn pseudonym(opportunity: &OpportunityId) -> String {
    EffectKey::erased(opportunity).0.chars().take(12).collect()
}

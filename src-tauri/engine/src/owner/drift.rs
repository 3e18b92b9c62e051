//! What changes by itself at the other side and would break silently: the trigger stage is renamed, our webhook is
//! removed or falls silent, a posting's owner leaves, a consent comes of age.
//!
//! Not here: what stops the connection at once and shows by itself, such as a stage that is gone or a key that was
//! deleted; templates (`templates.rs`); times in which we could not be reached (`gap.rs`).

use lever::Priority;
use model::{Code, DAY, Failure, HOUR, Millis, WayIn};
use store::{ConnectionRecord, Standing};

use super::{Owner, Then, member};

/// A webhook that was heard before is silent after so long. A weekend or a few holidays are no silence.
const SILENT: i64 = 7 * DAY;
/// And only if we could be reached for so long since: a laptop hears little.
const LISTENED: i64 = DAY;
/// A refresh token ends one year after the consent (`lever-api.md §2.3`; whether a rotation prolongs it is inferred only:
/// the shorter life is assumed).
const CONSENT: i64 = 365 * DAY;
/// So long before, somebody is asked to consent again.
const NOTICE: i64 = 30 * DAY;
/// Postings whose owner is looked after at each round; those of the newest checks.
const POSTINGS: usize = 20;
/// Titles that one finding names.
const NAMED: usize = 3;

impl Owner {
    /// What time alone tells.
    pub(super) fn watch_changes(&mut self, now: Millis) {
        let record = &self.record;
        let renamed = record.stage_was.clone().zip(record.settings.trigger_stage.clone());
        let removed = record.webhook_removed;
        let silent = (self.hears_by_webhook_alone() && record.webhook_heard() && record.listened >= LISTENED)
            .then_some(record.last_webhook)
            .flatten()
            .filter(|last| now.since(*last) > SILENT);
        let aged = self.consent_ends().filter(|ends| ends.since(now) < NOTICE);
        self.warn(
            Code::LevStageRenamed,
            renamed.map(|(was, stage)| {
                Failure::new(Code::LevStageRenamed)
                    .with("was", was)
                    .with("stage", stage.text)
            }),
        );
        self.warn(
            Code::LevWebhookRemoved,
            removed.map(|(from, to)| Failure::new(Code::LevWebhookRemoved).with("from", from).with("to", to)),
        );
        self.warn(
            Code::LevWebhookSilent,
            silent.map(|last| Failure::new(Code::LevWebhookSilent).with("since", last)),
        );
        self.warn(
            Code::OauthAge,
            aged.map(|ends| Failure::new(Code::OauthAge).with("until", ends)),
        );
    }

    fn consent_ends(&self) -> Option<Millis> {
        let runs = matches!(self.record.standing, Standing::Running | Standing::Paused);
        let by_consent = self.record.way_in == Some(WayIn::OAuth);
        let since = self.record.lever_proven_at.filter(|_| runs && by_consent)?;
        Some(since.plus(CONSENT))
    }

    /// The owners of the postings that checks are about: one who has left cannot be let into a project, and a check that
    /// nobody moves by hand has no recruiter then.
    pub(super) fn watch_posting_owners(&mut self) {
        let Some(client) = self.lever.as_ref().map(|client| client.with(Priority::Rest)) else {
            return;
        };
        let (users, clock) = (self.users.clone(), self.world.clock.clone());
        let postings: Vec<_> = self.known_postings().into_iter().take(POSTINGS).collect();
        self.job(async move {
            let mut without = Vec::new();
            for posting in postings {
                // One that is gone or confidential has its own story.
                let Ok(posting) = client.posting(&posting).await else {
                    continue;
                };
                let Some(owner) = posting.owner.filter(|_| posting.state != "closed") else {
                    continue;
                };
                let owner = member(&client, &users, &owner, clock.now()).await;
                if owner.is_ok_and(|owner| owner.is_none_or(|owner| owner.email.is_none())) {
                    without.push(posting.text);
                }
            }
            Box::new(move |owner: &mut Self| {
                without.sort();
                let more = without.len().saturating_sub(NAMED);
                without.truncate(NAMED);
                let mut titles = without.join(", ");
                if more > 0 {
                    titles = format!("{titles} (+{more})");
                }
                let found = Failure::new(Code::LevPostingOwner).with("postings", &titles);
                owner.warn(Code::LevPostingOwner, (!titles.is_empty()).then_some(found));
            }) as Then
        });
    }

    /// Somebody has read of what only a person can look after.
    pub(super) fn acknowledge(&mut self, code: Code) -> Result<(), Failure> {
        if !(code.waits_for_reader() && self.findings.contains_key(&code)) {
            return Err(Code::AppNotNow.into());
        }
        self.change(|record| match code {
            Code::LevWebhookGap => record.gaps.clear(),
            Code::LevWebhookRemoved => record.webhook_removed = None,
            Code::LevStageRenamed => record.stage_was = None,
            _ => {}
        });
        self.heal(code);
        Ok(())
    }
}

/// Lever's list was read. `listed`: whether it shows our stage-change webhook, if there should be one. Where it does not,
/// somebody removed it, and what happened since it was last seen was told to nobody, until it is `registered` again.
pub(super) fn webhook_listed(record: &mut ConnectionRecord, listed: Option<bool>, registered: bool, now: Millis) {
    match (listed, record.webhook_seen, &mut record.webhook_removed) {
        (Some(false), Some(_), Some((_, to))) | (_, None, Some((_, to))) => *to = now,
        (Some(false), Some(seen), None) => record.webhook_removed = Some((seen, now)),
        _ => {}
    }
    record.webhook_seen = registered.then_some(now);
}

/// We could be reached for `span` more, and hear whatever Lever sends; what came begins the silence anew.
pub(super) fn listened(record: &mut ConnectionRecord, until: Millis, span: i64) {
    if record.last_webhook > Some(until) {
        record.listened = 0;
    }
    record.listened = record.listened.saturating_add(span.clamp(0, HOUR));
}

#[cfg(test)]
mod tests {
    use model::{ConnectionId, MINUTE};

    use super::*;

    fn record() -> ConnectionRecord {
        ConnectionRecord::draft(ConnectionId::of("Nordvik"), "Nordvik".to_owned(), Millis(0))
    }

    #[test]
    fn a_webhook_that_is_missing_was_removed_since_it_was_last_seen_until_it_is_registered_again() {
        let mut record = record();
        let mut listed = |listed, registered, at, removed: Option<(i64, i64)>| {
            webhook_listed(&mut record, listed, registered, Millis(at));
            let removed = removed.map(|(from, to)| (Millis(from), Millis(to)));
            assert_eq!(record.webhook_removed, removed, "at {at}");
        };
        listed(None, true, 1, None);
        listed(Some(true), true, 2, None);
        // It could not be registered again before 8.
        listed(Some(false), false, 5, Some((2, 5)));
        listed(None, false, 7, Some((2, 7)));
        listed(None, true, 8, Some((2, 8)));
        listed(Some(true), true, 9, Some((2, 8)));
        // Removed once more, before anybody has read of it: both times are meant.
        listed(Some(false), true, 12, Some((2, 12)));
    }

    #[test]
    fn only_time_in_which_we_could_be_reached_counts_as_silence() {
        let mut record = record();
        for minute in 1..=10 {
            listened(&mut record, Millis((minute - 1) * MINUTE), MINUTE);
        }
        assert_eq!(record.listened, 10 * MINUTE);
        record.last_webhook = Some(Millis(10 * MINUTE + 1));
        listened(&mut record, Millis(10 * MINUTE), MINUTE);
        assert_eq!(record.listened, MINUTE);
    }
}

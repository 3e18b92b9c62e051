//! Proving rights one by one (`rules.md` 17): reads first; then, with consent, the tag carrier is made and the four tag
//! and note rights are proven on it and undone; then the webhook is registered.
//!
//! A right is never guessed: 404 on something that does not exist may mean that the right is there, and is not taken
//! for it (`lever-api.md §12` row 11).

use lever::{Kind, Priority};
use model::{Code, Failure, Mode, OpportunityId, Phase, PostingId, Right, RightState, Status, StatusTag};

use super::{Owner, Then};
use crate::order::{Answer, Reply};

/// Put on the carrier and taken off again.
const TRIAL_TAG: &str = "Refapp Trial";

/// A proof under way.
pub(super) struct Proving {
    consent: bool,
    /// A person wants the tag carrier made, now that they know that there may be one already.
    pub(super) insists: bool,
    waits: Vec<Waits>,
    done: u32,
}

/// Who waits for the end of a proof.
enum Waits {
    ForProof(Reply),
    /// Update, which found the carrier gone.
    ForUpdate(Reply),
}

/// What a job found out about a right.
type Proof = (Right, Result<(), Failure>);

impl Owner {
    pub(super) fn proving(&self) -> Option<(u32, u32)> {
        let total = u32::try_from(Right::REQUIRED.len() + Right::OPTIONAL.len()).unwrap_or(0);
        self.proving.as_ref().map(|proving| (proving.done.min(total), total))
    }

    pub(super) fn prove_rights(&mut self, consent: bool, reply: Option<Reply>) {
        self.begin_proof(consent, reply.map(Waits::ForProof));
    }

    /// The tag carrier was wanted, with consent, and is not there. A proof under way may be making it already: then it
    /// is looked at again when that has ended.
    pub(super) fn remake_carrier(&mut self, reply: Option<Reply>) {
        let waits = reply.map(Waits::ForUpdate);
        if let Some(proving) = &mut self.proving {
            proving.waits.extend(waits);
            return;
        }
        self.begin_proof(true, waits);
    }

    fn begin_proof(&mut self, consent: bool, waits: Option<Waits>) {
        let client = self.lever.as_ref().map(|client| client.with(Priority::Rest));
        let (Some(client), None) = (client, &self.proving) else {
            if let Some(Waits::ForProof(reply) | Waits::ForUpdate(reply)) = waits {
                self.answer(reply, Err(Code::AppNotNow.into()));
            }
            return;
        };
        // An observer writes nothing, not even a trial.
        let observes = self.record.mode == Mode::Observer;
        let consent = consent && !observes;
        self.proving = Some(Proving {
            consent,
            insists: consent && waits.is_some(),
            waits: waits.into_iter().collect(),
            done: 0,
        });
        let acting = self.record.settings.acting_user.clone();
        let posting = self.known_postings().into_iter().next();
        let carrier = self.carrier();
        let stage = self
            .record
            .settings
            .trigger_stage
            .clone()
            .or_else(|| self.record.stages.first().cloned());
        let now = self.now();
        self.job(async move {
            let mut proofs: Vec<Proof> = Vec::new();
            let stages = client.stages().await;
            proofs.push((Right::ListStages, outcome(&stages)));
            let users = client.users().await;
            proofs.push((Right::ListUsers, outcome(&users)));
            let somebody = acting.or_else(|| {
                users
                    .as_ref()
                    .ok()
                    .and_then(|users| users.first().map(|user| user.id.clone()))
            });
            if let Some(user) = somebody {
                proofs.push((Right::ReadUser, outcome(&client.user(&user).await)));
            }
            let webhooks = client.webhooks().await;
            proofs.push((Right::ListWebhooks, outcome(&webhooks)));
            // The optional ones; each is harmless to try.
            let postings = client.postings().await;
            proofs.push((Right::ListPostings, outcome(&postings)));
            let posting = posting.or_else(|| {
                postings
                    .ok()
                    .and_then(|postings| postings.first().map(|posting| posting.id.clone()))
            });
            let read_posting = read_posting(&client, posting).await;
            let no_posting = read_posting.is_none();
            proofs.extend(read_posting);
            if observes {
                // Without the stages' names it can look on all the same.
                let seldom = [StatusTag(Status::Queued).text()];
                let listed = client.opportunities_carrying(&seldom).await;
                proofs.push((Right::ListOpportunities, outcome(&listed)));
            } else if let Some(stage) = stage.or_else(|| {
                let first = stages.as_ref().ok()?.first()?;
                Some(model::StageChoice {
                    id: first.id.clone(),
                    text: first.text.clone(),
                })
            }) {
                let window = client.opportunities_in_stage(&stage.id, Some(now)).await;
                proofs.push((Right::ListOpportunities, outcome(&window)));
            }
            proofs.push((Right::ListTags, outcome(&client.tags().await)));
            let opportunity = carrier.unwrap_or_else(|| OpportunityId(uuid::Uuid::nil().to_string()));
            match client.opportunity(&opportunity).await {
                Ok(_) => proofs.push((Right::ReadOpportunity, Ok(()))),
                Err(error) if error.kind == Kind::Forbidden => {
                    proofs.push((Right::ReadOpportunity, Err(Failure::from(&error))));
                }
                Err(_) => {}
            }
            Box::new(move |owner: &mut Self| {
                if let Ok(stages) = &stages {
                    owner.stages_read(stages);
                }
                if let Ok(users) = &users {
                    owner.users_read(users);
                }
                if let Ok(webhooks) = &webhooks {
                    owner.webhooks_read(webhooks);
                }
                if no_posting {
                    owner.right_is_open(Right::ReadPosting);
                }
                owner.reads_proven(proofs);
            }) as Then
        });
    }

    fn reads_proven(&mut self, proofs: Vec<Proof>) {
        self.take_proofs(proofs);
        if self.proving.as_ref().is_some_and(|proving| proving.consent) {
            self.prove_carrier();
        } else {
            self.end_proof(None);
        }
    }

    /// Tag and note are put on the carrier and taken off again.
    pub(super) fn prove_writes(&mut self, carrier: OpportunityId) {
        let Some(client) = self.lever.clone() else {
            return self.end_proof(Some(Code::AppNotNow.into()));
        };
        let acting = self.record.settings.acting_user.clone();
        let left_over = self.record.trial_note.clone();
        self.job(async move {
            let acting = acting.as_ref();
            let mut proofs: Vec<Proof> = Vec::new();
            let trial = [TRIAL_TAG.to_owned()];
            let added = client.add_tags(&carrier, &trial, acting).await;
            proofs.push((Right::AddOpportunityTag, outcome(&added)));
            proofs.push((
                Right::RemoveOpportunityTag,
                outcome(&client.remove_tags(&carrier, &trial, acting).await),
            ));
            let note = client
                .create_note(&carrier, "Refapp for Lever: a trial note, deleted at once.", acting)
                .await;
            proofs.push((Right::CreateOpportunityNote, outcome(&note)));
            proofs.push((Right::ListOpportunityNotes, outcome(&client.notes(&carrier).await)));
            // Nothing half-made is left: a trial note that could not be deleted is kept in mind until it can be.
            let mut remains = None;
            for note in note.ok().into_iter().chain(left_over) {
                let text = "Refapp for Lever: a trial note, changed and deleted at once.";
                let updated = client.update_note(&carrier, &note, text, acting).await;
                proofs.push((Right::UpdateOpportunityNote, outcome(&updated)));
                let deleted = client.delete_note(&carrier, &note).await;
                proofs.push((Right::DeleteOpportunityNote, outcome(&deleted)));
                remains = remains.or(deleted.is_err().then_some(note));
            }
            Box::new(move |owner: &mut Self| {
                owner.change(|record| record.trial_note = remains);
                owner.take_proofs(proofs);
                let waits = owner.proving.take();
                match waits {
                    Some(proving) if owner.record.public_url.as_deref().is_some_and(|url| !url.is_empty()) => {
                        owner.proving = Some(proving);
                        owner.register_webhooks(Box::new(|owner, _| owner.end_proof(None)));
                    }
                    waits => {
                        owner.proving = waits;
                        owner.end_proof(None);
                    }
                }
            }) as Then
        });
    }

    pub(super) fn take_proofs(&mut self, proofs: Vec<Proof>) {
        if let Some(proving) = &mut self.proving {
            proving.done += u32::try_from(proofs.len()).unwrap_or(0);
        }
        for (right, outcome) in proofs {
            match outcome {
                Ok(()) => self.right_is_proven(right),
                Err(failure) => self.right_failed(right, failure),
            }
        }
        self.publish();
    }

    pub(super) fn end_proof(&mut self, failure: Option<Failure>) {
        let now = self.now();
        if failure.is_none() && self.record.missing().is_none() {
            let consented = self.proving.as_ref().is_some_and(|proving| proving.consent);
            // Reading proves all that an observer needs.
            if consented || self.record.mode == Mode::Observer && self.record.has_required() {
                self.change(|record| record.rights_proven_at = Some(now));
            }
            self.verified_at = Some(now);
        }
        let proving = self.proving.take();
        self.watch_carrier();
        self.proof_helped();
        let proven = failure.map_or(Ok(Answer::Done), Err);
        for waits in proving.into_iter().flat_map(|proving| proving.waits) {
            match (waits, &proven) {
                (Waits::ForUpdate(reply), Ok(_)) if self.carrier().is_some() => self.update_templates(Some(reply)),
                (Waits::ForUpdate(reply), Ok(_)) => self.answer(reply, Err(Code::LevCarrier.into())),
                (Waits::ForProof(reply) | Waits::ForUpdate(reply), proven) => self.answer(reply, proven.clone()),
            }
        }
    }

    pub(super) fn right_is_proven(&mut self, right: Right) {
        self.right_failures.remove(&right);
        let now = self.now();
        self.rights_used.insert(right, now);
        self.change(|record| {
            let had_all = record.has_required();
            record.rights.insert(right, RightState::Proven);
            // The last of them may come with the first check: then they are all proven, and not before.
            if !had_all && record.has_required() && record.rights_proven_at.is_some() {
                record.rights_proven_at = Some(now);
            }
        });
        self.say_what_is_missing();
    }

    /// It was refused before and is not any more, and nothing is there that would prove it.
    fn right_is_open(&mut self, right: Right) {
        if self.record.rights.get(&right) != Some(&RightState::Missing) {
            return;
        }
        self.right_failures.remove(&right);
        self.change(|record| {
            record.rights.insert(right, RightState::NotProvableYet);
        });
        self.say_what_is_missing();
    }

    fn say_what_is_missing(&mut self) {
        let required = self.record.missing();
        let missing = required.or(self.misses_polling().then_some(Right::ListOpportunities));
        match missing {
            None => self.heal(Code::LevRight),
            Some(right) => self.ail(
                Failure::new(Code::LevRight).with("right", right.label()),
                required.is_some(),
            ),
        }
    }

    /// Whether polling went on once, and its right was taken away.
    pub(super) fn misses_polling(&self) -> bool {
        let state = self.record.rights.get(&Right::ListOpportunities);
        self.record.watermark.is_some() && state == Some(&RightState::Missing)
    }

    /// A call was refused for want of a right.
    pub(super) fn right_is_missing(&mut self, error: &lever::Error) {
        if error.kind == Kind::Forbidden
            && let Some(right) = error.call.right()
        {
            self.right_failed(right, Failure::from(error));
        }
    }

    fn right_failed(&mut self, right: Right, failure: Failure) {
        let missing = failure.code == Code::LevRight;
        self.right_failures.insert(right, failure);
        let state = if missing {
            RightState::Missing
        } else {
            RightState::NotProvableYet
        };
        self.change(|record| {
            // What failed for another reason says nothing about the right.
            if missing || !record.rights.contains_key(&right) {
                record.rights.insert(right, state);
            }
        });
        if missing {
            self.say_what_is_missing();
        }
    }

    /// Postings that some check is about; first those that no check was started for.
    pub(super) fn known_postings(&self) -> Vec<PostingId> {
        let checks = self.world.store.read(|tx| tx.most_urgent(self.id(), 50));
        let mut checks = checks.unwrap_or_default();
        checks.sort_by_key(|check| check.phase == Phase::Started);
        let mut postings = Vec::new();
        for posting in checks.into_iter().filter_map(|check| check.posting) {
            if !postings.contains(&posting) {
                postings.push(posting);
            }
        }
        postings
    }
}

pub(super) fn outcome<T>(result: &Result<T, lever::Error>) -> Result<(), Failure> {
    match result {
        Ok(_) => Ok(()),
        Err(error) => Err(Failure::from(error)),
    }
}

/// *read posting* is proven on a real posting only. On one that does not exist, 403 says that the right is missing, and
/// 404 says nothing that may be relied on.
async fn read_posting(client: &lever::Client, posting: Option<PostingId>) -> Option<Proof> {
    let known = posting.is_some();
    let posting = posting.unwrap_or_else(|| PostingId(uuid::Uuid::nil().to_string()));
    match client.posting(&posting).await {
        Ok(_) => Some((Right::ReadPosting, Ok(()))),
        Err(error) if known || error.kind == Kind::Forbidden => Some((Right::ReadPosting, Err(Failure::from(&error)))),
        Err(_) => None,
    }
}

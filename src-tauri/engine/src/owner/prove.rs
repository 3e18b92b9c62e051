//! Proving rights one by one (`rules.md` 17): reads first; then, with consent, the tag carrier is made and the four tag
//! and note rights are proven on it and undone; then the webhook is registered.
//!
//! A right is never guessed: 404 on something that does not exist may mean that the right is there, and is not taken
//! for it (`lever-api.md §12` row 11).

use lever::{Kind, NewOpportunity, Priority};
use model::{Code, Failure, Millis, OpportunityId, Phase, PostingId, Right, RightState, Secret, TemplateTag, UserId};
use store::{Carrier, RegisteredWebhook};
use url::Url;

use super::auth::webhook_tokens;
use super::{Owner, Then};
use crate::SecretKind;
use crate::order::{Answer, Reply};

/// The tag carrier's name in Lever (`rules.md` 16). People must see at once that it is nobody.
pub const CARRIER_NAME: &str = "Refapp template tags (not a candidate – please keep)";
/// Its own tag, by which it is found again where opportunities can be listed.
pub const CARRIER_TAG: &str = "Refapp Tag Carrier";
/// Put on the carrier and taken off again.
const TRIAL_TAG: &str = "Refapp Trial";

/// A proof under way.
pub(super) struct Proving {
    consent: bool,
    /// A person wants the tag carrier made, now that they know that there may be one already.
    insists: bool,
    waits: Vec<Waits>,
    done: u32,
}

/// Who waits for the end of a proof.
enum Waits {
    ForProof(Reply),
    /// Update, which found the carrier gone.
    ForUpdate(Reply),
}

/// What goes on when webhooks were registered.
pub(super) type Registered = Box<dyn FnOnce(&mut Owner, Result<(), Failure>) + Send>;

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

    /// Somebody deleted or anonymised the tag carrier.
    pub(super) fn carrier_is_gone(&mut self) {
        self.change(|record| record.carrier = Carrier::Gone);
    }

    /// Said as long as it is so, and not only when it is found out (`rules.md` 16).
    pub(super) fn watch_carrier(&mut self) {
        let wanted = matches!(self.record.carrier, Carrier::Gone | Carrier::Unknown { .. });
        self.say(Code::LevCarrier, wanted, false);
    }

    /// Whether only a person can say that the tag carrier is to be made: there may be one, and nobody can look.
    pub(super) fn carrier_needs_person(&self) -> bool {
        matches!(self.record.carrier, Carrier::Unknown { .. }) && !self.may_list()
    }

    fn may_list(&self) -> bool {
        self.record.rights.get(&Right::ListOpportunities) != Some(&RightState::Missing)
    }

    fn begin_proof(&mut self, consent: bool, waits: Option<Waits>) {
        let client = self.lever.as_ref().map(|client| client.with(Priority::Rest));
        let (Some(client), None) = (client, &self.proving) else {
            if let Some(Waits::ForProof(reply) | Waits::ForUpdate(reply)) = waits {
                self.answer(reply, Err(Code::AppNotNow.into()));
            }
            return;
        };
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
            if let Some(stage) = stage.or_else(|| {
                let first = stages.as_ref().ok()?.first()?;
                Some(model::StageChoice {
                    id: first.id.clone(),
                    text: first.text.clone(),
                })
            }) {
                let window = client.opportunities_in_stage(&stage.id, Some(Millis::now())).await;
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

    /// Makes the tag carrier unless it is there, and reads it.
    fn prove_carrier(&mut self) {
        let (Some(client), Some(acting)) = (self.lever.clone(), self.record.settings.acting_user.clone()) else {
            return self.end_proof(Some(Code::LevActingUser.into()));
        };
        match self.carrier() {
            Some(carrier) => self.job(async move {
                let read = client.opportunity(&carrier).await;
                Box::new(move |owner: &mut Self| match read {
                    Ok(opportunity) if !opportunity.anonymised => {
                        owner.take_proofs(vec![
                            (Right::ReadOpportunity, Ok(())),
                            (Right::CreateOpportunity, Ok(())),
                        ]);
                        owner.prove_writes(carrier);
                    }
                    Ok(_) => {
                        owner.carrier_is_gone();
                        owner.make_carrier(client, acting);
                    }
                    Err(error) if error.kind == Kind::NotFound => {
                        owner.carrier_is_gone();
                        owner.make_carrier(client, acting);
                    }
                    Err(error) => {
                        let failure = Failure::from(&error);
                        owner.take_proofs(vec![(Right::ReadOpportunity, Err(failure.clone()))]);
                        owner.end_proof((error.kind != Kind::Forbidden).then_some(failure));
                    }
                }) as Then
            }),
            None => self.make_carrier(client, acting),
        }
    }

    /// Intent first: a crash leaves "there may be one", and never two in silence. Where there may be one already, only
    /// a look that finds none, or a person, makes another (`lever-api.md §4`).
    fn make_carrier(&mut self, client: lever::Client, acting: UserId) {
        let insists = self.proving.as_ref().is_some_and(|proving| proving.insists);
        if self.carrier_needs_person() && !insists {
            return self.end_proof(Some(Code::LevCarrier.into()));
        }
        let before = self.record.carrier.clone();
        let uncertain = matches!(before, Carrier::Unknown { .. }) && !insists;
        let now = Millis::now();
        self.change(|record| record.carrier = Carrier::Making { since: now });
        if !matches!(self.record.carrier, Carrier::Making { .. }) {
            return self.end_proof(Some(Code::AppStore.into()));
        }
        let tags = self
            .record
            .templates
            .iter()
            .filter(|template| template.alive)
            .map(|template| TemplateTag::text_for(&template.name));
        let tags: Vec<String> = std::iter::once(CARRIER_TAG.to_owned()).chain(tags).collect();
        let trigger = self
            .record
            .settings
            .trigger_stage
            .as_ref()
            .map(|stage| stage.id.clone());
        // Never in the trigger stage (rules.md 16); a new opportunity lands in `lead-new` (lever-api.md §7.2).
        let stage = trigger
            .filter(|trigger| trigger.as_str() == "lead-new")
            .map(|_| model::StageId::from("applicant-new"));
        let new = NewOpportunity {
            name: CARRIER_NAME.to_owned(),
            tags,
            stage,
        };
        let may_list = self.may_list();
        self.job(async move {
            // A carrier of an earlier try, or of a lost database, is taken over where it can be found.
            let found = if may_list {
                find_carrier(&client).await
            } else {
                Ok(None)
            };
            let made = match found {
                Ok(Some(row)) => Ok((row, false)),
                // A list that failed is no list without one.
                Err(error) if uncertain || error.kind != Kind::Forbidden => Err(error),
                _ => client.create_opportunity(&new, &acting).await.map(|row| (row, true)),
            };
            Box::new(move |owner: &mut Self| owner.carrier_made(before, made)) as Then
        });
    }

    fn carrier_made(&mut self, before: Carrier, made: Result<(lever::Opportunity, bool), lever::Error>) {
        match made {
            Ok((opportunity, new)) => {
                let carrier = Carrier::Made {
                    opportunity: opportunity.id.clone(),
                    url: opportunity.show_url.as_ref().map(ToString::to_string),
                };
                self.change(|record| {
                    record.carrier = carrier;
                    record.trial_note = None;
                });
                if new {
                    self.take_proofs(vec![(Right::CreateOpportunity, Ok(()))]);
                }
                // Reading it again is what proves the right to read.
                self.prove_carrier_read(opportunity.id);
            }
            Err(error) => {
                let tried = error.call == lever::Call::CreateOpportunity;
                let unknown = tried && error.outcome() == lever::Outcome::Unknown;
                let since = Millis::now();
                self.change(|record| {
                    record.carrier = if unknown { Carrier::Unknown { since } } else { before };
                });
                let failure = Failure::from(&error);
                if let Some(right) = error.call.right() {
                    self.take_proofs(vec![(right, Err(failure.clone()))]);
                }
                let is_said = tried && error.kind == Kind::Forbidden;
                self.end_proof((!is_said).then_some(failure));
            }
        }
    }

    fn prove_carrier_read(&mut self, carrier: OpportunityId) {
        let Some(client) = self.lever.clone() else {
            return self.end_proof(Some(Code::AppNotNow.into()));
        };
        self.job(async move {
            let read = outcome(&client.opportunity(&carrier).await);
            Box::new(move |owner: &mut Self| {
                owner.take_proofs(vec![(Right::ReadOpportunity, read)]);
                owner.prove_writes(carrier);
            }) as Then
        });
    }

    /// Tag and note are put on the carrier and taken off again.
    fn prove_writes(&mut self, carrier: OpportunityId) {
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

    /// Registers our webhooks unless they are there, as soon as there is a way to Lever; then goes on with `then`.
    /// Without an address, those of an earlier one are taken away.
    pub(super) fn register_webhooks(&mut self, then: Registered) {
        // Two at once would each find nothing and make two: what is asked meanwhile looks again when the first is done.
        if let Some(waits) = &mut self.registering {
            return waits.push(then);
        }
        let Some(client) = self.lever.clone() else {
            return then(self, Ok(()));
        };
        self.registering = Some(Vec::new());
        let (address, path) = (self.address("lever"), self.receiver_path.clone());
        let kept = self.secret(SecretKind::WebhookTokens).ok().flatten();
        let known: Vec<String> = kept.iter().flat_map(webhook_tokens).map(|(id, _)| id).collect();
        self.job(async move {
            let made = make_webhooks(&client, address.as_deref(), path.as_ref(), &known).await;
            Box::new(move |owner: &mut Self| {
                let waits = owner.registering.take().unwrap_or_default();
                let registered = owner.webhooks_made(made);
                if address.is_some() {
                    owner.channel_failure = registered.as_ref().err().cloned();
                }
                then(owner, registered);
                if !waits.is_empty() {
                    owner.register_webhooks(Box::new(|owner, registered| {
                        for wait in waits {
                            wait(owner, registered.clone());
                        }
                    }));
                }
            }) as Then
        });
    }

    /// The account's webhooks. A stage-change one that is not ours is warned of, whether ours is to be registered or
    /// stage changes are polled: Refapp's hosted integration above all, as both would mail the candidate (`rules.md` 4).
    fn webhooks_read(&mut self, there: &[lever::Webhook]) {
        let elsewhere = there.iter().any(|webhook| {
            webhook.event == lever::CANDIDATE_STAGE_CHANGE && !leads_here(webhook, self.receiver_path.as_ref())
        });
        self.say(Code::LevWebhookElsewhere, elsewhere, false);
    }

    fn webhooks_made(&mut self, made: Made) -> Result<(), Failure> {
        if let Some(error) = &made.list_error {
            self.right_is_missing(error);
            return Err(Failure::from(error));
        }
        self.right_is_proven(Right::ListWebhooks);
        self.webhooks_read(&made.there);
        // The tokens are shown once: on disk before anything else.
        let mut lines: Vec<String> = made.kept.iter().map(|webhook| webhook.id.to_string()).collect();
        let before = self.secret(SecretKind::WebhookTokens)?;
        let before = before.iter().flat_map(webhook_tokens).collect::<Vec<_>>();
        lines = lines
            .into_iter()
            .filter_map(|id| {
                before
                    .iter()
                    .find(|(known, _)| *known == id)
                    .map(|(_, token)| format!("{id} {}", token.expose()))
            })
            .chain(
                made.new
                    .iter()
                    .map(|new| format!("{} {}", new.webhook.id, new.signature_token.expose())),
            )
            .collect();
        if !lines.is_empty() {
            self.keep_secret(SecretKind::WebhookTokens, &Secret::new(&lines.join("\n")))?;
        }
        let webhooks: Vec<RegisteredWebhook> = made
            .kept
            .iter()
            .chain(made.new.iter().map(|new| &new.webhook))
            .map(|webhook| RegisteredWebhook {
                id: webhook.id.clone(),
                event: webhook.event.clone(),
                url: webhook.url.clone(),
            })
            .collect();
        let now = Millis::now();
        let any_new = !made.new.is_empty();
        let is_new = |new: &lever::NewWebhook| new.webhook.event == lever::CANDIDATE_STAGE_CHANGE;
        let anew = made.new.iter().any(is_new);
        self.change(|record| {
            record.webhook_since = match record.webhook_since {
                _ if webhooks.is_empty() => None,
                Some(since) if !anew => Some(since),
                _ => Some(now),
            };
            record.webhooks = webhooks;
        });
        self.open_door();
        if any_new {
            self.right_is_proven(Right::AddWebhooks);
        }
        match made.error {
            None => Ok(()),
            Some(error) => {
                self.right_is_missing(&error);
                Err(Failure::from(&error))
            }
        }
    }

    fn take_proofs(&mut self, proofs: Vec<Proof>) {
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

    fn end_proof(&mut self, failure: Option<Failure>) {
        let now = Millis::now();
        let missing = Right::REQUIRED
            .iter()
            .any(|right| self.record.rights.get(right) == Some(&RightState::Missing));
        if failure.is_none() && !missing {
            let consented = self.proving.as_ref().is_some_and(|proving| proving.consent);
            if consented {
                self.change(|record| record.rights_proven_at = Some(now));
            }
            self.verified_at = Some(now);
        }
        let proving = self.proving.take();
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
        self.change(|record| {
            record.rights.insert(right, RightState::Proven);
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
        let is_missing = |right: &Right| self.record.rights.get(right) == Some(&RightState::Missing);
        let required = Right::REQUIRED.into_iter().find(is_missing);
        let missing = required.or(self.misses_polling().then_some(Right::ListOpportunities));
        match missing {
            None => self.heal(Code::LevRight),
            Some(right) => self.ail(
                Failure::new(Code::LevRight).with("right", right.label()),
                right.is_required(),
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

    pub(super) fn carrier(&self) -> Option<OpportunityId> {
        match &self.record.carrier {
            Carrier::Made { opportunity, .. } => Some(opportunity.clone()),
            _ => None,
        }
    }

    /// Postings that some check is about; first those that no check was started for.
    pub(super) fn known_postings(&self) -> Vec<PostingId> {
        let window = self.world.store.read(|tx| tx.window(self.id(), 0, 50));
        let mut checks = window.map(|window| window.rows).unwrap_or_default();
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

fn outcome<T>(result: &Result<T, lever::Error>) -> Result<(), Failure> {
    match result {
        Ok(_) => Ok(()),
        Err(error) => Err(Failure::from(error)),
    }
}

/// A carrier that is there.
async fn find_carrier(client: &lever::Client) -> Result<Option<lever::Opportunity>, lever::Error> {
    let rows = client.opportunities_with_tag(CARRIER_TAG).await?;
    let is_carrier = |row: &lever::Opportunity| row.name == CARRIER_NAME && !row.anonymised && !row.archived;
    Ok(rows.into_iter().find(is_carrier))
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

/// Whether a webhook is ours, at this address or at an earlier one: the path is ours alone, and stays.
fn leads_here(webhook: &lever::Webhook, path: Option<&Secret>) -> bool {
    path.is_some_and(|path| webhook.url.ends_with(&format!("/lever/{}", path.expose())))
}

/// What came of registering.
struct Made {
    /// All of the account, as they were before.
    there: Vec<lever::Webhook>,
    /// Ours, with a token that we hold.
    kept: Vec<lever::Webhook>,
    new: Vec<lever::NewWebhook>,
    list_error: Option<lever::Error>,
    error: Option<lever::Error>,
}

/// What happens in Lever that concerns us. Moves start checks; deletions erase people.
const EVENTS: [&str; 2] = [lever::CANDIDATE_STAGE_CHANGE, lever::CANDIDATE_DELETED];

async fn make_webhooks(client: &lever::Client, address: Option<&str>, path: Option<&Secret>, known: &[String]) -> Made {
    let mut made = Made {
        there: Vec::new(),
        kept: Vec::new(),
        new: Vec::new(),
        list_error: None,
        error: None,
    };
    // Duplicates are accepted by Lever: look first (lever-api.md §8.2).
    match client.webhooks().await {
        Ok(there) => made.there = there,
        Err(error) => {
            return Made {
                list_error: Some(error),
                ..made
            };
        }
    }
    for webhook in made.there.iter().filter(|webhook| leads_here(webhook, path)) {
        let held = made.kept.iter().any(|kept| kept.event == webhook.event);
        if address == Some(&webhook.url) && known.contains(&webhook.id.to_string()) && !held {
            made.kept.push(webhook.clone());
        } else if let Err(error) = client.delete_webhook(&webhook.id).await {
            // Of an earlier address, or its token is lost, or it is one too many. Without the right it stays: its
            // deliveries are refused.
            tracing::info!(%error, "an old webhook of ours stays at Lever");
        }
    }
    let Some(url) = address.and_then(|address| Url::parse(address).ok()) else {
        return made;
    };
    for event in EVENTS {
        if !made.kept.iter().any(|kept| kept.event == event) {
            match client.create_webhook(&url, event).await {
                Ok(new) => made.new.push(new),
                // Deletions are found by reading, too: a webhook for them is welcome and not needed.
                Err(error) if event == lever::CANDIDATE_DELETED => tracing::info!(%error, "no webhook for deletions"),
                Err(error) => made.error = Some(error),
            }
        }
    }
    made
}

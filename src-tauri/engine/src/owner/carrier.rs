//! The tag carrier (`rules.md` 16): the one opportunity that exists only to make template tags known in Lever.

use lever::{Kind, NewOpportunity};
use model::{Code, Failure, OpportunityId, Right, RightState, TemplateTag, UserId};
use store::Carrier;

use super::prove::outcome;
use super::{Owner, Then};

/// The tag carrier's name in Lever (`rules.md` 16). People must see at once that it is nobody.
pub const CARRIER_NAME: &str = "Refapp template tags (not a candidate – please keep)";
/// Its own tag, by which it is found again where opportunities can be listed.
pub const CARRIER_TAG: &str = "Refapp Tag Carrier";

impl Owner {
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

    /// Makes the tag carrier unless it is there, and reads it.
    pub(super) fn prove_carrier(&mut self) {
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
        let now = self.now();
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
                let since = self.now();
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

    pub(super) fn carrier(&self) -> Option<OpportunityId> {
        match &self.record.carrier {
            Carrier::Made { opportunity, .. } => Some(opportunity.clone()),
            _ => None,
        }
    }
}

/// A carrier that is there.
async fn find_carrier(client: &lever::Client) -> Result<Option<lever::Opportunity>, lever::Error> {
    let rows = client.opportunities_with_tag(CARRIER_TAG).await?;
    let is_carrier = |row: &lever::Opportunity| row.name == CARRIER_NAME && !row.anonymised && !row.archived;
    Ok(rows.into_iter().find(is_carrier))
}

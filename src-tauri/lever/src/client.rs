//! The calls.

use std::sync::Arc;

use model::{
    Failure, LeverPlace, Millis, NoteId, OpportunityId, PostingId, Secret, StageId, UserId,
    WebhookId,
};
use url::Url;

use crate::list::Offset;
use crate::oauth::TokenSource;
use crate::{
    Error, NewWebhook, Note, Opportunity, Posting, Pressure, Priority, Stage, Tag, User, Webhook,
};

/// What proves us to Lever.
#[derive(Clone)]
pub enum Auth {
    ApiKey(Secret),
    OAuth(Arc<TokenSource>),
}

/// An opportunity to be made: the tag carrier.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewOpportunity {
    pub name: String,
    pub tags: Vec<String>,
}

/// One page of a list.
#[derive(Clone)]
pub struct Page<T> {
    pub rows: Vec<T>,
    /// The next page; `None` after the last.
    pub next: Option<Offset>,
    /// Lever's clock at the time of the answer, to the second (`reliability.md` rule 10).
    pub date: Option<Millis>,
}

/// A client for one key or one grant. Clones share everything but the priority.
#[derive(Clone)]
pub struct Client {}

#[allow(unused_variables, clippy::todo, clippy::unused_async)]
impl Client {
    /// # Errors
    /// `APP-INTERNAL` if TLS cannot be set up on this computer.
    pub fn new(place: LeverPlace, auth: Auth) -> Result<Self, Failure> {
        todo!()
    }
    /// The same client, whose calls wait their turn with this priority. A new client's is [`Priority::Rest`].
    #[must_use]
    pub fn with(&self, priority: Priority) -> Self {
        todo!()
    }
    /// Whether calls are being held back.
    pub fn pressure(&self) -> Pressure {
        todo!()
    }
    pub async fn opportunity(&self, id: &OpportunityId) -> Result<Opportunity, Error> {
        todo!()
    }
    pub async fn posting(&self, id: &PostingId) -> Result<Posting, Error> {
        todo!()
    }
    pub async fn user(&self, id: &UserId) -> Result<User, Error> {
        todo!()
    }
    pub async fn users(&self) -> Result<Vec<User>, Error> {
        todo!()
    }
    pub async fn stages(&self) -> Result<Vec<Stage>, Error> {
        todo!()
    }
    pub async fn webhooks(&self) -> Result<Vec<Webhook>, Error> {
        todo!()
    }
    pub async fn add_tags(
        &self,
        opportunity: &OpportunityId,
        tags: &[String],
        perform_as: Option<&UserId>,
    ) -> Result<(), Error> {
        todo!()
    }
    pub async fn remove_tags(
        &self,
        opportunity: &OpportunityId,
        tags: &[String],
        perform_as: Option<&UserId>,
    ) -> Result<(), Error> {
        todo!()
    }
    pub async fn create_note(
        &self,
        opportunity: &OpportunityId,
        text: &str,
        perform_as: Option<&UserId>,
    ) -> Result<NoteId, Error> {
        todo!()
    }
    pub async fn update_note(
        &self,
        opportunity: &OpportunityId,
        note: &NoteId,
        text: &str,
        user: Option<&UserId>,
    ) -> Result<(), Error> {
        todo!()
    }
    pub async fn delete_note(
        &self,
        opportunity: &OpportunityId,
        note: &NoteId,
    ) -> Result<(), Error> {
        todo!()
    }
    pub async fn create_opportunity(
        &self,
        new: &NewOpportunity,
        perform_as: &UserId,
    ) -> Result<Opportunity, Error> {
        todo!()
    }
    pub async fn create_webhook(&self, url: &Url, event: &str) -> Result<NewWebhook, Error> {
        todo!()
    }
    pub async fn delete_webhook(&self, id: &WebhookId) -> Result<(), Error> {
        todo!()
    }
    pub async fn opportunities_in_stage(
        &self,
        stage: &StageId,
        advanced_since: Option<Millis>,
        page: Option<&Offset>,
    ) -> Result<Page<Opportunity>, Error> {
        todo!()
    }
    pub async fn opportunities_with_tag(&self, tag: &str) -> Result<Vec<Opportunity>, Error> {
        todo!()
    }
    pub async fn postings(&self) -> Result<Vec<Posting>, Error> {
        todo!()
    }
    pub async fn tags(&self) -> Result<Vec<Tag>, Error> {
        todo!()
    }
    pub async fn notes(&self, opportunity: &OpportunityId) -> Result<Vec<Note>, Error> {
        todo!()
    }
}

//! The calls.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http_client::{Answer, Http, Kind, Limits};
use model::{Failure, LeverPlace, Millis, NoteId, OpportunityId, PostingId, Secret, StageId, UserId, WebhookId};
use reqwest::Method;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use url::Url;

use crate::gate::Gate;
use crate::list::{List, Rows};
use crate::oauth::TokenSource;
use crate::wire::{self, Data};
use crate::{
    Application, Applications, Call, Error, NewWebhook, Note, Opportunity, Posting, Priority, Stage, Tag, User, Webhook,
};

/// What proves us to Lever.
#[derive(Clone)]
pub enum Auth {
    ApiKey(Secret),
    OAuth(Arc<TokenSource>),
}

impl Auth {
    /// By what Lever counts requests. Of a grant that is not known (`lever-api.md §4`): the client is what all its
    /// tokens have in common.
    fn counted_by(&self) -> &str {
        match self {
            Self::ApiKey(key) => key.expose(),
            Self::OAuth(source) => source.client_id(),
        }
    }
}

/// An opportunity to be made: the tag carrier (`rules.md` 16).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewOpportunity {
    pub name: String,
    pub tags: Vec<String>,
    /// Without one it lands in `lead-new` (`lever-api.md §7.2`).
    pub stage: Option<StageId>,
}

/// A client for one key or one grant. Clones share everything but the priority.
///
/// Every call waits for its turn at the token bucket, waits out a 429 for up to two minutes in all, and follows
/// redirects among Lever's hosts. Reads are repeated twice when the connection breaks or Lever fails; writes never.
#[derive(Clone)]
pub struct Client {
    pub(crate) shared: Arc<Shared>,
    pub(crate) priority: Priority,
}

pub(crate) struct Shared {
    pub(crate) place: LeverPlace,
    pub(crate) auth: Auth,
    pub(crate) http: Http,
    pub(crate) gate: Arc<Gate>,
    /// This key cannot expand applications: do not try again (`lever-api.md §12` 13).
    expand_fails: AtomicBool,
}

impl Client {
    /// # Errors
    /// `APP-INTERNAL` if TLS cannot be set up on this computer.
    pub fn new(place: LeverPlace, auth: Auth) -> Result<Self, Failure> {
        Ok(Self {
            shared: Arc::new(Shared {
                http: Http::new(&place.api, Limits::default())?,
                gate: Gate::of(&place.api, auth.counted_by()),
                place,
                auth,
                expand_fails: AtomicBool::new(false),
            }),
            priority: Priority::Rest,
        })
    }

    /// The same client, whose calls wait their turn with this priority. A new client's is [`Priority::Rest`].
    #[must_use]
    pub fn with(&self, priority: Priority) -> Self {
        Self {
            shared: self.shared.clone(),
            priority,
        }
    }

    /// What Lever's clock shows: see [`Http::their_clock`].
    pub fn their_clock(&self) -> Option<Millis> {
        self.shared.http.their_clock()
    }

    /// One opportunity with its applications (`lever-api.md §6.3`). Where the key cannot expand them they are read
    /// one by one; where it cannot do that either they are [`Applications::Unreadable`].
    ///
    /// # Errors
    /// 403 for a missing right or a confidential opportunity, 404 for a deleted one.
    pub async fn opportunity(&self, id: &OpportunityId) -> Result<Opportunity, Error> {
        let call = Call::ReadOpportunity;
        let url = self.url(call, &["opportunities", id.as_str()])?;
        let answer = self.read_expanded(call, url).await?;
        let Data { data }: Data<wire::Opportunity> = json_of(call, &answer)?;
        let bare = data.bare_applications();
        if bare.is_empty() {
            return Ok(data.into());
        }
        self.shared.expand_fails.store(true, Ordering::Relaxed);
        let mut applications = Vec::new();
        for application in &bare {
            match self.application(id, application).await {
                Ok(application) => applications.push(application),
                Err(Error {
                    kind: Kind::Forbidden | Kind::NotFound,
                    ..
                }) => return Ok(data.with_applications(Applications::Unreadable)),
                Err(error) => return Err(error),
            }
        }
        Ok(data.with_applications(Applications::Known(applications)))
    }

    async fn application(&self, opportunity: &OpportunityId, id: &str) -> Result<Application, Error> {
        let path = ["opportunities", opportunity.as_str(), "applications", id];
        self.one(Call::ReadApplication, &path).await
    }

    /// One posting (`lever-api.md §6.2`).
    ///
    /// # Errors
    /// 403 for a missing right or a confidential posting.
    pub async fn posting(&self, id: &PostingId) -> Result<Posting, Error> {
        self.one(Call::ReadPosting, &["postings", id.as_str()]).await
    }

    /// One user, deactivated ones included (`lever-api.md §6.1`).
    ///
    /// # Errors
    /// 404 for an unknown one.
    pub async fn user(&self, id: &UserId) -> Result<User, Error> {
        self.one(Call::ReadUser, &["users", id.as_str()]).await
    }

    /// All active users.
    ///
    /// # Errors
    /// 403 for a missing right.
    pub async fn users(&self) -> Result<Vec<User>, Error> {
        let url = self.url(Call::ListUsers, &["users"])?;
        self.all(Call::ListUsers, &url, |user: &User| user.id.as_str()).await
    }

    /// All stages, in the pipeline's order (`lever-api.md §6.4`).
    ///
    /// # Errors
    /// 403 for a missing right.
    pub async fn stages(&self) -> Result<Vec<Stage>, Error> {
        let url = self.url(Call::ListStages, &["stages"])?;
        self.all(Call::ListStages, &url, |stage: &Stage| stage.id.as_str())
            .await
    }

    /// All webhooks of the account, those of others included. The one list without pages (`lever-api.md §5`).
    ///
    /// # Errors
    /// 403 for a missing right.
    pub async fn webhooks(&self) -> Result<Vec<Webhook>, Error> {
        self.one(Call::ListWebhooks, &["webhooks"]).await
    }

    /// Adds tags and keeps those that are there (`lever-api.md §9`). The answer's contact fields are blank, so
    /// nothing of it is given back; any complete 2xx counts.
    ///
    /// # Errors
    /// 400 or 404 also for an unknown or deactivated `perform_as` user (`lever-api.md §12` 10).
    pub async fn add_tags(
        &self,
        opportunity: &OpportunityId,
        tags: &[String],
        perform_as: Option<&UserId>,
    ) -> Result<(), Error> {
        self.change_tags(Call::AddTags, "addTags", opportunity, tags, perform_as)
            .await
    }

    /// Takes tags away. As [`Self::add_tags`].
    ///
    /// # Errors
    /// As [`Self::add_tags`].
    pub async fn remove_tags(
        &self,
        opportunity: &OpportunityId,
        tags: &[String],
        perform_as: Option<&UserId>,
    ) -> Result<(), Error> {
        let call = Call::RemoveTags;
        self.change_tags(call, "removeTags", opportunity, tags, perform_as)
            .await
    }

    async fn change_tags(
        &self,
        call: Call,
        verb: &str,
        opportunity: &OpportunityId,
        tags: &[String],
        perform_as: Option<&UserId>,
    ) -> Result<(), Error> {
        let mut url = self.url(call, &["opportunities", opportunity.as_str(), verb])?;
        set_perform_as(&mut url, perform_as);
        let body = json!({ "tags": tags });
        done(call, &self.call(call, Method::POST, url, Some(&body)).await?)
    }

    /// Creates a note: plain text, under 1,000 characters by our own caution (`lever-api.md §12` 9). Twice makes two.
    ///
    /// # Errors
    /// `Garbage` (so: unknown) also when the answer does not name the note.
    pub async fn create_note(
        &self,
        opportunity: &OpportunityId,
        text: &str,
        perform_as: Option<&UserId>,
    ) -> Result<NoteId, Error> {
        let call = Call::CreateNote;
        let mut url = self.url(call, &["opportunities", opportunity.as_str(), "notes"])?;
        set_perform_as(&mut url, perform_as);
        let body = json!({ "value": text });
        let answer = self.call(call, Method::POST, url, Some(&body)).await?;
        let Data { data }: Data<wire::NewNote> = json_of(call, &answer)?;
        data.id().ok_or(Error::new(call, Kind::Garbage))
    }

    /// Replaces a note of ours as a whole (`lever-api.md §7.4`). Optional right.
    ///
    /// # Errors
    /// 404 for a note that is gone.
    pub async fn update_note(
        &self,
        opportunity: &OpportunityId,
        note: &NoteId,
        text: &str,
        user: Option<&UserId>,
    ) -> Result<(), Error> {
        let call = Call::UpdateNote;
        let path = ["opportunities", opportunity.as_str(), "notes", note.as_str()];
        let url = self.url(call, &path)?;
        let mut body = json!({ "values": [{ "value": text }] });
        if let Some(user) = user {
            body["user"] = json!(user);
        }
        done(call, &self.call(call, Method::PUT, url, Some(&body)).await?)
    }

    /// Deletes a note that was made through the API.
    ///
    /// # Errors
    /// 404 for a note that is gone; 400, 403 or 404 for one of a person's (`lever-api.md §12` 7).
    pub async fn delete_note(&self, opportunity: &OpportunityId, note: &NoteId) -> Result<(), Error> {
        let call = Call::DeleteNote;
        let path = ["opportunities", opportunity.as_str(), "notes", note.as_str()];
        let url = self.url(call, &path)?;
        done(call, &self.call(call, Method::DELETE, url, None).await?)
    }

    /// Creates an opportunity without contact data: a new person every time (`lever-api.md §7.2`).
    ///
    /// # Errors
    /// `Garbage` (so: unknown) also when the answer does not name the opportunity.
    pub async fn create_opportunity(&self, new: &NewOpportunity, perform_as: &UserId) -> Result<Opportunity, Error> {
        let call = Call::CreateOpportunity;
        let mut url = self.url(call, &["opportunities"])?;
        set_perform_as(&mut url, Some(perform_as));
        let mut body = json!({ "name": new.name, "tags": new.tags });
        if let Some(stage) = &new.stage {
            body["stage"] = json!(stage);
        }
        let answer = self.call(call, Method::POST, url, Some(&body)).await?;
        json_of(call, &answer).map(|Data { data }| data)
    }

    /// Registers a webhook for all origins. Lever accepts a second one for the same event and address, and a Super
    /// Admin still has to switch the group on (`lever-api.md §8.2`).
    ///
    /// # Errors
    /// `Garbage` (so: unknown) also when the answer holds no signature token.
    pub async fn create_webhook(&self, url: &Url, event: &str) -> Result<NewWebhook, Error> {
        let call = Call::CreateWebhook;
        let body = json!({ "url": url, "event": event });
        let webhooks = self.url(call, &["webhooks"])?;
        let answer = self.call(call, Method::POST, webhooks, Some(&body)).await?;
        json_of(call, &answer).map(|Data { data }| data)
    }

    /// Deletes a webhook that was made through the API. Optional right.
    ///
    /// # Errors
    /// 404 for one that is gone.
    pub async fn delete_webhook(&self, id: &WebhookId) -> Result<(), Error> {
        let call = Call::DeleteWebhook;
        let url = self.url(call, &["webhooks", id.as_str()])?;
        done(call, &self.call(call, Method::DELETE, url, None).await?)
    }

    /// All opportunities that are in a stage, not archived, and advanced since (inclusive): polling
    /// (`lever-api.md §7.1`). Confidential ones are not among them. Optional right.
    ///
    /// # Errors
    /// 403 for a missing right.
    pub async fn opportunities_in_stage(
        &self,
        stage: &StageId,
        advanced_since: Option<Millis>,
    ) -> Result<List<Opportunity>, Error> {
        let call = Call::ListOpportunities;
        let mut url = self.url(call, &["opportunities"])?;
        url.query_pairs_mut()
            .append_pair("stage_id", stage.as_str())
            .append_pair("archived", "false");
        if let Some(Millis(since)) = advanced_since {
            url.query_pairs_mut()
                .append_pair("advanced_at_start", &since.to_string());
        }
        self.list(call, &url, Rows::Expanded, |row: &Opportunity| row.id.as_str())
            .await
    }

    /// All opportunities that carry a tag, archived ones included, spelled exactly so. Their applications are not
    /// read. Optional right.
    ///
    /// # Errors
    /// 403 for a missing right.
    pub async fn opportunities_with_tag(&self, tag: &str) -> Result<Vec<Opportunity>, Error> {
        let call = Call::ListOpportunities;
        let mut url = self.url(call, &["opportunities"])?;
        url.query_pairs_mut().append_pair("tag", tag);
        self.all(call, &url, |row: &Opportunity| row.id.as_str()).await
    }

    /// All opportunities that carry one of these tags, spelled exactly so, and are not archived. Confidential ones are not
    /// among them. Optional right.
    ///
    /// # Errors
    /// 403 for a missing right.
    pub async fn opportunities_carrying(&self, tags: &[String]) -> Result<Vec<Opportunity>, Error> {
        // Without any, the filter would be none.
        if tags.is_empty() {
            return Ok(Vec::new());
        }
        let call = Call::ListOpportunities;
        let mut url = self.url(call, &["opportunities"])?;
        url.query_pairs_mut()
            .append_pair("archived", "false")
            .extend_pairs(tags.iter().map(|tag| ("tag", tag)));
        let list = self.list(call, &url, Rows::Expanded, |row: &Opportunity| row.id.as_str());
        Ok(list.await?.rows)
    }

    /// All postings that are not confidential, in every state. Optional right.
    ///
    /// # Errors
    /// 403 for a missing right.
    pub async fn postings(&self) -> Result<Vec<Posting>, Error> {
        let url = self.url(Call::ListPostings, &["postings"])?;
        self.all(Call::ListPostings, &url, |row: &Posting| row.id.as_str())
            .await
    }

    /// All postings that take candidates and are not confidential: published ones, those for employees alone included
    /// (a plain list leaves them out, `lever-api.md §7.5`), and unlisted ones, whose state is `internal`. Optional right.
    ///
    /// # Errors
    /// 403 for a missing right.
    pub async fn open_postings(&self) -> Result<Vec<Posting>, Error> {
        let call = Call::ListPostings;
        let mut open = Vec::new();
        for query in [
            &[
                ("state", "published"),
                ("distributionChannel", "public"),
                ("distributionChannel", "internal"),
            ][..],
            &[("state", "internal")],
        ] {
            let mut url = self.url(call, &["postings"])?;
            url.query_pairs_mut().extend_pairs(query);
            let rows = self.all(call, &url, |row: &Posting| row.id.as_str()).await?;
            // One that changed between the two lists may be in both.
            open.retain(|known: &Posting| !rows.iter().any(|row| row.id == known.id));
            open.extend(rows);
        }
        Ok(open)
    }

    /// All tags that are in use. Optional right.
    ///
    /// # Errors
    /// 403 for a missing right.
    pub async fn tags(&self) -> Result<Vec<Tag>, Error> {
        let url = self.url(Call::ListTags, &["tags"])?;
        self.all(Call::ListTags, &url, |tag: &Tag| tag.text.as_str()).await
    }

    /// All notes of an opportunity that this key may see. Optional right.
    ///
    /// # Errors
    /// 403 for a missing right.
    pub async fn notes(&self, opportunity: &OpportunityId) -> Result<Vec<Note>, Error> {
        let call = Call::ListNotes;
        let url = self.url(call, &["opportunities", opportunity.as_str(), "notes"])?;
        self.all(call, &url, |note: &Note| note.id.as_str()).await
    }

    async fn one<T: DeserializeOwned>(&self, call: Call, path: &[&str]) -> Result<T, Error> {
        let answer = self.read(call, self.url(call, path)?).await?;
        json_of(call, &answer).map(|Data { data }| data)
    }

    /// Reads with `expand=applications`; without it if Lever refuses and accepts that. A refusal of both is about
    /// the thing itself, and says nothing of `expand`.
    pub(crate) async fn read_expanded(&self, call: Call, url: Url) -> Result<Answer, Error> {
        let fails = &self.shared.expand_fails;
        if !fails.load(Ordering::Relaxed) {
            let mut expanded = url.clone();
            expanded.query_pairs_mut().append_pair("expand", "applications");
            match self.read(call, expanded).await {
                Err(Error {
                    kind: Kind::Forbidden, ..
                }) => {}
                other => return other,
            }
        }
        let plain = self.read(call, url).await?;
        fails.store(true, Ordering::Relaxed);
        Ok(plain)
    }

    /// An address below the root of the API. Ids come from outside, webhooks included: one that would lead to
    /// another path names nothing that exists.
    fn url(&self, call: Call, path: &[&str]) -> Result<Url, Error> {
        let names_nothing = |part: &&str| matches!(*part, "" | "." | "..") || part.chars().any(char::is_control);
        if path.iter().any(names_nothing) {
            return Err(Error::new(call, Kind::NotFound));
        }
        let mut url = self.shared.place.api.clone();
        url.path_segments_mut()
            .expect("a place has http addresses")
            .pop_if_empty()
            .extend(path);
        Ok(url)
    }
}

/// `perform_as` goes into the query (`lever-api.md §2.4`).
fn set_perform_as(url: &mut Url, user: Option<&UserId>) {
    if let Some(user) = user {
        url.query_pairs_mut().append_pair("perform_as", user.as_str());
    }
}

/// Of a write that needs no answer Lever's is empty or JSON, whichever it documents; a page of a proxy that asks to log in
/// is neither, and says nothing of Lever.
fn done(call: Call, answer: &Answer) -> Result<(), Error> {
    if answer.body().trim_ascii().is_empty() {
        return Ok(());
    }
    json_of::<serde::de::IgnoredAny>(call, answer).map(drop)
}

fn json_of<T: DeserializeOwned>(call: Call, answer: &Answer) -> Result<T, Error> {
    answer.json().map_err(|kind| Error::new(call, kind))
}

/// A body that is sent.
pub(crate) type Body<'a> = Option<&'a Value>;

//! Lever's JSON, read tolerantly: unknown fields are ignored, `null` and absent are the same. What cannot be
//! missing – an id, an opportunity's stage – makes the whole answer unreadable.

use model::{Millis, NoteId, OpportunityId, PostingId, Secret, StageId, UserId, WebhookId};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use url::Url;

use crate::resource;
use crate::resource::Applications;

/// The envelope of a single resource.
#[derive(Deserialize)]
pub(crate) struct Data<T> {
    pub(crate) data: T,
}

/// An id, or in its place the object that `expand` puts there.
#[derive(Deserialize)]
#[serde(untagged)]
enum Ref {
    Id(String),
    Object { id: String },
}

impl Ref {
    fn id(self) -> String {
        match self {
            Self::Id(id) | Self::Object { id } => id,
        }
    }
}

/// `null` is the same as absent.
fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(d: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(d)?.unwrap_or_default())
}

fn user(reference: Option<Ref>) -> Option<UserId> {
    reference.map(|user| UserId(user.id()))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Opportunity {
    id: OpportunityId,
    #[serde(default, deserialize_with = "nullable")]
    name: String,
    stage: Ref,
    #[serde(default, deserialize_with = "nullable")]
    emails: Vec<String>,
    #[serde(default, deserialize_with = "nullable")]
    phones: Vec<Phone>,
    #[serde(default, deserialize_with = "nullable")]
    tags: Vec<String>,
    owner: Option<Ref>,
    #[serde(default)]
    archived: Value,
    /// The flat form of the documentation, which no recording shows (`lever-api.md §6.3`).
    archived_at: Option<Millis>,
    #[serde(default, deserialize_with = "nullable")]
    is_anonymized: bool,
    #[serde(default, deserialize_with = "nullable")]
    stage_changes: Vec<StageChange>,
    applications: Option<Vec<Application>>,
    last_advanced_at: Option<Millis>,
    created_at: Option<Millis>,
    urls: Option<Urls>,
}

#[derive(Deserialize)]
struct Phone {
    #[serde(rename = "type")]
    kind: Option<String>,
    value: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StageChange {
    to_stage_id: Option<StageId>,
    updated_at: Option<Millis>,
    user_id: Option<UserId>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Application {
    Bare(String),
    Expanded(Expanded),
}

/// An application that was expanded or read by itself.
#[derive(Deserialize)]
pub(crate) struct Expanded {
    id: String,
    posting: Option<Ref>,
}

#[derive(Deserialize)]
struct Urls {
    show: Option<String>,
}

fn show(urls: Option<Urls>) -> Option<Url> {
    Url::parse(&urls?.show?).ok()
}

impl Opportunity {
    /// The ids of applications that were not expanded.
    pub(crate) fn bare_applications(&self) -> Vec<String> {
        let bare = |application: &Application| match application {
            Application::Bare(id) => Some(id.clone()),
            Application::Expanded(_) => None,
        };
        self.applications.iter().flatten().filter_map(bare).collect()
    }

    /// With its applications as they were found out by other means.
    pub(crate) fn with_applications(self, applications: Applications) -> resource::Opportunity {
        resource::Opportunity {
            applications,
            ..self.into()
        }
    }
}

/// `null`, or an object whose parts say since when and why; a bare boolean would be as clear.
fn is_archived(archived: &Value) -> bool {
    match archived {
        Value::Null => false,
        Value::Bool(archived) => *archived,
        Value::Object(parts) => parts.values().any(|part| !part.is_null()),
        _ => true,
    }
}

impl From<Opportunity> for resource::Opportunity {
    fn from(wire: Opportunity) -> Self {
        let applications = wire.applications.and_then(|applications| {
            applications
                .into_iter()
                .map(|application| match application {
                    Application::Bare(_) => None,
                    Application::Expanded(expanded) => Some(expanded.into()),
                })
                .collect::<Option<Vec<_>>>()
        });
        Self {
            id: wire.id,
            name: wire.name,
            stage: StageId(wire.stage.id()),
            emails: wire.emails,
            phones: wire
                .phones
                .into_iter()
                .filter_map(|phone| {
                    Some(resource::Phone {
                        kind: phone.kind,
                        value: phone.value.filter(|value| !value.is_empty())?,
                    })
                })
                .collect(),
            tags: wire.tags,
            owner: user(wire.owner),
            archived: wire.archived_at.is_some() || is_archived(&wire.archived),
            anonymised: wire.is_anonymized,
            stage_changes: wire
                .stage_changes
                .into_iter()
                .filter_map(|change| {
                    Some(resource::StageChange {
                        to: change.to_stage_id?,
                        at: change.updated_at?,
                        user: change.user_id,
                    })
                })
                .collect(),
            applications: applications.map_or(Applications::Unreadable, Applications::Known),
            advanced_at: wire.last_advanced_at,
            created_at: wire.created_at,
            show_url: show(wire.urls),
        }
    }
}

impl From<Expanded> for resource::Application {
    fn from(wire: Expanded) -> Self {
        Self {
            id: wire.id,
            posting: wire.posting.map(|posting| PostingId(posting.id())),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Posting {
    id: PostingId,
    #[serde(default, deserialize_with = "nullable")]
    text: String,
    #[serde(default, deserialize_with = "nullable")]
    state: String,
    owner: Option<Ref>,
    #[serde(default, deserialize_with = "nullable")]
    tags: Vec<String>,
    urls: Option<Urls>,
}

impl From<Posting> for resource::Posting {
    fn from(wire: Posting) -> Self {
        Self {
            id: wire.id,
            text: wire.text,
            state: wire.state,
            owner: user(wire.owner),
            tags: wire.tags,
            show_url: show(wire.urls),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct User {
    id: UserId,
    #[serde(default, deserialize_with = "nullable")]
    name: String,
    email: Option<String>,
    access_role: Option<String>,
    deactivated_at: Option<Millis>,
}

impl From<User> for resource::User {
    fn from(wire: User) -> Self {
        Self {
            id: wire.id,
            name: wire.name,
            email: wire.email.filter(|email| !email.trim().is_empty()),
            role: wire.access_role,
            deactivated: wire.deactivated_at.is_some(),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Note {
    id: NoteId,
    #[serde(default, deserialize_with = "nullable")]
    fields: Vec<NoteField>,
    deleted_at: Option<Millis>,
}

#[derive(Deserialize)]
struct NoteField {
    /// A text in notes; a number or a list where a note is a feedback form.
    #[serde(default)]
    value: Value,
}

impl From<Note> for resource::Note {
    fn from(wire: Note) -> Self {
        let text = |field: NoteField| field.value.as_str().map(str::to_owned);
        Self {
            id: wire.id,
            texts: wire.fields.into_iter().filter_map(text).collect(),
            deleted: wire.deleted_at.is_some(),
        }
    }
}

/// The answer to a new note: the note with `noteId` beside `id`, or `noteId` alone (`lever-api.md §7`).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewNote {
    note_id: Option<NoteId>,
    id: Option<NoteId>,
}

impl NewNote {
    pub(crate) fn id(self) -> Option<NoteId> {
        self.id.or(self.note_id)
    }
}

#[derive(Deserialize)]
pub(crate) struct NewWebhook {
    #[serde(flatten)]
    webhook: resource::Webhook,
    configuration: Configuration,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Configuration {
    signature_token: String,
}

impl From<NewWebhook> for resource::NewWebhook {
    fn from(wire: NewWebhook) -> Self {
        Self {
            webhook: wire.webhook,
            signature_token: Secret::new(&wire.configuration.signature_token),
        }
    }
}

#[derive(Deserialize)]
pub(crate) struct Webhook {
    id: WebhookId,
    #[serde(default, deserialize_with = "nullable")]
    event: String,
    #[serde(default, deserialize_with = "nullable")]
    url: String,
}

impl From<Webhook> for resource::Webhook {
    fn from(wire: Webhook) -> Self {
        Self {
            id: wire.id,
            event: wire.event,
            url: wire.url,
        }
    }
}

#[derive(Deserialize)]
pub(crate) struct Stage {
    id: StageId,
    #[serde(default, deserialize_with = "nullable")]
    text: String,
}

impl From<Stage> for resource::Stage {
    fn from(wire: Stage) -> Self {
        Self {
            id: wire.id,
            text: wire.text,
        }
    }
}

#[derive(Deserialize)]
pub(crate) struct Tag {
    text: String,
    #[serde(default, deserialize_with = "nullable")]
    count: u64,
}

impl From<Tag> for resource::Tag {
    fn from(wire: Tag) -> Self {
        Self {
            text: wire.text,
            count: wire.count,
        }
    }
}

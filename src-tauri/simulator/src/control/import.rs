//! Many people at once who have been in Lever for a while, with ids of the caller's, as after a move from another system:
//! nothing is delivered for them, because nothing happens.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Done, Wrong};
use crate::App;
use crate::lever::account::{
    Account, Application, Contact, Note, Opportunity, Posting as LeverPosting, StageChange, User as LeverUser,
};

/// Users first, then postings, then opportunities: later ones may name earlier ones. What is there already is replaced.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Import {
    #[serde(default)]
    users: Vec<User>,
    #[serde(default)]
    postings: Vec<Posting>,
    #[serde(default)]
    opportunities: Vec<Candidate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct User {
    id: String,
    name: String,
    email: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Posting {
    id: String,
    text: String,
    state: String,
    /// A user's id.
    owner: String,
    tags: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Candidate {
    id: String,
    name: String,
    emails: Vec<String>,
    posting: Option<String>,
    /// The stages that it came through, the present one last.
    stages: Vec<Entry>,
    tags: Vec<String>,
    notes: Vec<Written>,
    archived: bool,
    anonymised: bool,
    confidential: bool,
}

/// When somebody moved it into a stage.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// Id or text.
    stage: String,
    at: i64,
    /// A user's id.
    by: Option<String>,
}

/// A note that was made through the API.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: String,
    value: String,
    at: i64,
}

pub(super) async fn import(State(app): State<App>, Json(order): Json<Import>) -> Done {
    app.with(|world| {
        let now = world.now();
        let lever = &mut world.lever;
        for user in order.users {
            lever.users.retain(|known| known.id != user.id);
            lever.users.push(LeverUser {
                id: user.id,
                name: user.name,
                email: user.email,
                role: "team member".into(),
                created_at: now,
                deactivated_at: None,
            });
        }
        for posting in order.postings {
            let likeness = lever.postings[0].clone();
            lever.postings.retain(|known| known.id != posting.id);
            lever.postings.push(LeverPosting {
                id: posting.id,
                text: posting.text,
                state: posting.state,
                owner: Some(posting.owner),
                hiring_manager: None,
                tags: posting.tags,
                confidential: false,
                internal_only: false,
                ..likeness
            });
        }
        let many = order.opportunities.len();
        for candidate in order.opportunities {
            take(lever, candidate, now)?;
        }
        Ok(Json(json!({"opportunities": many})))
    })
}

fn take(lever: &mut Account, candidate: Candidate, now: i64) -> Result<(), Wrong> {
    let posting = candidate.posting.map(|id| {
        let known = lever.posting(&id).cloned();
        known.ok_or_else(|| Wrong::not_found("posting", &id))
    });
    let posting = posting.transpose()?;
    let mut stage_changes = Vec::new();
    for Entry { stage, at, by } in candidate.stages {
        let index = lever
            .stages
            .iter()
            .position(|known| known.id == stage || known.text == stage);
        let index = index.ok_or_else(|| Wrong::not_found("stage", &stage))?;
        stage_changes.push(StageChange {
            to: lever.stages[index].id.clone(),
            index,
            at,
            user: by,
        });
    }
    let (Some(first), Some(last)) = (stage_changes.first(), stage_changes.last()) else {
        return Err(Wrong::bad("a candidate is in some stage"));
    };
    let (stage, created_at, moved_at) = (last.to.clone(), first.at, last.at);
    let note = |written: Written| Note {
        id: written.id,
        user: None,
        fields: vec![
            json!({"createdAt": written.at, "score": null, "stage": stage, "text": "Comment", "type": "note",
            "user": Value::Null, "value": written.value}),
        ],
        secret: false,
        created_at: written.at,
        deleted_at: None,
        by_api: true,
    };
    let notes = candidate.notes.into_iter().map(note).collect();
    let mut tags = candidate.tags;
    tags.extend(posting.iter().flat_map(|posting| posting.tags.iter().cloned()));
    tags.extend(posting.iter().flat_map(Account::inherited_tags));
    let owner = posting.as_ref().and_then(|posting| posting.owner.clone());
    let owner = owner.unwrap_or_else(|| lever.users[0].id.clone());
    // One person each, known by the same id.
    let contact = Contact {
        id: candidate.id.clone(),
        name: candidate.name,
        emails: candidate.emails,
        ..Contact::default()
    };
    let application = posting.map(|posting| Application {
        id: candidate.id.clone(),
        posting: posting.id,
        posting_owner: posting.owner,
        posting_hiring_manager: None,
        user: Some(owner.clone()),
        created_at,
    });
    let reason = lever.archive_reasons[1].0.clone();
    let opportunity = Opportunity {
        id: candidate.id.clone(),
        contact: contact.id.clone(),
        tags,
        sources: Vec::new(),
        stage_changes,
        origin: "applied".into(),
        sourced_by: None,
        followers: vec![owner.clone()],
        owner,
        application,
        created_at,
        updated_at: Some(moved_at),
        last_interaction_at: moved_at,
        last_advanced_at: moved_at,
        archived: candidate.archived.then_some((reason, now)),
        archived_before: candidate.archived,
        confidential: candidate.confidential,
        anonymized: candidate.anonymised,
        notes,
        stage,
    };
    lever.contacts.insert(contact.id.clone(), contact);
    lever.opportunities.insert(candidate.id, opportunity);
    Ok(())
}

//! How opportunities, applications and what they expand to are shown (lever-api.md §6.3, §6.7, §6.8).

use serde_json::{Value, json};

use crate::data_centre::DataCentre;
use crate::http::{Inbound, Refusal};
use crate::lever::account::{Account, Application, Contact, Opportunity};
use crate::lever::api::Caller;
use crate::lever::people::user_ref;
use crate::lever::{Right, notes, postings};
use crate::switches::ExpandRight;
use crate::world::World;

/// What `expand` may name on an opportunity.
pub(crate) const EXPANDABLE: [&str; 6] = ["applications", "stage", "owner", "followers", "sourcedBy", "contact"];

/// The fields to expand: known ones only (400 else), and as §12 row 13 says about rights.
pub(crate) fn expansions(
    world: &World,
    caller: &Caller,
    inbound: &Inbound,
    expandable: &[&str],
) -> Result<Vec<String>, Refusal> {
    let mut expand = Vec::new();
    for field in inbound.query_all("expand").into_iter().flat_map(|list| list.split(',')) {
        if !expandable.contains(&field) {
            return Err(Refusal::bad_request(format!("{field} is not expandable")));
        }
        let right = match field {
            "applications" => Some(Right::ListApplications),
            "stage" => Some(Right::ListStages),
            "contact" => None,
            _ => Some(Right::ReadUser),
        };
        if right.is_none_or(|right| caller.may(right)) {
            expand.push(field.to_owned());
            continue;
        }
        match world.switches.expand_right {
            ExpandRight::NotNeeded => expand.push(field.to_owned()),
            ExpandRight::Forbidden => return Err(Refusal::forbidden(format!("You may not expand {field}."))),
            ExpandRight::BareIds => {}
        }
    }
    Ok(expand)
}

/// How an opportunity is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum View {
    /// GETs: everything.
    Read,
    /// `POST /opportunities`: real contact values, no `opportunityLocation`.
    Created,
    /// addTags, removeTags: blank contact fields, no `opportunityLocation` (§7).
    Written,
}

pub(crate) fn json(lever: &Account, web_url: &str, opportunity: &Opportunity, view: View, expand: &[String]) -> Value {
    let expanded = |field: &str| expand.iter().any(|wanted| wanted == field);
    let blank = Contact::default();
    let person = lever.contacts.get(&opportunity.contact).unwrap_or(&blank);
    let shown = if view == View::Written { &blank } else { person };
    let stage = if expanded("stage") {
        let text = lever.stage(&opportunity.stage).map(|stage| stage.text.clone());
        json!({"id": opportunity.stage, "text": text})
    } else {
        json!(opportunity.stage)
    };
    let contact = if expanded("contact") {
        json!({"id": person.id, "name": person.name, "headline": person.headline,
            "isAnonymized": opportunity.anonymized, "location": {"name": person.location}, "emails": person.emails,
            "phones": person.phones, "dataProtection": null})
    } else {
        json!(opportunity.contact)
    };
    let applications: Vec<Value> = opportunity
        .application
        .iter()
        .map(|application| {
            if expanded("applications") {
                application_json(opportunity, application)
            } else {
                json!(application.id)
            }
        })
        .collect();
    let stage_changes: Vec<Value> = opportunity
        .stage_changes
        .iter()
        .map(|change| {
            let mut row = json!({"toStageId": change.to, "toStageIndex": change.index, "updatedAt": change.at});
            // Missing, not null, on imported rows and on moves by the API.
            if let Some(user) = &change.user {
                row["userId"] = json!(user);
            }
            row
        })
        .collect();
    let followers: Vec<Value> = opportunity
        .followers
        .iter()
        .map(|id| user_ref(lever, Some(id), expanded("followers")))
        .collect();
    let mut row = json!({"id": opportunity.id, "name": shown.name, "contact": contact, "headline": shown.headline,
        "stage": stage,
        "confidentiality": if opportunity.confidential { "confidential" } else { "non-confidential" },
        "location": shown.location, "phones": shown.phones, "emails": shown.emails, "links": shown.links,
        "archived": archived_json(opportunity), "tags": opportunity.tags, "sources": opportunity.sources,
        "stageChanges": stage_changes, "origin": opportunity.origin,
        "sourcedBy": user_ref(lever, opportunity.sourced_by.as_deref(), expanded("sourcedBy")),
        "owner": user_ref(lever, Some(&opportunity.owner), expanded("owner")),
        "followers": followers, "applications": applications, "createdAt": opportunity.created_at,
        "updatedAt": opportunity.updated_at, "lastInteractionAt": opportunity.last_interaction_at,
        "lastAdvancedAt": opportunity.last_advanced_at, "snoozedUntil": null,
        "urls": {"list": format!("{web_url}/candidates"), "show": format!("{web_url}/candidates/{}", opportunity.id)},
        "isAnonymized": opportunity.anonymized, "dataProtection": null});
    if view == View::Read {
        let posting = opportunity
            .application
            .as_ref()
            .and_then(|application| lever.posting(&application.posting));
        if let Some(posting) = posting {
            row["opportunityLocation"] = json!(posting.location);
        }
    }
    row
}

fn archived_json(opportunity: &Opportunity) -> Value {
    opportunity
        .archived
        .as_ref()
        .map_or(Value::Null, |(reason, at)| json!({"reason": reason, "archivedAt": at}))
}

pub(crate) fn application_json(opportunity: &Opportunity, application: &Application) -> Value {
    json!({"id": application.id, "type": "user", "candidateId": opportunity.id, "opportunityId": opportunity.id,
        "posting": application.posting, "postingHiringManager": application.posting_hiring_manager,
        "postingOwner": application.posting_owner, "name": null, "company": null, "phone": null, "email": null,
        "links": [], "comments": null, "user": application.user, "customQuestions": [],
        "createdAt": application.created_at, "archived": archived_json(opportunity), "requisitionForHire": null,
        "ipAddress": null, "referer": null, "userAgent": null, "acceptLanguage": null, "timezone": null})
}

/// For the state and the candidate page: the person's name.
pub(crate) fn name_of<'a>(lever: &'a Account, opportunity: &Opportunity) -> &'a str {
    lever
        .contacts
        .get(&opportunity.contact)
        .map_or("", |contact| contact.name.as_str())
}

/// The posting of an opportunity as JSON of a GET, for the control state.
pub(crate) fn state_json(world: &World, opportunity: &Opportunity) -> Value {
    let mut row = json(
        &world.lever,
        &world.web_url(DataCentre::Us),
        opportunity,
        View::Read,
        &[],
    );
    let posting = opportunity
        .application
        .as_ref()
        .map(|application| application.posting.clone());
    row["posting"] = json!(posting);
    row["notes"] = opportunity.notes.iter().map(notes::state_json).collect();
    row
}

/// All postings as JSON of a GET, for the control state.
pub(crate) fn state_postings(lever: &Account) -> Vec<Value> {
    lever
        .postings
        .iter()
        .map(|posting| postings::json(lever, posting, &[]))
        .collect()
}

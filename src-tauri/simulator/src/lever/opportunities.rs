//! Opportunities, their tags and their applications (lever-api.md §7.1–7.3), and how they move.

use std::cmp::Reverse;

use serde_json::{Value, json};

use crate::http::{Answer, Inbound, Outcome, Refusal};
use crate::lever::account::{Account, Application, Contact, Opportunity, StageChange};
use crate::lever::api::{Caller, object, perform_as};
use crate::lever::delivery::{self, Deliver};
use crate::lever::paging::{self, Row};
use crate::lever::view::{EXPANDABLE, View, application_json, expansions, json};
use crate::world::World;

fn find<'a>(world: &'a World, id: &str) -> Result<&'a Opportunity, Refusal> {
    world
        .lever
        .opportunities
        .get(id)
        .ok_or_else(|| Refusal::not_found("opportunities", id))
}

pub(crate) fn read(world: &World, caller: &Caller, id: &str, inbound: &Inbound) -> Result<Outcome, Refusal> {
    let expand = expansions(world, caller, inbound, &EXPANDABLE)?;
    let opportunity = find(world, id)?;
    let row = json(
        &world.lever,
        &world.web_url(caller.data_centre),
        opportunity,
        View::Read,
        &expand,
    );
    Ok(Outcome::of(Answer::json(
        200,
        &json!({"data": paging::only_included(inbound, row)}),
    )))
}

pub(crate) fn list_applications(world: &mut World, id: &str) -> Result<Outcome, Refusal> {
    let opportunity = find(world, id)?;
    let rows: Vec<_> = opportunity
        .application
        .iter()
        .map(|application| application_json(opportunity, application))
        .collect();
    Ok(Outcome::of(paging::answer(world, &rows, None)))
}

pub(crate) fn read_application(world: &World, id: &str, application: &str) -> Result<Outcome, Refusal> {
    let opportunity = find(world, id)?;
    let found = opportunity.application.as_ref().filter(|found| found.id == application);
    let found = found.ok_or_else(|| Refusal::not_found("applications", application))?;
    Ok(Outcome::of(Answer::json(
        200,
        &json!({"data": application_json(opportunity, found)}),
    )))
}

/// Stage rank in thousandths, `lastAdvancedAt` descending, id: the recorded order (§5).
type Place = (i64, Reverse<i64>, String);

fn rank(lever: &Account, stage: &str) -> i64 {
    // A stage that was deleted sorts last.
    lever.stage(stage).map_or(i64::MAX, |stage| stage.rank)
}

#[allow(clippy::cast_precision_loss)] // Ranks are small.
fn token(place: &Place) -> Value {
    let rank = if place.0 % 1000 == 0 {
        json!(place.0 / 1000)
    } else {
        json!(place.0 as f64 / 1000.0)
    };
    json!([rank, place.1.0, place.2])
}

#[allow(clippy::cast_possible_truncation)] // Ranks are small.
fn place(token: &Value) -> Option<Place> {
    let rank = token.get(0)?;
    let thousandths = match rank.as_i64() {
        Some(whole) => whole.saturating_mul(1000),
        None => (rank.as_f64()? * 1000.0).round() as i64,
    };
    Some((
        thousandths,
        Reverse(token.get(1)?.as_i64()?),
        token.get(2)?.as_str()?.to_owned(),
    ))
}

/// A closed interval of milliseconds from `<name>_start` and `<name>_end`.
fn interval(inbound: &Inbound, name: &str) -> Result<Option<(i64, i64)>, Refusal> {
    let bound = |suffix: &str, default: i64| {
        let parameter = format!("{name}_{suffix}");
        match inbound.query_one(&parameter) {
            None => Ok((false, default)),
            Some(text) => text
                .parse()
                .map(|ms| (true, ms))
                .map_err(|_| Refusal::bad_request(format!("Invalid parameter: {parameter}"))),
        }
    };
    let (start, end) = (bound("start", i64::MIN)?, bound("end", i64::MAX)?);
    Ok((start.0 || end.0).then_some((start.1, end.1)))
}

pub(crate) fn list(world: &mut World, caller: &Caller, inbound: &Inbound) -> Result<Outcome, Refusal> {
    let limit = paging::limit(world, inbound)?;
    let expand = expansions(world, caller, inbound, &EXPANDABLE)?;
    let created = interval(inbound, "created_at")?;
    let updated = interval(inbound, "updated_at")?;
    let advanced = interval(inbound, "advanced_at")?;
    let archived_at = interval(inbound, "archived_at")?;
    let lever = &world.lever;
    let web_url = world.web_url(caller.data_centre);
    let any_of = |name: &str, values: &[&str]| {
        let wanted = inbound.query_all(name);
        wanted.is_empty() || values.iter().any(|value| wanted.contains(value))
    };
    let within = |interval: Option<(i64, i64)>, at: Option<i64>| match interval {
        None => true,
        Some((start, end)) => at.is_some_and(|at| (start..=end).contains(&at)),
    };
    let confidentiality = inbound.query_one("confidentiality").unwrap_or("non-confidential");
    let mut rows: Vec<Row<Place, &Opportunity>> = lever
        .opportunities
        .values()
        .filter(|o| any_of("tag", &o.tags.iter().map(String::as_str).collect::<Vec<_>>()))
        .filter(|o| any_of("source", &o.sources.iter().map(String::as_str).collect::<Vec<_>>()))
        .filter(|o| any_of("origin", &[&o.origin]) && any_of("stage_id", &[&o.stage]))
        .filter(|o| any_of("contact_id", &[&o.contact]))
        .filter(|o| {
            let posting: Vec<_> = o
                .application
                .iter()
                .map(|application| application.posting.as_str())
                .collect();
            let reason: Vec<_> = o.archived.iter().map(|(reason, _)| reason.as_str()).collect();
            any_of("posting_id", &posting) && any_of("archive_reason_id", &reason)
        })
        .filter(|o| {
            let emails = lever
                .contacts
                .get(&o.contact)
                .map(|contact| contact.emails.clone())
                .unwrap_or_default();
            any_of("email", &emails.iter().map(String::as_str).collect::<Vec<_>>())
        })
        .filter(|o| match inbound.query_one("archived") {
            Some("true") => o.archived.is_some(),
            Some("false") => o.archived.is_none(),
            _ => true,
        })
        .filter(|_| inbound.query_one("snoozed") != Some("true"))
        .filter(|o| match confidentiality {
            "all" => caller.sees_confidential() || !o.confidential,
            "confidential" => caller.sees_confidential() && o.confidential,
            _ => !o.confidential,
        })
        .filter(|o| within(created, Some(o.created_at)) && within(advanced, Some(o.last_advanced_at)))
        .filter(|o| within(updated, o.updated_at.or(Some(o.last_interaction_at))))
        .filter(|o| within(archived_at, o.archived.as_ref().map(|(_, at)| *at)))
        .map(|o| {
            let place = (rank(lever, &o.stage), Reverse(o.last_advanced_at), o.id.clone());
            Row {
                token: token(&place),
                place,
                item: o,
            }
        })
        .collect();
    rows.sort_by(|a, b| a.place.cmp(&b.place));
    let known = |token: &str| lever.offsets.contains(token);
    let wanted = paging::page(&rows, limit, inbound.query_one("offset"), known, place)?;
    let items: Vec<_> = rows[wanted.start..wanted.end]
        .iter()
        .map(|row| paging::only_included(inbound, json(lever, &web_url, row.item, View::Read, &expand)))
        .collect();
    Ok(Outcome::of(paging::answer(world, &items, wanted.next)))
}

/// Tags of a request body, of a legal length.
fn tags(world: &World, body: &Value) -> Result<Vec<String>, Refusal> {
    let Some(list) = body.get("tags").and_then(Value::as_array) else {
        return Err(Refusal::bad_request("Missing required parameter: tags"));
    };
    let mut tags = Vec::new();
    for tag in list {
        let tag = tag
            .as_str()
            .ok_or_else(|| Refusal::bad_request("Invalid parameter: tags"))?;
        if world
            .switches
            .tag_limit
            .is_some_and(|limit| tag.chars().count() > limit)
        {
            return Err(Refusal::bad_request("Tag is too long"));
        }
        tags.push(tag.to_owned());
    }
    Ok(tags)
}

fn change_tags(
    world: &mut World,
    caller: &Caller,
    id: &str,
    inbound: &Inbound,
    change: impl FnOnce(&mut Vec<String>, &[String]) -> Vec<String>,
) -> Result<Outcome, Refusal> {
    perform_as(world, inbound)?;
    let wanted = tags(world, &object(inbound)?)?;
    let now = world.now();
    let opportunity = world
        .lever
        .opportunities
        .get_mut(id)
        .ok_or_else(|| Refusal::not_found("opportunities", id))?;
    let changed = change(&mut opportunity.tags, &wanted);
    if !changed.is_empty() {
        opportunity.updated_at = Some(now);
    }
    let effect = json!({"opportunityId": id, "tags": wanted, "changed": changed, "after": opportunity.tags});
    let row = json(
        &world.lever,
        &world.web_url(caller.data_centre),
        find(world, id)?,
        View::Written,
        &[],
    );
    Ok(Outcome::with_effect(Answer::json(200, &json!({"data": row})), effect))
}

/// Appends; a present tag is no-op.
pub(crate) fn add_tags(world: &mut World, caller: &Caller, id: &str, inbound: &Inbound) -> Result<Outcome, Refusal> {
    change_tags(world, caller, id, inbound, |tags, wanted| {
        let mut added = Vec::new();
        for tag in wanted {
            if !tags.contains(tag) {
                tags.push(tag.clone());
                added.push(tag.clone());
            }
        }
        added
    })
}

/// Removes; an absent tag is no error.
pub(crate) fn remove_tags(world: &mut World, caller: &Caller, id: &str, inbound: &Inbound) -> Result<Outcome, Refusal> {
    change_tags(world, caller, id, inbound, |tags, wanted| {
        let removed: Vec<_> = tags.iter().filter(|tag| wanted.contains(tag)).cloned().collect();
        tags.retain(|tag| !wanted.contains(tag));
        removed
    })
}

/// What a new opportunity is made from.
#[derive(Default)]
pub(crate) struct Draft {
    pub(crate) name: String,
    pub(crate) headline: String,
    pub(crate) location: String,
    pub(crate) stage: Option<String>,
    pub(crate) emails: Vec<String>,
    pub(crate) phones: Vec<Value>,
    pub(crate) links: Vec<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) sources: Vec<String>,
    pub(crate) origin: Option<String>,
    pub(crate) posting: Option<String>,
    pub(crate) owner: Option<String>,
    pub(crate) created_at: Option<i64>,
    pub(crate) contact: Option<String>,
}

/// Makes an opportunity; returns its id and whether its person was known (§7.2).
pub(crate) fn make(world: &mut World, draft: Draft, user: Option<&str>, deliver: Deliver) -> (String, bool) {
    let now = world.now();
    let at = draft.created_at.unwrap_or(now);
    let id = world.uuid();
    let same_person = |contact: &Contact| {
        contact
            .emails
            .iter()
            .any(|known| draft.emails.iter().any(|email| email.eq_ignore_ascii_case(known)))
    };
    let known = match &draft.contact {
        Some(contact) => world.lever.contacts.contains_key(contact).then(|| contact.clone()),
        None => world
            .lever
            .contacts
            .values()
            .find(|contact| same_person(contact))
            .map(|contact| contact.id.clone()),
    };
    let deduped = known.is_some() && draft.contact.is_none();
    let contact = known.unwrap_or_else(|| {
        let contact = world.uuid();
        let person = Contact {
            id: contact.clone(),
            name: draft.name,
            headline: draft.headline,
            location: draft.location,
            emails: draft.emails,
            phones: draft.phones,
            links: draft.links,
        };
        world.lever.contacts.insert(contact.clone(), person);
        contact
    });
    let application_id = world.uuid();
    let posting = draft
        .posting
        .as_deref()
        .and_then(|posting| world.lever.posting(posting))
        .cloned();
    let mut tags = draft.tags;
    for tag in posting.iter().flat_map(|posting| {
        // What was added on the posting, then what it is (§9).
        posting.tags.iter().cloned().chain(Account::inherited_tags(posting))
    }) {
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    let stage = draft.stage.unwrap_or_else(|| "lead-new".into());
    let index = world
        .lever
        .stages
        .iter()
        .position(|known| known.id == stage)
        .unwrap_or_default();
    let posting_owner = posting.as_ref().and_then(|posting| posting.owner.clone());
    let owner = draft
        .owner
        .or_else(|| user.map(str::to_owned))
        .or_else(|| posting_owner.clone())
        .unwrap_or_else(|| world.lever.users[0].id.clone());
    let opportunity = Opportunity {
        id: id.clone(),
        contact,
        stage: stage.clone(),
        tags,
        sources: draft.sources,
        stage_changes: vec![StageChange {
            to: stage,
            index,
            at,
            user: user.map(str::to_owned),
        }],
        origin: draft.origin.unwrap_or_else(|| world.switches.default_origin.clone()),
        sourced_by: user.map(str::to_owned),
        followers: posting_owner.clone().into_iter().collect(),
        owner,
        confidential: posting.as_ref().is_some_and(|posting| posting.confidential),
        application: posting.map(|posting| Application {
            id: application_id,
            posting: posting.id,
            posting_owner,
            posting_hiring_manager: posting.hiring_manager,
            user: user.map(str::to_owned),
            created_at: at + 1,
        }),
        created_at: at,
        updated_at: Some(at + 3),
        last_interaction_at: at,
        last_advanced_at: at,
        archived: None,
        archived_before: false,
        anonymized: false,
        notes: Vec::new(),
    };
    world.lever.opportunities.insert(id.clone(), opportunity);
    delivery::application_created(world, &id, deliver);
    if world.switches.webhook_on_creation {
        delivery::stage_changed(world, &id, None, deliver);
    }
    (id, deduped)
}

fn strings(body: &Value, field: &str) -> Result<Vec<String>, Refusal> {
    let invalid = || Refusal::bad_request(format!("Invalid parameter: {field}"));
    match body.get(field) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(list)) => list
            .iter()
            .map(|item| item.as_str().map(str::to_owned).ok_or_else(invalid))
            .collect(),
        Some(_) => Err(invalid()),
    }
}

fn string(body: &Value, field: &str) -> Result<Option<String>, Refusal> {
    match body.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(Refusal::bad_request(format!("Invalid parameter: {field}"))),
    }
}

pub(crate) fn create(world: &mut World, caller: &Caller, inbound: &Inbound) -> Result<Outcome, Refusal> {
    let user =
        perform_as(world, inbound)?.ok_or_else(|| Refusal::bad_request("Missing required parameter: perform_as"))?;
    let body = object(inbound)?;
    let posting_ids = strings(&body, "postings")?;
    if posting_ids.len() > 1 {
        return Err(Refusal::bad_request("Invalid parameter: postings"));
    }
    if let Some(id) = posting_ids.first() {
        world
            .lever
            .posting(id)
            .ok_or_else(|| Refusal::not_found("postings", id))?;
    }
    let stage = string(&body, "stage")?;
    if let Some(id) = &stage {
        world.lever.stage(id).ok_or_else(|| Refusal::not_found("stages", id))?;
    }
    let tags = if body.get("tags").is_some() {
        tags(world, &body)?
    } else {
        Vec::new()
    };
    let created_at = body.get("createdAt").and_then(Value::as_i64);
    if created_at.is_some_and(|at| at > world.now()) {
        return Err(Refusal::bad_request("Invalid parameter: createdAt"));
    }
    let draft = Draft {
        name: string(&body, "name")?.unwrap_or_default(),
        headline: string(&body, "headline")?.unwrap_or_default(),
        location: string(&body, "location")?.unwrap_or_default(),
        stage,
        emails: strings(&body, "emails")?,
        phones: body
            .get("phones")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default(),
        links: strings(&body, "links")?,
        tags: tags.clone(),
        sources: strings(&body, "sources")?,
        origin: string(&body, "origin")?,
        posting: posting_ids.into_iter().next(),
        owner: string(&body, "owner")?,
        created_at,
        contact: string(&body, "contact")?,
    };
    let (id, deduped) = make(world, draft, Some(&user), Deliver::Normal);
    let opportunity = find(world, &id)?;
    let row = json(
        &world.lever,
        &world.web_url(caller.data_centre),
        opportunity,
        View::Created,
        &[],
    );
    let effect = json!({"opportunityId": id, "contactId": opportunity.contact, "deduped": deduped, "tags": tags});
    let mut answer = json!({"data": row});
    if deduped || world.switches.deduped_when_false {
        answer["deduped"] = json!(deduped);
    }
    Ok(Outcome::with_effect(Answer::json(201, &answer), effect))
}

/// Moves an opportunity to a stage, as a user or as the API (`None`), and rings.
pub(crate) fn change_stage(
    world: &mut World,
    id: &str,
    stage: &str,
    user: Option<String>,
    deliver: Deliver,
) -> Result<(), Refusal> {
    let index = world
        .lever
        .stages
        .iter()
        .position(|known| known.id == stage)
        .ok_or_else(|| Refusal::not_found("stages", stage))?;
    let now = world.now();
    let opportunity = world
        .lever
        .opportunities
        .get_mut(id)
        .ok_or_else(|| Refusal::not_found("opportunities", id))?;
    let from = std::mem::replace(&mut opportunity.stage, stage.to_owned());
    let by_api = user.is_none();
    opportunity.stage_changes.push(StageChange {
        to: stage.to_owned(),
        index,
        at: now,
        user,
    });
    opportunity.updated_at = Some(now + 1);
    opportunity.last_interaction_at = now;
    opportunity.last_advanced_at = now;
    if !by_api || world.switches.webhook_on_api_move {
        delivery::stage_changed(world, id, Some(&from), deliver);
    }
    Ok(())
}

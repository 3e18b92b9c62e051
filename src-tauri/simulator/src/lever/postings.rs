//! Postings (lever-api.md §6.2, §7.5).

use std::cmp::Reverse;

use serde_json::{Value, json};

use crate::http::{Answer, Inbound, Outcome, Refusal};
use crate::lever::account::{Account, Posting};
use crate::lever::api::Caller;
use crate::lever::paging::{self, Row};
use crate::lever::people::{created_place, user_ref};
use crate::lever::view::expansions;
use crate::world::World;

const EXPANDABLE: [&str; 4] = ["user", "owner", "hiringManager", "followers"];

pub(crate) fn json(lever: &Account, posting: &Posting, expand: &[String]) -> Value {
    let expanded = |field: &str| expand.iter().any(|wanted| wanted == field);
    let owner = posting.owner.as_deref();
    // urls are null for draft and closed postings.
    let urls = (!matches!(posting.state.as_str(), "draft" | "closed")).then(|| {
        let list = format!("https://jobs.lever.co/{}", lever.name);
        let show = format!("{list}/{}", posting.id);
        json!({"list": list, "show": show, "apply": format!("{show}/apply")})
    });
    let channels = posting.channels();
    let followers: Vec<_> = owner
        .iter()
        .map(|id| user_ref(lever, Some(id), expanded("followers")))
        .collect();
    json!({"id": posting.id, "text": posting.text, "state": posting.state, "distributionChannels": channels,
        "user": user_ref(lever, owner, expanded("user")), "owner": user_ref(lever, owner, expanded("owner")),
        "hiringManager": user_ref(lever, posting.hiring_manager.as_deref(), expanded("hiringManager")),
        "categories": {"commitment": posting.commitment, "department": posting.department, "level": null,
            "location": posting.location, "team": posting.team, "allLocations": [posting.location]},
        "tags": posting.tags,
        "content": {"description": "Text\n", "descriptionHtml": "<div>Text</div>", "lists": [], "closing": "",
            "closingHtml": ""},
        "country": "SE", "followers": followers, "reqCode": null, "requisitionCodes": [], "urls": urls,
        "confidentiality": if posting.confidential { "confidential" } else { "non-confidential" },
        "createdAt": posting.created_at, "updatedAt": posting.updated_at, "workplaceType": "unspecified",
        "transcribeInterviews": false, "screening": {"enabled": false}})
}

pub(crate) fn read(world: &World, caller: &Caller, id: &str, inbound: &Inbound) -> Result<Outcome, Refusal> {
    let expand = expansions(world, caller, inbound, &EXPANDABLE)?;
    let posting = world
        .lever
        .posting(id)
        .ok_or_else(|| Refusal::not_found("postings", id))?;
    let row = paging::only_included(inbound, json(&world.lever, posting, &expand));
    Ok(Outcome::of(Answer::json(200, &json!({"data": row}))))
}

pub(crate) fn list(world: &mut World, caller: &Caller, inbound: &Inbound) -> Result<Outcome, Refusal> {
    let limit = paging::limit(world, inbound)?;
    let expand = expansions(world, caller, inbound, &EXPANDABLE)?;
    let lever = &world.lever;
    let wants = |name: &str, value: &str| {
        let wanted = inbound.query_all(name);
        wanted.is_empty() || wanted.contains(&value)
    };
    let tags = inbound.query_all("tag");
    let channels = inbound.query_all("distributionChannel");
    let only_published = inbound.query_all("state") == ["published"];
    // A plain list of the published ones holds the public ones only (§7.5).
    let distributed = |posting: &Posting| match (posting.channels(), channels.is_empty()) {
        (None, none_asked) => none_asked,
        (Some(has), true) => !only_published || has.contains(&"public"),
        (Some(has), false) => has.iter().any(|channel| channels.contains(channel)),
    };
    let confidentiality = inbound.query_one("confidentiality").unwrap_or("non-confidential");
    let mut rows: Vec<_> = lever
        .postings
        .iter()
        .filter(|posting| wants("state", &posting.state) && distributed(posting))
        .filter(|posting| wants("team", &posting.team) && wants("department", &posting.department))
        .filter(|posting| wants("location", &posting.location) && wants("commitment", &posting.commitment))
        .filter(|posting| tags.is_empty() || posting.tags.iter().any(|tag| tags.contains(&tag.as_str())))
        .filter(|posting| match confidentiality {
            "all" => caller.sees_confidential() || !posting.confidential,
            "confidential" => caller.sees_confidential() && posting.confidential,
            _ => !posting.confidential,
        })
        .map(|posting| Row {
            place: (Reverse(posting.created_at), posting.id.clone()),
            token: json!([posting.created_at, posting.id]),
            item: posting,
        })
        .collect();
    rows.sort_by(|a, b| a.place.cmp(&b.place));
    let known = |token: &str| lever.offsets.contains(token);
    let wanted = paging::page(&rows, limit, inbound.query_one("offset"), known, created_place)?;
    let items: Vec<_> = rows[wanted.start..wanted.end]
        .iter()
        .map(|row| paging::only_included(inbound, json(lever, row.item, &expand)))
        .collect();
    Ok(Outcome::of(paging::answer(world, &items, wanted.next)))
}

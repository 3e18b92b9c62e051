//! The data that every simulator starts with, and the names that tests, the demo and practice mode know it by.
//!
//! Everybody here is fictitious: e-mails end in `.example`, candidates' phones lie in +46701740605 … +46701740699.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::json;

use crate::data_centre::DataCentre;
use crate::lever::account::{
    Account as Lever, ApiKey, Application, Contact, Note, Opportunity, Posting, Stage, StageChange, User,
};
use crate::lever::oauth::{Client, Server};
use crate::lever::{ARTICLE_RIGHTS, OPTIONAL_RIGHTS, Right};
use crate::refapp::account::{Account as Refapp, Choice, FormMode};

/// API key with exactly the article's twelve rights, EU.
pub const EU_KEY: &str = "practice-eu-key";
/// API key with exactly the article's twelve rights, US.
pub const US_KEY: &str = "practice-us-key";
/// API key with exactly the article's twelve rights, sandbox.
pub const SANDBOX_KEY: &str = "practice-sandbox-key";
/// API key with the optional rights as well, EU.
pub const EU_KEY_ALL: &str = "practice-eu-key-all";
/// API key with the optional rights as well, US.
pub const US_KEY_ALL: &str = "practice-us-key-all";
/// Secret of the OAuth clients of [`oauth_client_id`].
pub const OAUTH_CLIENT_SECRET: &str = "practice-client-secret";
/// Refapp's account token.
pub const REFAPP_TOKEN: &str = "practice-refapp-token";
/// The bearer that Refapp sends with updates to any loopback host, until another one is registered.
pub const UPDATE_BEARER: &str = "practice-update-bearer";
/// The three fixed ports of the loopback redirect.
pub const LOOPBACK_PORTS: [u16; 3] = [47811, 47812, 47813];
/// The stage that starts checks in practice.
pub const TRIGGER_STAGE: &str = "Reference check";
/// E-mail of the Super Admin.
pub const SUPER_ADMIN: &str = "astrid.lund@nordvik.example";
/// E-mail of the first recruiter, a Team Member and owner of most postings.
pub const RECRUITER: &str = "jonas.ek@nordvik.example";
/// Ids and labels of Refapp's project templates, the first of them the preset.
pub const TEMPLATES: [(&str, &str); 3] = [
    ("vTmsuAXU1U81Ow3Gu", "Developers"),
    ("eVMqIrtA3z57KSxyF", "Sales"),
    ("hQ2wKbN7LrYc4TzPd", "Managers"),
];

/// The OAuth client of a data centre: `practice-client-us`, `-eu`, `-sandbox`.
pub fn oauth_client_id(data_centre: DataCentre) -> String {
    format!("practice-client-{}", data_centre.segment())
}

/// The redirect URIs that are registered for it: the deep link, then the loopback ones.
pub fn redirect_uris(data_centre: DataCentre) -> Vec<String> {
    let dc = data_centre.segment();
    std::iter::once(format!("com.refapp.lever://oauth/{dc}"))
        .chain(
            LOOPBACK_PORTS
                .iter()
                .map(|port| format!("http://127.0.0.1:{port}/oauth/{dc}")),
        )
        .collect()
}

/// The id of a thing of the demo data: UUIDv5 of its kind and name, so that it is the same for the same seed.
///
/// Kinds: `user`, `posting`, `opportunity`, by e-mail, title and name; `stage` by text.
pub fn id(seed: u64, kind: &str, name: &str) -> String {
    uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, format!("{seed}/{kind}/{name}").as_bytes()).to_string()
}

/// The hosts to which updates go, all of them this computer, with the bearer that they are sent with.
pub(crate) fn update_hosts(bearer: &str) -> BTreeMap<String, String> {
    ["127.0.0.1", "localhost", "[::1]"]
        .map(|host| (host.to_owned(), bearer.to_owned()))
        .into()
}

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// Name, e-mail, role, active.
const USERS: [(&str, &str, &str, bool); 6] = [
    ("Astrid Lund", SUPER_ADMIN, "super admin", true),
    ("Jonas Ek", RECRUITER, "team member", true),
    ("Maja Holm", "maja.holm@nordvik.example", "team member", true),
    ("Ivar Nyström", "ivar.nystrom@nordvik.example", "interviewer", true),
    ("Hugo Dahl", "hugo.dahl@nordvik.example", "limited team member", true),
    ("Petra Gran", "petra.gran@nordvik.example", "team member", false),
];

/// Id if built in, text, rank in thousandths.
const STAGES: [(Option<&str>, &str, i64); 8] = [
    (Some("lead-new"), "New lead", 1_000),
    (Some("lead-reached-out"), "Reached out", 3_000),
    (Some("lead-responded"), "Responded", 5_000),
    (Some("applicant-new"), "New applicant", 101_000),
    (None, "Recruiter screen", 201_000),
    (None, "On-site interview", 230_500),
    (None, TRIGGER_STAGE, 231_500),
    (Some("offer"), "Offer", 261_000),
];

struct PostingSeed {
    text: &'static str,
    state: &'static str,
    owner: &'static str,
    hiring_manager: Option<&'static str>,
    place: [&'static str; 4],
    tags: &'static [&'static str],
}

const HUGO: Option<&str> = Some("hugo.dahl@nordvik.example");
const MAJA: &str = "maja.holm@nordvik.example";

const POSTINGS: [PostingSeed; 7] = [
    PostingSeed {
        text: "Backend Developer",
        state: "published",
        owner: RECRUITER,
        hiring_manager: HUGO,
        place: ["Technology", "Platform", "Malmö", "Full-time"],
        tags: &["Refapp Template: Developers"],
    },
    PostingSeed {
        text: "Account Manager",
        state: "published",
        owner: MAJA,
        hiring_manager: HUGO,
        place: ["Commercial", "Sales", "Stockholm", "Full-time"],
        tags: &["Refapp Template: Sales"],
    },
    PostingSeed {
        text: "Office Coordinator",
        state: "published",
        owner: RECRUITER,
        hiring_manager: None,
        place: ["Operations", "Office", "Göteborg", "Part-time"],
        tags: &[],
    },
    PostingSeed {
        text: "Data Engineer",
        state: "internal",
        owner: RECRUITER,
        hiring_manager: HUGO,
        place: ["Technology", "Data", "Malmö", "Full-time"],
        tags: &["Refapp Template: Developers", "Priority"],
    },
    PostingSeed {
        text: "Store Manager",
        state: "internal",
        owner: MAJA,
        hiring_manager: None,
        place: ["Retail", "Stores", "Uppsala", "Full-time"],
        tags: &["Refapp Template: Retail"],
    },
    PostingSeed {
        text: "Team Lead",
        state: "published",
        owner: MAJA,
        hiring_manager: HUGO,
        place: ["Technology", "Platform", "Stockholm", "Full-time"],
        tags: &["Refapp Template: Developers", "Refapp Template: Managers"],
    },
    PostingSeed {
        text: "Warehouse Planner",
        state: "closed",
        owner: RECRUITER,
        hiring_manager: None,
        place: ["Operations", "Warehouse", "Jönköping", "Full-time"],
        tags: &[],
    },
];

/// What is peculiar about a candidate.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Peculiar {
    No,
    NoContact,
    PhoneOnly,
    NoPosting,
    Archived,
    Anonymized,
}
use Peculiar::{Anonymized, Archived, No, NoContact, NoPosting, PhoneOnly};

/// Name, posting, stage, peculiarity.
const CANDIDATES: [(&str, usize, &str, Peculiar); 24] = [
    ("Kim Berg", 0, "Recruiter screen", No),
    ("Åsa Öberg", 0, "On-site interview", No),
    ("Björn Ängström", 0, "Recruiter screen", No),
    ("Linnea Ståhl", 0, "applicant-new", No),
    ("Omar Haddad", 0, "lead-responded", No),
    ("Sofia Lindqvist", 1, "On-site interview", No),
    ("Erik Sandberg", 1, "Recruiter screen", No),
    ("Noor Rahimi", 1, "applicant-new", No),
    ("Elsa Månsson", 1, "Offer", No),
    ("Viktor Palm", 2, "Recruiter screen", No),
    ("Ida Forsberg", 2, "applicant-new", No),
    ("Tove Ekman", 3, "On-site interview", No),
    ("Ali Karim", 3, "Recruiter screen", No),
    ("Ronja Blom", 4, "Recruiter screen", No),
    ("Emil Frisk", 5, "On-site interview", No),
    ("Alva Hedlund", 5, "Recruiter screen", NoContact),
    ("Nils Rask", 2, "Recruiter screen", PhoneOnly),
    ("Saga Wiklund", 0, "lead-new", NoPosting),
    ("Gustav Holmberg", 1, "Recruiter screen", Archived),
    ("Agnes Dufva", 1, "Recruiter screen", Anonymized),
    ("<img src=x onerror=alert(1)>", 0, "Recruiter screen", No),
    (
        "Maximiliana Wilhelmina Alexandra Charlotta von Stjernhjelm-Gyllenstierna af Västergötland och Öresund",
        3,
        "On-site interview",
        No,
    ),
    ("Zelda", 2, "On-site interview", No),
    ("Hanna Lilja", 0, TRIGGER_STAGE, No),
];

fn stage_id(seed: u64, name: &str) -> String {
    let built_in = STAGES
        .iter()
        .find(|(id, text, ..)| *id == Some(name) || *text == name)
        .and_then(|stage| stage.0);
    built_in.map_or_else(|| id(seed, "stage", name), str::to_owned)
}

fn key(name: &str, value: &str, data_centre: DataCentre, rights: impl IntoIterator<Item = Right>) -> ApiKey {
    ApiKey {
        name: name.into(),
        value: value.into(),
        data_centre,
        rights: rights.into_iter().collect::<BTreeSet<_>>(),
        confidential: false,
        deleted: false,
    }
}

fn keys() -> Vec<ApiKey> {
    let all = || ARTICLE_RIGHTS.into_iter().chain(OPTIONAL_RIGHTS);
    vec![
        key("key eu", EU_KEY, DataCentre::Eu, ARTICLE_RIGHTS),
        key("key us", US_KEY, DataCentre::Us, ARTICLE_RIGHTS),
        key("key sandbox", SANDBOX_KEY, DataCentre::Sandbox, ARTICLE_RIGHTS),
        key("key eu all", EU_KEY_ALL, DataCentre::Eu, all()),
        key("key us all", US_KEY_ALL, DataCentre::Us, all()),
    ]
}

/// `kim.berg@fjordpost.example` of `Kim Berg`, without what an address cannot hold.
fn email_of(name: &str, number: usize) -> String {
    let local: String = name
        .to_lowercase()
        .chars()
        .filter_map(|c| match c {
            'å' | 'ä' => Some('a'),
            'ö' => Some('o'),
            ' ' => Some('.'),
            c if c.is_ascii_alphanumeric() => Some(c),
            _ => None,
        })
        .take(40)
        .collect();
    if name.contains('<') {
        format!("candidate.{number}@fjordpost.example")
    } else {
        format!("{local}@fjordpost.example")
    }
}

pub(crate) fn lever(seed: u64, now: i64) -> Lever {
    let users: Vec<_> = USERS
        .iter()
        .zip(0..)
        .map(|((name, email, role, active), age)| User {
            id: id(seed, "user", email),
            name: (*name).into(),
            email: (*email).into(),
            role: (*role).into(),
            created_at: now - 400 * DAY + age * DAY,
            deactivated_at: (!active).then_some(now - 30 * DAY),
        })
        .collect();
    let mut account = Lever {
        name: "nordvik".into(),
        users,
        stages: STAGES
            .iter()
            .map(|(_, text, rank)| Stage {
                id: stage_id(seed, text),
                text: (*text).into(),
                rank: *rank,
            })
            .collect(),
        postings: Vec::new(),
        contacts: BTreeMap::new(),
        opportunities: BTreeMap::new(),
        archive_reasons: vec![
            (id(seed, "archive reason", "Hired"), "Hired".into()),
            (id(seed, "archive reason", "Underqualified"), "Underqualified".into()),
        ],
        webhooks: Vec::new(),
        // Off by default (lever-api.md §8.2).
        webhook_groups: BTreeSet::new(),
        deliveries: Vec::new(),
        keys: keys(),
        buckets: BTreeMap::new(),
        offsets: HashSet::new(),
    };
    for (posting, age) in POSTINGS.iter().zip(1..) {
        let [department, team, location, commitment] = posting.place.map(str::to_owned);
        account.postings.push(Posting {
            id: id(seed, "posting", posting.text),
            text: posting.text.into(),
            state: posting.state.into(),
            owner: Some(id(seed, "user", posting.owner)),
            hiring_manager: posting.hiring_manager.map(|email| id(seed, "user", email)),
            department,
            team,
            location,
            commitment,
            tags: posting.tags.iter().map(|tag| (*tag).to_owned()).collect(),
            confidential: false,
            internal_only: false,
            created_at: now - 90 * DAY + age * DAY,
            updated_at: now - 20 * DAY,
        });
    }
    for (number, (name, posting, stage, peculiar)) in CANDIDATES.into_iter().enumerate() {
        candidate(&mut account, seed, now, number, name, posting, stage, peculiar);
    }
    account
}

#[allow(clippy::too_many_arguments)] // One row of the table, spelt out.
fn candidate(
    account: &mut Lever,
    seed: u64,
    now: i64,
    number: usize,
    name: &str,
    posting: usize,
    stage: &str,
    peculiar: Peculiar,
) {
    let age = i64::try_from(number).unwrap_or_default();
    let contact = Contact {
        id: id(seed, "contact", name),
        name: if peculiar == Anonymized {
            String::new()
        } else {
            name.into()
        },
        headline: if number.is_multiple_of(3) {
            "Havsvind AB, Norrsken Data".into()
        } else {
            String::new()
        },
        location: String::new(),
        emails: match peculiar {
            NoContact | PhoneOnly | Anonymized => Vec::new(),
            _ => vec![email_of(name, number)],
        },
        phones: match peculiar {
            NoContact | Anonymized => Vec::new(),
            _ => vec![json!({"type": "mobile", "value": format!("+467017406{:02}", 5 + number)})],
        },
        links: Vec::new(),
    };
    let posting = (peculiar != NoPosting).then(|| account.postings[posting].clone());
    let owner = posting
        .as_ref()
        .and_then(|posting| posting.owner.clone())
        .unwrap_or_else(|| id(seed, "user", RECRUITER));
    let opportunity_id = id(seed, "opportunity", name);
    // Every fourth pair shares its times, so that paging meets ties.
    let created_at = now - 14 * DAY - (age / 2) * HOUR;
    let moved_at = created_at + 2 * DAY;
    let stage = stage_id(seed, stage);
    let index = |id: &str| {
        account
            .stages
            .iter()
            .position(|stage| stage.id == id)
            .unwrap_or_default()
    };
    let mut stage_changes = vec![StageChange {
        to: "lead-new".into(),
        index: 0,
        at: created_at,
        // Imported rows have no user.
        user: (number % 5 != 4).then(|| owner.clone()),
    }];
    if stage != "lead-new" {
        stage_changes.push(StageChange {
            to: stage.clone(),
            index: index(&stage),
            at: moved_at,
            user: Some(owner.clone()),
        });
    }
    let mut tags: Vec<String> = posting
        .iter()
        .flat_map(|posting| posting.tags.iter().cloned())
        .collect();
    tags.extend(posting.iter().flat_map(Lever::inherited_tags));
    let notes = if number == 0 {
        vec![ui_note(seed, &stage, &owner, moved_at)]
    } else {
        Vec::new()
    };
    let opportunity = Opportunity {
        id: opportunity_id.clone(),
        contact: contact.id.clone(),
        stage,
        tags,
        sources: vec!["Referral".into()],
        stage_changes,
        origin: if number.is_multiple_of(2) {
            "applied".into()
        } else {
            "sourced".into()
        },
        sourced_by: (number % 2 == 1).then(|| owner.clone()),
        followers: vec![owner.clone()],
        application: posting.map(|posting| Application {
            id: id(seed, "application", name),
            posting: posting.id,
            posting_owner: posting.owner,
            posting_hiring_manager: posting.hiring_manager,
            user: Some(owner.clone()),
            created_at: created_at + 1,
        }),
        owner,
        created_at,
        // Null on old rows.
        updated_at: (number % 4 != 3).then_some(moved_at + 1),
        last_interaction_at: moved_at,
        last_advanced_at: moved_at,
        archived_before: peculiar == Archived,
        archived: (peculiar == Archived).then(|| (account.archive_reasons[1].0.clone(), now - DAY)),
        confidential: false,
        anonymized: peculiar == Anonymized,
        notes,
    };
    account.contacts.insert(contact.id.clone(), contact);
    account.opportunities.insert(opportunity_id, opportunity);
}

fn ui_note(seed: u64, stage: &str, user: &str, at: i64) -> Note {
    Note {
        id: id(seed, "note", "screen"),
        user: Some(user.into()),
        fields: vec![
            json!({"createdAt": at, "score": null, "stage": stage, "text": "Comment", "type": "note",
            "user": user, "value": "Good first talk."}),
        ],
        secret: false,
        created_at: at,
        deleted_at: None,
        by_api: false,
    }
}

pub(crate) fn oauth() -> Server {
    let clients = DataCentre::ALL
        .into_iter()
        .map(|data_centre| Client {
            id: oauth_client_id(data_centre),
            secret: OAUTH_CLIENT_SECRET.into(),
            data_centre,
            redirect_uris: redirect_uris(data_centre),
        })
        .collect();
    Server::with_clients(clients)
}

pub(crate) fn refapp() -> Refapp {
    let choice = |id: &str, label: &str| Choice {
        id: id.into(),
        label: label.into(),
    };
    Refapp {
        token: REFAPP_TOKEN.into(),
        domain: "nordvik.example".into(),
        default_language: "sv".into(),
        form: FormMode::Template,
        existing_project_form: true,
        templates: TEMPLATES.iter().map(|(id, label)| choice(id, label)).collect(),
        default_template: Some(TEMPLATES[0].0.into()),
        template_required: false,
        cost_centre_required: false,
        questionnaires: BTreeMap::from([
            (
                "en".into(),
                vec![choice("Tz8mQe4RbWn2YkLpV", "Standard (11 questions)")],
            ),
            (
                "sv".into(),
                vec![
                    choice("PlrV0EW1KatfkOI9D", "Standard (11 frågor)"),
                    choice("c5XuJg7HdSa9NvRfM", "Kort (5 frågor)"),
                ],
            ),
        ]),
        questionnaires_preset: true,
        block_invitations: false,
        update_hosts: update_hosts(UPDATE_BEARER),
        projects: Vec::new(),
        checks: Vec::new(),
    }
}

//! M7, M9, M10, M13: one check from the stage to its end.

use end_to_end::rig::{Rig, Setup};
use model::{Badge, Code, Status, WhoActs};
use serde_json::{Value, json};
use simulator::{Side, demo};

use crate::{becomes, event_of, lever_shows, our_notes, stands_for, started, state_of};

const MAJA: &str = "maja.holm@nordvik.example";
const HUGO: &str = "hugo.dahl@nordvik.example";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m07_a_candidate_who_reaches_the_stage_is_added_in_the_project_of_the_posting() {
    let rig = Rig::start(Setup::default()).await;
    rig.move_into_trigger("Kim Berg").await;
    let row = rig
        .check_that("Kim Berg", "accepted by Refapp", |row| row.status == Status::Sent)
        .await;
    assert_eq!(row.posting_title, "Backend Developer");
    let events = rig.calls("event");
    assert_eq!(events.len(), 1);
    let candidate = &events[0].body["partner-event"]["candidate"];
    assert_eq!(candidate["job"]["id"], rig.posting("Backend Developer").as_str());
    assert_eq!(candidate["first-name"], "Kim");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m07_a_posting_has_one_project_however_many_candidates_reach_the_stage() {
    let rig = Rig::start(Setup::default()).await;
    for candidate in ["Kim Berg", "Åsa Öberg", "Sofia Lindqvist"] {
        rig.move_into_trigger(candidate).await;
    }
    for candidate in ["Kim Berg", "Åsa Öberg", "Sofia Lindqvist"] {
        becomes(&rig, candidate, Status::Sent).await;
        assert_eq!(rig.starts(candidate), 1, "{candidate}");
    }
    let refapp = state_of(&rig, "refapp").await;
    let projects = refapp["projects"].as_array().expect("projects");
    let mut jobs: Vec<&str> = projects
        .iter()
        .filter_map(|project| project["job_id"].as_str())
        .collect();
    let mut expected = [rig.posting("Backend Developer"), rig.posting("Account Manager")];
    jobs.sort_unstable();
    expected.sort_unstable();
    assert_eq!(jobs, expected);
    assert_eq!(refapp["checks"].as_array().map(Vec::len), Some(3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m07_any_time_includes_a_candidate_whom_only_polling_finds() {
    let rig = Rig::start(Setup {
        public: false,
        ..Setup::with_list_rights()
    })
    .await;
    started(&rig, "Kim Berg").await;
    assert!(rig.sim.ledger().iter().all(|entry| entry.side != Side::Webhook));
    assert_eq!(rig.starts("Kim Berg"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m09_the_posting_s_tag_selects_the_template() {
    let rig = Rig::start(Setup::default()).await;
    let row = started(&rig, "Sofia Lindqvist").await;
    let (id, name) = demo::TEMPLATES[1];
    assert_eq!(row.template.as_deref(), Some(name));
    assert_eq!(
        event_of(&rig, "Sofia Lindqvist")["webhook-data"]["project-template-id"],
        id
    );
    let project = state_of(&rig, "refapp").await["projects"][0].take();
    assert_eq!(project["template"], name);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m09_a_tag_that_was_set_a_second_ago_counts_and_one_on_the_candidate_does_not() {
    let rig = Rig::start(Setup::default()).await;
    let opportunity = rig.opportunity("Viktor Palm");
    let tag = json!({"add": ["Refapp Template: Sales"]});
    rig.control("POST", &format!("lever/opportunities/{opportunity}/tags"), tag)
        .await;
    started(&rig, "Viktor Palm").await;
    assert_eq!(
        event_of(&rig, "Viktor Palm")["webhook-data"].get("project-template-id"),
        None
    );

    let posting = rig.posting("Backend Developer");
    let tags = json!({"tags": ["Refapp Template: Managers"]});
    rig.control("PATCH", &format!("lever/postings/{posting}"), tags).await;
    let row = started(&rig, "Kim Berg").await;
    assert_eq!(row.template.as_deref(), Some("Managers"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m09_without_a_tag_the_configured_default_is_sent() {
    let rig = Rig::start(Setup {
        default_template: Some("Managers".to_owned()),
        ..Setup::default()
    })
    .await;
    started(&rig, "Viktor Palm").await;
    let (id, _) = demo::TEMPLATES[2];
    assert_eq!(event_of(&rig, "Viktor Palm")["webhook-data"]["project-template-id"], id);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m09_tags_that_name_no_template_or_several_are_asked_about_and_mended_on_the_posting() {
    let rig = Rig::start(Setup::default()).await;
    for (candidate, posting, code) in [
        ("Emil Frisk", "Team Lead", Code::TagMulti),
        ("Ronja Blom", "Store Manager", Code::TagStale),
    ] {
        rig.move_into_trigger(candidate).await;
        let row = stands_for(&rig, candidate, code).await;
        assert_eq!((row.status, row.who_acts), (Status::NeedsAttention, WhoActs::Recruiter));
        let path = format!("lever/postings/{}", rig.posting(posting));
        rig.control("PATCH", &path, json!({"tags": ["Refapp Template: Managers"]}))
            .await;
        rig.decide(&row, api::Decision::TryAgain).await;
        let row = becomes(&rig, candidate, Status::Sent).await;
        assert_eq!(row.template.as_deref(), Some("Managers"));
        assert_eq!(rig.starts(candidate), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m10_tag_and_note_follow_the_check_until_it_is_completed() {
    let rig = Rig::start(Setup::default()).await;
    let row = started(&rig, "Kim Berg").await;
    lever_shows(&rig, "Kim Berg", Status::Sent, "").await;
    for (step, status, counts) in [
        ("accept", Status::Sent, ""),
        ("next", Status::WaitingForCandidate, " (0 of 3 answered)"),
        (
            "candidate-names-referees",
            Status::WaitingForReferees,
            " (0 of 3 answered)",
        ),
        ("referee-answers", Status::WaitingForReferees, " (1 of 3 answered)"),
        (
            "referee-declines",
            Status::WaitingForReferees,
            " (1 of 3 answered, 1 declined)",
        ),
        ("referee-answers", Status::InProgress, " (2 of 3 answered, 1 declined)"),
        ("complete", Status::Completed, " (2 of 3 answered, 1 declined)"),
    ] {
        rig.refapp_step(&row, step).await;
        lever_shows(&rig, "Kim Berg", status, counts).await;
    }
    let row = becomes(&rig, "Kim Berg", Status::Completed).await;
    assert_eq!((row.answered, row.expected, row.declined), (Some(2), Some(3), 1));
    assert!(row.badges.contains(&Badge::Declined));
    // What a recruiter wrote is left alone.
    assert!(rig.notes("Kim Berg").await.contains(&"Good first talk.".to_owned()));
    let tags = rig.in_lever("Kim Berg").await["tags"].take();
    assert!(tags.to_string().contains("Refapp Template: Developers"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m10_a_check_that_fails_says_so_in_lever() {
    let rig = Rig::start(Setup::default()).await;
    let row = started(&rig, "Kim Berg").await;
    rig.refapp_step(&row, "fail").await;
    lever_shows(&rig, "Kim Berg", Status::Failed, "").await;
    let row = becomes(&rig, "Kim Berg", Status::Failed).await;
    assert_eq!(row.who_acts, WhoActs::Recruiter);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m10_the_note_links_to_the_report_and_the_candidate_page_and_names_nobody() {
    let rig = Rig::start(Setup::default()).await;
    let row = started(&rig, "Sofia Lindqvist").await;
    rig.refapp_step(&row, "complete").await;
    let note = lever_shows(&rig, "Sofia Lindqvist", Status::Completed, " (3 of 3 answered)").await;
    let check = state_of(&rig, "refapp").await["checks"][0].take();
    let report = check["url"].as_str().expect("a report");
    let page = format!("/refapp/candidate/{}", check["candidate_id"].as_str().expect("a page"));
    assert!(note.contains(report), "{note}");
    assert!(note.contains(&page), "{note}");
    assert!(
        !note.contains("reference-entry"),
        "the submission page is the candidate's own"
    );
    for personal in [
        "Sofia",
        "Lindqvist",
        "fjordpost",
        "+46",
        "All references received",
        MAJA,
        demo::RECRUITER,
    ] {
        assert!(!note.contains(personal), "{personal} in {note}");
    }
    let row = becomes(&rig, "Sofia Lindqvist", Status::Completed).await;
    assert_eq!(row.report_url.as_deref(), Some(report));
    assert!(note.contains(&row.reference));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m10_a_change_of_status_costs_four_requests_and_three_where_notes_can_be_updated() {
    for (setup, expected) in [
        (
            Setup::default(),
            vec!["addTags", "create note", "delete note", "removeTags"],
        ),
        (
            Setup {
                poll_interval: 3600,
                ..Setup::with_list_rights()
            },
            vec!["addTags", "removeTags", "update note"],
        ),
    ] {
        let rig = Rig::start(setup).await;
        let row = started(&rig, "Sofia Lindqvist").await;
        lever_shows(&rig, "Sofia Lindqvist", Status::Sent, "").await;
        let before = rig.sim.ledger().last().expect("entries").seq;
        let update = json!({"status": "pending", "total": 3, "remaining_to_submit": 3, "completed": 0, "declined": 0});
        rig.control("PATCH", &format!("refapp/checks/{}", rig.result_of(&row)), update)
            .await;
        lever_shows(
            &rig,
            "Sofia Lindqvist",
            Status::WaitingForCandidate,
            " (0 of 3 answered)",
        )
        .await;
        let opportunity = rig.opportunity("Sofia Lindqvist");
        let mut calls: Vec<String> = rig
            .sim
            .ledger()
            .into_iter()
            .filter(|entry| entry.seq > before && entry.side == Side::Lever && entry.path.contains(&opportunity))
            .map(|entry| entry.call)
            .collect();
        calls.sort_unstable();
        assert_eq!(calls, expected);
        assert_eq!(our_notes(&rig, "Sofia Lindqvist").await.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m13_the_mover_and_the_posting_owner_become_members_and_the_hiring_manager_does_not() {
    let rig = Rig::start(Setup::default()).await;
    started(&rig, "Sofia Lindqvist").await;
    let event = event_of(&rig, "Sofia Lindqvist");
    assert_eq!(event["candidate"]["recruiter"]["email"], demo::RECRUITER);
    assert_eq!(team(&event), [demo::RECRUITER, MAJA]);
    assert_eq!(members(&rig, "Account Manager").await, [demo::RECRUITER, MAJA]);
    assert!(!event.to_string().contains(HUGO), "the hiring manager is named nowhere");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m13_who_is_mover_and_owner_is_one_member() {
    let rig = Rig::start(Setup::default()).await;
    started(&rig, "Kim Berg").await;
    assert_eq!(members(&rig, "Backend Developer").await, [demo::RECRUITER]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m13_a_hiring_manager_who_moves_the_candidate_is_the_mover() {
    let rig = Rig::start(Setup::default()).await;
    rig.move_by("Kim Berg", demo::TRIGGER_STAGE, HUGO).await;
    becomes(&rig, "Kim Berg", Status::Sent).await;
    assert_eq!(event_of(&rig, "Kim Berg")["candidate"]["recruiter"]["email"], HUGO);
    assert_eq!(members(&rig, "Backend Developer").await, [HUGO, demo::RECRUITER]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m13_a_later_mover_joins_the_project_that_is_there() {
    let rig = Rig::start(Setup::default()).await;
    started(&rig, "Kim Berg").await;
    rig.move_by("Åsa Öberg", demo::TRIGGER_STAGE, MAJA).await;
    becomes(&rig, "Åsa Öberg", Status::Sent).await;
    assert_eq!(members(&rig, "Backend Developer").await, [demo::RECRUITER, MAJA]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m13_where_invitations_are_blocked_the_members_are_handed_over_all_the_same() {
    let rig = Rig::start(Setup::default()).await;
    rig.control("PATCH", "refapp", json!({"block_invitations": true})).await;
    started(&rig, "Sofia Lindqvist").await;
    assert_eq!(team(&event_of(&rig, "Sofia Lindqvist")), [demo::RECRUITER, MAJA]);
    let members = state_of(&rig, "refapp").await["projects"][0]["members"].take();
    assert!(
        members
            .as_array()
            .expect("members")
            .iter()
            .all(|member| member["invited"] == false)
    );
}

fn emails(people: &Value) -> Vec<String> {
    let people = people.as_array().into_iter().flatten();
    people
        .filter_map(|person| person["email"].as_str().map(str::to_owned))
        .collect()
}

fn team(event: &Value) -> Vec<String> {
    emails(&event["candidate"]["job"]["recruiting-team"])
}

/// Of the project of a posting.
async fn members(rig: &Rig, title: &str) -> Vec<String> {
    let posting = rig.posting(title);
    let projects = state_of(rig, "refapp").await["projects"].take();
    let project = projects
        .as_array()
        .expect("projects")
        .iter()
        .find(|project| project["job_id"] == posting.as_str());
    emails(&project.expect("a project")["members"])
}

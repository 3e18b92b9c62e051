//! Every row of the mission, over real HTTP, named after it.

use end_to_end::rig::{Rig, Setup};
use model::Status;

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

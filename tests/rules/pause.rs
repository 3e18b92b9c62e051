//! `rules.md` 3: what happened during a pause is asked about, also when the next pause follows at once.

use api::{Reply, Request};
use end_to_end::rig::{Rig, Setup};
use model::Code;
use serde_json::json;

use crate::stands_for;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r03_a_second_pause_does_not_forget_what_the_first_one_kept() {
    let rig = Rig::start(Setup::default()).await;
    let connection = rig.id().await;
    let asked = async |request| assert_eq!(rig.host.ask(request).await, Ok(Reply::Done));
    asked(Request::Pause { connection }).await;
    rig.move_into_trigger("Kim Berg").await;
    rig.until("the event is kept", async || {
        (rig.connection().await.counts.waiting == 1).then_some(())
    })
    .await;
    // Lever cannot be read, so the bell still rings when the next pause begins.
    let unreadable = json!({"side": "lever", "call": "read opportunity"});
    rig.fault(json!({"match": unreadable, "kind": "status", "code": 500}))
        .await;
    for request in [Request::Resume { connection }, Request::Pause { connection }] {
        asked(request).await;
    }
    rig.end_faults().await;
    asked(Request::Resume { connection }).await;
    stands_for(&rig, "Kim Berg", Code::CheckPaused).await;
    assert!(rig.calls("event").is_empty());
}

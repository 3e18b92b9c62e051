//! Row 9: candidates are deleted in Lever, half of them without a webhook, and older events come after that.
//!
//! The look of each day finds what no webhook told. Reads fail now and then, also with an empty page: that is no
//! deletion.

use std::collections::HashSet;

use model::{DAY, HOUR, MINUTE};
use serde_json::{Value, json};
use simulator::Side;

use crate::row::{Column, Ctx, Row, Runtime, Verdict};
use crate::world::World;

pub const ROW: Row = Row {
    number: 9,
    title: "deletions, half of them without a webhook, older events after them",
    bar: "all found, no false deletion, no effect afterwards, personal data gone from database, WAL and logs",
    columns: &[Column::Article, Column::List],
    controls: &[(Column::Article, "keep-names")],
    remarks: "",
    runtime: Runtime::Paused,
    beside: false,
    run: |ctx| Box::pin(run(ctx)),
};

/// In every name that is to go.
const PLANTED: &str = "Quillfeather";
/// In every name that is to stay.
const STAYING: &str = "Tove Test";

async fn run(ctx: &Ctx) -> Verdict {
    let mut verdict = Verdict::default();
    let world = World::begin(ctx).await;
    let deleted = world.candidates(PLANTED, ctx.many(1_000, 40)).await;
    let staying = world.candidates(STAYING, ctx.many(100, 10)).await;
    for crowd in [&deleted, &staying] {
        world.move_into_trigger(crowd).await;
    }
    world.rest(6 * HOUR, &mut verdict).await;
    world.judge_starts(&deleted, &[], &mut verdict);
    verdict.hold(found_in_files(&world), || {
        "the planted name is not even there before".to_owned()
    });
    world.step_all().await;
    world.rest(6 * HOUR, &mut verdict).await;
    let stage_changes = deliveries(&world, &deleted).await;

    delete(&world, &deleted).await;
    world.pass(10 * MINUTE).await;
    let told = world
        .checks()
        .values()
        .filter(|check| check.candidate.is_empty())
        .count();
    verdict.measure("found by webhook", told);
    // Reads that fail are no deletions.
    for kind in ["html_200", "empty_200", "applied_5xx", "reset"] {
        let reads = json!({"side": "lever", "method": "GET"});
        let fault = json!({"match": reads, "kind": kind, "probability": 0.05});
        world.rig.fault(fault).await;
    }
    world.pass(DAY + 6 * HOUR).await;
    world.rig.end_faults().await;
    world.rest(6 * HOUR, &mut verdict).await;

    let checks = world.checks();
    let left = deleted.iter().filter(|id| {
        let check = checks.get(*id);
        check.is_none_or(|check| !check.candidate.is_empty())
    });
    let left = left.count();
    verdict.measure("deleted", deleted.len());
    verdict.hold(left == 0, || format!("{left} deletions are not found"));
    let gone = staying.iter().filter(|id| {
        checks
            .get(*id)
            .is_none_or(|check| !check.candidate.starts_with(STAYING))
    });
    let gone = gone.count();
    verdict.hold(gone == 0, || format!("{gone} who stay are taken for deleted"));

    // Older events come late, and Refapp goes on for a while.
    let seq = world.rig.seq();
    for delivery in &stage_changes {
        let path = format!("lever/deliveries/{delivery}/rerun");
        world.rig.control("POST", &path, Value::Null).await;
    }
    world.step_all().await;
    world.pass(HOUR).await;
    world.rest(6 * HOUR, &mut verdict).await;
    let effects = effects_on(&world, seq, &deleted);
    verdict.measure("older events", stage_changes.len());
    verdict.hold(!stage_changes.is_empty(), || "no older event came".to_owned());
    verdict.hold(effects == 0, || format!("{effects} effects on those who are deleted"));
    verdict.hold(!found_in_files(&world), || {
        "the planted name is in the database or beside it".to_owned()
    });
    let logged = world.logged();
    verdict.hold(!logged.contains(PLANTED) && !logged.is_empty(), || {
        "the planted name is in the log, or there is none".to_owned()
    });
    world.judge_written(&staying, &mut verdict).await;
    verdict
}

/// Every other one without a webhook.
async fn delete(world: &World, opportunities: &[String]) {
    for (number, opportunity) in opportunities.iter().enumerate() {
        let deliver = if number % 2 == 0 { "normal" } else { "none" };
        let path = format!("lever/opportunities/{opportunity}?deliver={deliver}");
        world.rig.control("DELETE", &path, Value::Null).await;
    }
}

/// Ids of the webhooks that told of them.
async fn deliveries(world: &World, about: &[String]) -> Vec<String> {
    let about: HashSet<&str> = about.iter().map(String::as_str).collect();
    let state = world.rig.control("GET", "state", Value::Null).await;
    let all = state["lever"]["deliveries"].as_array().cloned().unwrap_or_default();
    all.iter()
        .filter(|row| {
            row["body"]["data"]["opportunityId"]
                .as_str()
                .is_some_and(|id| about.contains(id))
        })
        .filter_map(|row| row["id"].as_str().map(str::to_owned))
        .collect()
}

/// Writes to Lever about them, and starts of them.
fn effects_on(world: &World, seq: u64, opportunities: &[String]) -> usize {
    let ledger = world.rig.sim.ledger();
    let ours = ledger.iter().filter(|entry| entry.seq > seq && entry.method != "GET");
    let text = |entry: &simulator::Entry| match entry.side {
        Side::Lever => entry.path.clone(),
        Side::Refapp => entry.body.to_string(),
        _ => String::new(),
    };
    ours.map(text)
        .filter(|text| opportunities.iter().any(|id| text.contains(id.as_str())))
        .count()
}

/// Whether the planted name is in any file of the data directory.
fn found_in_files(world: &World) -> bool {
    let files = std::fs::read_dir(world.rig.dir.path()).expect("a directory");
    let mut bytes = files.filter_map(|file| std::fs::read(file.ok()?.path()).ok());
    bytes.any(|bytes| bytes.windows(PLANTED.len()).any(|window| window == PLANTED.as_bytes()))
}

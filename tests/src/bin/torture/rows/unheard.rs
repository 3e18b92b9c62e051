//! Row 8: webhooks are lost.
//!
//! With list rights Lever loses all of them for an hour, then three in ten; polling finds every move. With the article's
//! key nobody can ask Lever who was moved: what can be known is that we could not be reached. So there the host is off
//! for an hour; afterwards the gap is named from–to, and what people then have delivered again, as the finding says, is
//! acted on. What Lever loses while we can be reached cannot be known with those rights, and is not claimed.

use model::{HOUR, MINUTE, Millis};
use serde_json::{Value, json};

use crate::row::{Column, Ctx, Row, Runtime, Verdict};
use crate::world::World;

pub const ROW: Row = Row {
    number: 8,
    title: "webhooks lost: all for 1 h, then 30 %",
    bar: "with list rights every transition acted on; article's key: the gap is named from–to with Lever's Rerun path",
    columns: &[Column::Article, Column::List],
    controls: &[(Column::List, "deaf-polling"), (Column::Article, "no-gap")],
    remarks: "Not shown: with the article's key, what Lever loses while it could reach us: nobody can know of it with those rights.",
    runtime: Runtime::Paused,
    beside: false,
    run: |ctx| Box::pin(run(ctx)),
};

const GAP: &str = "LEV-WH-GAP";

async fn run(ctx: &Ctx) -> Verdict {
    let mut verdict = Verdict::default();
    let mut world = World::begin(ctx).await;
    let each = ctx.many(60, 10);
    let moved = if ctx.column == Column::List {
        let mut moved = lossy_hour(&world, 1.0, each).await;
        moved.extend(lossy_hour(&world, 0.3, each).await);
        moved
    } else {
        shut_hour(&mut world, each, &mut verdict).await
    };
    world.rest(2 * HOUR, &mut verdict).await;
    verdict.measure("moves", moved.len());
    world.judge_starts(&moved, &[], &mut verdict);
    world.judge_written(&moved, &mut verdict).await;
    verdict
}

/// An hour of moves, of whose webhooks so many are lost.
async fn lossy_hour(world: &World, chance: f64, moves: usize) -> Vec<String> {
    let loss = json!({"probability": chance});
    world.rig.control("PATCH", "lever/webhook-loss", loss).await;
    hour_of_moves(world, moves).await
}

async fn hour_of_moves(world: &World, moves: usize) -> Vec<String> {
    let moved = world.candidates("Tove Test", moves).await;
    for opportunity in moved.chunks(1) {
        world.move_into_trigger(opportunity).await;
        world.pass(HOUR / i64::try_from(moves).unwrap_or(1)).await;
    }
    moved
}

/// An hour of moves while nobody can reach us.
async fn shut_hour(world: &mut World, moves: usize, verdict: &mut Verdict) -> Vec<String> {
    // Until it is known that the way in is open.
    world.pass(10 * MINUTE).await;
    let began = world.hours.now();
    world.rig.stop_host().await;
    let moved = hour_of_moves(world, moves).await;
    let ended = world.hours.now();
    world.rig.start_host().await;
    world.rig.until_ready().await;
    world.pass(10 * MINUTE).await;
    let acted = moved.iter().filter(|id| world.checks().contains_key(*id)).count();
    verdict.measure("moves that no webhook told of", moved.len() - acted);
    verdict.hold(acted < moved.len(), || "no webhook was lost".to_owned());
    named(world, began, ended, verdict).await;
    for delivery in failed(world).await {
        let path = format!("lever/deliveries/{delivery}/rerun");
        world.rig.control("POST", &path, Value::Null).await;
    }
    world.pass(MINUTE).await;
    moved
}

/// The gap is shown, from before the first lost webhook until after the last.
async fn named(world: &World, began: Millis, ended: Millis, verdict: &mut Verdict) {
    let findings = world.rig.connection().await.findings;
    let gap = findings.iter().find(|finding| finding.failure.code.to_string() == GAP);
    let Some(gap) = gap else {
        return verdict.problem("the gap is not named");
    };
    let text = |name: &str| gap.failure.params.get(name).cloned().unwrap_or_default();
    let (from, to) = (text("from"), text("to"));
    verdict.measure("gap", format!("{from} – {to}"));
    // Written in one form, to the second: later is greater.
    let holds = from <= began.to_string() && to >= ended.to_string();
    verdict.hold(holds, || {
        format!("it was from {began} to {ended}, and is said to be from {from} to {to}")
    });
}

/// Deliveries that nobody took, as Lever's own page shows them.
async fn failed(world: &World) -> Vec<String> {
    let state = world.rig.control("GET", "state", Value::Null).await;
    let all = state["lever"]["deliveries"].as_array().cloned().unwrap_or_default();
    let taken = |row: &Value| {
        let tries = row["tries"].as_array().into_iter().flatten();
        tries.filter_map(Value::as_u64).any(|status| status < 300)
    };
    all.iter()
        .filter(|row| !taken(row))
        .filter_map(|row| row["id"].as_str().map(str::to_owned))
        .collect()
}

//! Row 7: our clock is wrong, is put forward for the summer, or stands still while the computer sleeps.
//!
//! It begins an hour before Europe's clocks go forward; everything is stored and compared in UTC, so nothing may come
//! of it. Half of the moves are told by a webhook, half only by the list, where the key may read that.

use model::{HOUR, MINUTE, Millis};
use serde_json::Value;
use simulator::demo::RECRUITER;

use crate::row::{Column, Ctx, Row, Runtime, Verdict};
use crate::world::World;

pub const ROW: Row = Row {
    number: 7,
    title: "clock 10 minutes fast and slow, daylight saving, 8 h sleep",
    bar: "nothing missing, nothing twice",
    columns: &[Column::Article, Column::List],
    controls: &[(Column::List, "own-clock")],
    remarks: "Not shown: with the article's key no control is known that would fail here: nothing is decided by a clock of ours there.",
    runtime: Runtime::Paused,
    beside: false,
    run: |ctx| Box::pin(run(ctx)),
};

/// Sunday, 29 March 2026: an hour before the clocks of Europe go forward.
const BEFORE_SUMMER: Millis = Millis(1_774_746_000_000 - HOUR);
/// Moved at once: few enough that a catch-up does not ask (`rules.md` 3).
const FEW: usize = 8;

async fn run(ctx: &Ctx) -> Verdict {
    let mut verdict = Verdict::default();
    let world = World::begin_at(ctx, BEFORE_SUMMER).await;
    let mut moved = Vec::new();
    for ahead in [0, 10 * MINUTE, 0, -10 * MINUTE, 0] {
        world.hours.skew(ahead);
        for _ in 0..ctx.many(12, 3) {
            moved.extend(some_move(&world, ctx.column).await);
            world.pass(7 * MINUTE).await;
        }
    }
    for _ in 0..ctx.many(6, 1) {
        moved.extend(nap(&world, ctx.column).await);
    }
    world.rest(2 * HOUR, &mut verdict).await;
    verdict.measure("moves", moved.len());
    world.judge_starts(&moved, &[], &mut verdict);
    world.judge_written(&moved, &mut verdict).await;
    verdict
}

/// Some are moved. What no webhook tells is found by polling, where that is allowed.
async fn some_move(world: &World, column: Column) -> Vec<String> {
    let moved = world.candidates("Tove Test", FEW).await;
    let (told, untold) = moved.split_at(FEW / 2);
    world.move_into_trigger(told).await;
    let deliver = if column == Column::List { "none" } else { "normal" };
    world.move_in(untold, RECRUITER, deliver).await;
    moved
}

/// Eight hours, in which timers stand still; some are moved in the fourth. Webhooks come when we are awake again.
async fn nap(world: &World, column: Column) -> Vec<String> {
    let moved = world.candidates("Tove Test", FEW).await;
    world.hours.sleep_through(4 * HOUR);
    let deliver = if column == Column::List { "none" } else { "late" };
    world.move_in(&moved, RECRUITER, deliver).await;
    world.hours.sleep_through(4 * HOUR);
    world.pass(MINUTE).await;
    world.rig.control("POST", "lever/deliveries/release", Value::Null).await;
    world.pass(10 * MINUTE).await;
    moved
}

//! Row 12: starts that Refapp always refuses, among many that it takes.
//!
//! Whoever was moved by somebody of another domain is refused with 4xx, as some accounts do. Their checks are parked
//! with what Refapp said, hold nobody up, and go on once the account takes them and a person says so.

use api::Decision;
use model::{HOUR, MINUTE};
use serde_json::json;
use simulator::demo::RECRUITER;

use crate::row::{Column, Ctx, Row, Runtime, Verdict};
use crate::world::World;

pub const ROW: Row = Row {
    number: 12,
    title: "poison: one start in a hundred always 4xx",
    bar: "the rest finish; the refused are parked with reasons; the way on works",
    columns: &[Column::Both],
    controls: &[(Column::Both, "poison-blocks")],
    remarks: "",
    runtime: Runtime::Paused,
    beside: false,
    run: |ctx| Box::pin(run(ctx)),
};

/// Moved at once.
const CROWD: usize = 500;
/// Not of the account's domain.
const STRANGER: &str = "maja.holm@elsewhere.example";

async fn run(ctx: &Ctx) -> Verdict {
    let mut verdict = Verdict::default();
    let world = World::begin(ctx).await;
    let refuse = |refused: bool| json!({"foreign_domains_refused": refused});
    world.rig.control("PATCH", "switches", refuse(true)).await;
    let poison = world.candidates("Tove Test", ctx.many(100, 20)).await;
    let rest = world.candidates("Tove Test", ctx.many(9_900, 180)).await;

    // The poison comes first: what is in the lane's way is in everybody's.
    let user = format!("lever/users/{}", world.rig.user("maja.holm@nordvik.example"));
    world.rig.control("PATCH", &user, json!({"email": STRANGER})).await;
    // Users are remembered for an hour.
    world.pass(HOUR).await;
    world.move_in(&poison, STRANGER, "normal").await;
    world.pass(MINUTE).await;
    for crowd in rest.chunks(CROWD) {
        world.move_in(crowd, RECRUITER, "normal").await;
        world.pass(MINUTE).await;
    }
    let took = world.rest(ctx.many(8 * HOUR, 4 * MINUTE), &mut verdict).await;
    verdict.measure("rests after the last move, minutes", took / MINUTE);
    world.judge_starts(&rest, &[], &mut verdict);
    let parked = world.judge_starts(&poison, &["refused"], &mut verdict);
    let parked = parked.into_values().next().unwrap_or_default();
    verdict.measure("started", rest.len());
    verdict.measure("parked as refused", parked.len());
    verdict.hold(parked.len() == poison.len(), || {
        format!("of {} that are refused {} are parked", poison.len(), parked.len())
    });

    world.rig.control("PATCH", "switches", refuse(false)).await;
    let undecided = world.decide(parked, Decision::TryAgain).await;
    verdict.hold(undecided.is_empty(), || format!("no way on: {undecided:?}"));
    world.rest(HOUR, &mut verdict).await;
    world.judge_starts(&poison, &[], &mut verdict);
    let all: Vec<String> = poison.into_iter().chain(rest).collect();
    world.judge_written(&all, &mut verdict).await;
    verdict
}

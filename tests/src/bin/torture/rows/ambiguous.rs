//! Row 3: answers that do not say what happened.
//!
//! Every effect may be applied without an answer, answered by a 5xx though applied, or reset before it was applied. What
//! a start's outcome was is then found out by Refapp's own update or by a person, and never by a second try.

use api::Decision;
use model::{CheckId, HOUR};
use serde_json::json;

use crate::row::{Column, Ctx, Row, Runtime, Verdict};
use crate::world::World;

pub const ROW: Row = Row {
    number: 3,
    title: "ambiguous answers: 10 % applied without an answer, 5 % 5xx though applied, 2 % reset",
    bar: "0 dup, 0 lost; starts parked, never repeated; with list rights 0 notes left unknown",
    columns: &[Column::Article, Column::List],
    controls: &[(Column::Article, "retry-unknown")],
    remarks: "",
    runtime: Runtime::Paused,
    beside: false,
    run: |ctx| Box::pin(run(ctx)),
};

/// Steps of a check in Refapp, each of which changes tag and note.
const STEPS: usize = 4;

async fn run(ctx: &Ctx) -> Verdict {
    let mut verdict = Verdict::default();
    let world = World::begin(ctx).await;
    let moved = world.candidates("Tove Test", ctx.many(900, 40)).await;
    confuse(&world).await;
    world.move_into_trigger(&moved).await;
    world.rest(24 * HOUR, &mut verdict).await;
    for _ in 0..STEPS {
        world.step_all().await;
        world.rest(24 * HOUR, &mut verdict).await;
    }
    world.rig.end_faults().await;
    world.rest(HOUR, &mut verdict).await;
    let parked = world.judge_starts(&moved, &["start-unknown"], &mut verdict);
    for (candidate, starts) in world.starts() {
        verdict.hold(starts.len() == 1, || {
            format!("{candidate}: a start went out {} times by itself", starts.len())
        });
    }
    let parked = parked.into_values().next().unwrap_or_default();
    verdict.measure("candidates", moved.len());
    verdict.measure("starts parked", parked.len());
    if ctx.column == Column::List {
        let unknown = world.unknown_notes();
        verdict.hold(unknown == 0, || format!("{unknown} notes are left unknown"));
    } else {
        verdict.measure("notes of unknown fate, said", world.unknown_notes());
    }
    verdict.hold(!parked.is_empty(), || {
        "no start was parked: nothing was ambiguous".to_owned()
    });

    // A person looks at Refapp, and says so of many at once.
    let (there, missing) = looked_up(&world, &parked);
    verdict.measure("settled: it was started", there.len());
    verdict.measure("settled: send again", missing.len());
    let mut undecided = world.decide(there, Decision::ItWasStarted).await;
    undecided.extend(world.decide(missing, Decision::SendAgain).await);
    verdict.hold(undecided.is_empty(), || format!("not settled: {undecided:?}"));
    world.rest(24 * HOUR, &mut verdict).await;
    world.judge_starts(&moved, &[], &mut verdict);
    world.judge_written(&moved, &mut verdict).await;
    let effects = world.effects();
    verdict.measure("effects", effects);
    verdict.hold(effects >= ctx.many(10_000, 400), || format!("only {effects} effects"));
    verdict
}

/// The first fault that strikes is played: the chances of the later ones are of what the earlier ones left.
async fn confuse(world: &World) {
    let writes = [
        ("lever", "POST"),
        ("lever", "PUT"),
        ("lever", "DELETE"),
        ("refapp", "POST"),
    ];
    for (side, method) in writes {
        for (kind, probability) in [
            ("applied_no_answer", 0.10),
            ("applied_5xx", 0.05 / 0.90),
            ("reset", 0.02 / 0.85),
        ] {
            let fault = json!({"match": {"side": side, "method": method}, "kind": kind, "probability": probability});
            world.rig.fault(fault).await;
        }
    }
}

/// Those that Refapp has, and those that it does not have.
fn looked_up(world: &World, parked: &[CheckId]) -> (Vec<CheckId>, Vec<CheckId>) {
    let starts = world.starts();
    let checks = world.checks();
    let ours = checks.iter().filter(|(_, check)| parked.contains(&check.id));
    let (there, missing): (Vec<_>, Vec<_>) = ours.partition(|(candidate, _)| {
        let starts = starts.get(*candidate).map(Vec::as_slice).unwrap_or_default();
        starts.iter().any(|(applied, _)| *applied)
    });
    let ids = |some: Vec<(&String, &crate::world::Known)>| some.into_iter().map(|(_, check)| check.id).collect();
    (ids(there), ids(missing))
}

//! Row 10: an API is down while candidates are moved.
//!
//! Each outage meets starts under way, so that one of them may be of unknown outcome: no more than that one is parked,
//! as the next waits for a form that answers. Where forms answer and only starts fail – the worst case – each further
//! try parks one more, and waits longer than the one before.

use std::fmt;

use model::{DAY, HOUR, MINUTE, SECOND};
use serde_json::{Value, json};
use simulator::Side;

use crate::row::{Column, Ctx, Row, Runtime, Share, Verdict};
use crate::world::World;

pub const ROW: Row = Row {
    number: 10,
    title: "each API down 1 min, 1 h, 24 h, flapping, 300 candidates moved meanwhile",
    bar: "within the retry budget, at most one parked start per outage, drains by itself after recovery, 0 lost",
    columns: &[Column::Article, Column::List],
    controls: &[(Column::Article, "no-breaker")],
    remarks: "",
    runtime: Runtime::Paused,
    beside: false,
    run: |ctx| Box::pin(run(ctx)),
};

/// The retry budget: requests to an API that is down. Pauses double from 2 s to a minute with full jitter, so an hour
/// holds about 120 rounds; in each one call tries for all, and a look that comes through part of the way is several.
const PER_HOUR: i64 = 600;
/// And what was on its way when it began.
const AT_FIRST: i64 = 100;
/// Moved before each outage, so that it meets work under way.
const BEFORE: usize = 12;
/// How long an API that flaps is down, and up again.
const FLAP: i64 = 30 * SECOND;
/// How many starts the worst case may park in its length: one for each try.
const TRIES: usize = 18;

#[derive(Clone, Copy, Debug)]
enum Fails {
    /// Every call to one side, in this manner.
    Side(&'static str, &'static str),
    /// The same, on and off.
    Flapping(&'static str),
    /// Starts alone; forms answer.
    Starts,
}

struct Outage {
    fails: Fails,
    length: i64,
}

impl fmt::Display for Outage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minutes = self.length / MINUTE;
        match self.fails {
            Fails::Side(side, manner) => write!(f, "{side} down for {minutes} min ({manner})"),
            Fails::Flapping(side) => write!(f, "{side} flapping for {minutes} min"),
            Fails::Starts => write!(f, "starts fail for {minutes} min"),
        }
    }
}

async fn run(ctx: &Ctx) -> Verdict {
    let mut verdict = Verdict::default();
    let world = World::begin(ctx).await;
    for outage in outages(ctx) {
        endure(&world, &outage, ctx.many(300, 40), &mut verdict).await;
    }
    verdict
}

fn outages(ctx: &Ctx) -> Vec<Outage> {
    let full = ctx.share == Share::Full && ctx.control.is_none();
    let mut outages = Vec::new();
    for side in ["lever", "refapp"] {
        let mut add = |fails, length| outages.push(Outage { fails, length });
        add(Fails::Side(side, "hang"), MINUTE);
        add(Fails::Side(side, "503"), if full { HOUR } else { 10 * MINUTE });
        if full {
            add(Fails::Side(side, "reset"), 24 * HOUR);
        }
        let flapping = if full { HOUR } else { 4 * MINUTE };
        add(Fails::Flapping(side), flapping);
    }
    outages.push(Outage {
        fails: Fails::Starts,
        length: if full { 10 * MINUTE } else { 2 * MINUTE },
    });
    outages
}

async fn endure(world: &World, outage: &Outage, many: usize, verdict: &mut Verdict) {
    let moved = world.candidates("Tove Test", many).await;
    let (before, meanwhile) = moved.split_at(BEFORE);
    world.move_into_trigger(before).await;
    // Not long enough for all of them.
    world.pass(2 * SECOND).await;
    let seq = world.rig.seq();
    match outage.fails {
        Fails::Side(side, manner) => {
            if side == "refapp" {
                catch_one(world, manner, seq).await;
            }
            world.rig.fault(fault(&json!({"side": side}), manner)).await;
            world.pass(outage.length / 4).await;
            world.move_into_trigger(meanwhile).await;
            world.pass(outage.length * 3 / 4).await;
        }
        Fails::Flapping(side) => {
            let flaps = usize::try_from(outage.length / (2 * FLAP)).unwrap_or(1);
            for some in meanwhile.chunks(meanwhile.len().div_ceil(flaps)) {
                world.rig.fault(fault(&json!({"side": side}), "503")).await;
                world.move_into_trigger(some).await;
                world.pass(FLAP).await;
                world.rig.end_faults().await;
                world.pass(FLAP).await;
            }
        }
        Fails::Starts => {
            let starts = json!({"side": "refapp", "call": "event"});
            world.rig.fault(fault(&starts, "503")).await;
            world.move_into_trigger(meanwhile).await;
            world.pass(outage.length).await;
        }
    }
    world.rig.end_faults().await;
    if let Fails::Side(side, _) = outage.fails {
        let side = if side == "lever" { Side::Lever } else { Side::Refapp };
        let (spent, budget) = (
            world.requests_since(seq, side),
            AT_FIRST + PER_HOUR * outage.length / HOUR,
        );
        verdict.measure(&format!("{outage}: requests of {budget}"), spent);
        verdict.hold(i64::try_from(spent).is_ok_and(|spent| spent <= budget), || {
            format!("{outage}: {spent} requests to an API that is down, of {budget}")
        });
    }
    let took = world.rest(2 * HOUR, verdict).await;
    verdict.measure(&format!("{outage}: drained after, minutes"), took / MINUTE);
    // Who could not be looked at for longer than a day is asked about (rules.md 3).
    let may_park = if outage.length >= DAY {
        &["start-unknown", "late"][..]
    } else {
        &["start-unknown"]
    };
    let mut parked = world.judge_starts(&moved, may_park, verdict);
    let late = parked.remove("late").unwrap_or_default();
    verdict.hold(late.len() <= BEFORE, || {
        format!(
            "{outage}: {} are asked about, and {BEFORE} were moved a day ago",
            late.len()
        )
    });
    let parked = parked.into_values().next().unwrap_or_default();
    let most = match outage.fails {
        Fails::Side(..) => 1,
        Fails::Flapping(_) => usize::try_from(outage.length / (2 * FLAP)).unwrap_or(1),
        Fails::Starts => TRIES,
    };
    verdict.measure(&format!("{outage}: parked of {most}"), parked.len());
    verdict.hold(parked.len() <= most, || {
        format!("{outage}: {} starts are parked, of {most}", parked.len())
    });
    world.judge_written(&moved, verdict).await;
}

/// The outage begins between a form and its start.
async fn catch_one(world: &World, manner: &str, seq: u64) {
    let start = json!({"side": "refapp", "call": "event"});
    world.rig.fault(fault(&start, manner)).await;
    let caught = |entry: &simulator::Entry| entry.seq > seq && entry.fault.is_some();
    world
        .rig
        .until("a start is caught", async || {
            world.rig.calls("event").iter().any(caught).then_some(())
        })
        .await;
}

fn fault(matches: &Value, manner: &str) -> Value {
    match manner {
        "503" => json!({"match": matches, "kind": "status", "code": 503}),
        kind => json!({"match": matches, "kind": kind}),
    }
}

//! Row 2: the process ends at each step of each effect, while Lever or Refapp answers in each way.
//!
//! A cell is a small world of its own. The host is set up in peace, begins again with the crash in store, and once it
//! has crashed it begins once more without. A cell whose point is never reached proves nothing, and is a problem.

use std::time::Duration;

use futures::StreamExt;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use serde_json::{Value, json};

use crate::host::Host;
use crate::judge::{Case, judge};
use crate::row::{Column, Ctx, Row, Runtime, Verdict};
use crate::rows::kill::settle;
use crate::site::{Plan, Site, until};

pub const ROW: Row = Row {
    number: 2,
    title: "crash-point matrix: each effect × each step × each answer",
    bar: "every cell exactly one effect, or unknown and shown as rule 7 says",
    columns: &[Column::Article, Column::List],
    controls: &[(Column::Article, "forget-sending")],
    remarks: "",
    runtime: Runtime::Threads,
    beside: false,
    run: |ctx| Box::pin(run(ctx)),
};

/// The word of the effect, and the call that carries it out.
const EFFECTS: [(&str, &str); 6] = [
    ("start", "event"),
    ("add-tag", "addTags"),
    ("remove-tags", "removeTags"),
    ("create-note", "create note"),
    ("update-note", "update note"),
    ("delete-note", "delete note"),
];
const STEPS: [&str; 4] = ["before-intent", "after-intent", "before-outcome", "after-outcome"];
/// So many steps in Refapp pass through every kind of effect.
const STEPS_ON: usize = 3;
/// Cells at a time: they mostly wait.
const ABREAST: usize = 6;

#[derive(Clone, Copy, Debug)]
enum Answer {
    Applied,
    NotApplied,
    Applied5xx,
    AppliedTimeOut,
}

impl Answer {
    const ALL: [Self; 4] = [Self::Applied, Self::NotApplied, Self::Applied5xx, Self::AppliedTimeOut];

    fn fault(self) -> Option<Value> {
        match self {
            Self::Applied => None,
            Self::NotApplied => Some(json!({"kind": "reset"})),
            Self::Applied5xx => Some(json!({"kind": "applied_5xx"})),
            Self::AppliedTimeOut => Some(json!({"kind": "hang", "applied": true})),
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Cell {
    effect: &'static str,
    call: &'static str,
    step: &'static str,
    answer: Answer,
    column: Column,
}

async fn run(ctx: &Ctx) -> Verdict {
    let mut cells = cells(ctx);
    // The order, and with it what the CI share picks, is the seed's.
    cells.shuffle(&mut StdRng::seed_from_u64(ctx.seed));
    match ctx.control {
        None => cells.truncate(ctx.many(usize::MAX, 10)),
        // A start that was on the wire and arrived: what this control forgets.
        Some(_) => cells.retain(|cell| {
            cell.effect == "start" && cell.step == "before-outcome" && matches!(cell.answer, Answer::Applied)
        }),
    }
    let mut verdict = Verdict::default();
    verdict.measure("cells", cells.len());
    let found = futures::stream::iter((0..).zip(cells).map(async |(number, cell)| {
        let seed = ctx.seed.wrapping_mul(1_000).wrapping_add(number);
        (cell, play(ctx, cell, seed).await)
    }));
    let found: Vec<(Cell, Verdict)> = found.buffer_unordered(ABREAST).collect().await;
    let parked = found
        .iter()
        .filter(|(_, cell)| cell.measures.iter().any(|(name, _)| name.starts_with("parked")));
    verdict.measure("cells that end parked and shown", parked.count());
    for (cell, found) in found {
        let name = format!("{} {} {:?}", cell.effect, cell.step, cell.answer);
        verdict
            .problems
            .extend(found.problems.iter().map(|problem| format!("{name}: {problem}")));
    }
    verdict
}

fn cells(ctx: &Ctx) -> Vec<Cell> {
    let mut cells = Vec::new();
    for (effect, call) in EFFECTS {
        // A note is replaced with the twelve rights and updated with all.
        if (effect == "update-note" && ctx.column != Column::List)
            || (effect == "delete-note" && ctx.column == Column::List)
        {
            continue;
        }
        for step in STEPS {
            for answer in Answer::ALL {
                cells.push(Cell {
                    effect,
                    call,
                    step,
                    answer,
                    column: ctx.column,
                });
            }
        }
    }
    cells
}

async fn play(ctx: &Ctx, cell: Cell, seed: u64) -> Verdict {
    let mut verdict = Verdict::default();
    let mut plan = Plan::of(seed, &[cell.column]);
    // An update must outlive the moments in which nobody listens.
    plan.switches.update_tries = 8;
    let site = Site::new(&plan).await;
    let account = &site.accounts[0];
    let candidates = account.candidates(2).await;
    let host = site.start(&ctx.sabotaged, &[]).await;
    if host.stop().await != Some(0) {
        verdict.problem("it did not stop when it was asked to");
    }
    if let Some(mut fault) = cell.answer.fault() {
        fault["match"] = json!({"call": cell.call});
        fault["times"] = json!(1);
        account.fault(fault).await;
    }
    let point = format!("{}:{}", cell.effect, cell.step);
    let mut host = site.start(&ctx.sabotaged, &[("REFAPP_LEVER_CRASH", &point)]).await;
    let opportunity = &candidates[0];
    account.move_into_trigger(opportunity).await;
    // The start, then a status that replaces tag and note: by then every point was passed.
    let (mut steps, mut written) = (0, 0);
    let crashed = until("the crash point is reached", async || {
        if !host.is_running() {
            return Some(());
        }
        if steps < STEPS_ON
            && let Some(now_written) = all_written(&site, opportunity).filter(|many| *many > written)
            && let Some((_, result)) = account.started().await.last()
        {
            (steps, written) = (steps + 1, now_written);
            account.step(result).await;
        }
        None
    });
    if crashed.await.is_none() {
        verdict.problem("the crash point was never reached");
    }
    host.kill();
    let mut host = Host::spawn(&ctx.sabotaged, site.path(), &[]);
    if !host.listens().await {
        verdict.problem("it does not begin again");
    }
    site.until_ready().await;
    settle(&site, &mut verdict).await;
    // One more status: what lay there before the crash is replaced.
    if let Some((_, result)) = account.started().await.last() {
        account.step_and_tell(result).await;
    }
    let rests = site.rests(Duration::from_secs(120)).await;
    verdict.hold(rests, || "it never comes to rest".to_owned());
    verdict.hold(host.stop().await == Some(0), || {
        "it did not stop when it was asked to".to_owned()
    });
    let case = Case {
        site: &site,
        moved: &[vec![opportunity.clone()]],
        may_park: &["start-unknown"],
    };
    judge(&case, &mut verdict).await;
    verdict
}

/// How many effects there were, once tag and note lie there and say what is: another status replaces them.
fn all_written(site: &Site, opportunity: &str) -> Option<i64> {
    let written = "SELECT (SELECT count(*) FROM effect WHERE effect.\"check\" = known.id) FROM \"check\" AS known
         WHERE opportunity = ?1 AND phase = 'started' AND due_at IS NULL
           AND NOT EXISTS (SELECT 1 FROM effect WHERE effect.\"check\" = known.id AND state = 'sending')";
    let written = site
        .open_database()
        .query_row(written, [opportunity], |row| row.get::<_, i64>(0));
    written.ok()
}

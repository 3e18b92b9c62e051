//! Row 1: the host is killed at random while events arrive on several connections.
//!
//! Refapp's answers are slow here, so that many a kill falls between a start's intent and its outcome. The host is
//! down for moments only: Lever tries a webhook again for six seconds, and what it then gives up is row 8.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use serde_json::json;

use crate::host::Host;
use crate::judge::{Case, judge};
use crate::row::{Column, Ctx, Row, Runtime, Verdict};
use crate::site::{Plan, Site};

pub const ROW: Row = Row {
    number: 1,
    title: "kill -9 at random while events arrive on several connections",
    bar: "0 lost, 0 dup, 0 acknowledged webhook missing, integrity_check ok",
    columns: &[Column::Article, Column::List],
    controls: &["ack-early", "forget-sending"],
    runtime: Runtime::Threads,
    beside: false,
    run: |ctx| Box::pin(run(ctx)),
};

const CONNECTIONS: usize = 3;
/// One other event each: 20 a second in all.
const TICK: Duration = Duration::from_millis(50);
/// Two trigger moves a second.
const TICKS_PER_MOVE: u32 = 10;
/// Stages that concern nobody.
const ELSEWHERE: [&str; 2] = ["Recruiter screen", "On-site interview"];

async fn run(ctx: &Ctx) -> Verdict {
    let mut verdict = Verdict::default();
    let kills = ctx.many(1_000, 100);
    let site = Site::new(&Plan::of(ctx.seed, &[ctx.column; CONNECTIONS])).await;
    for account in &site.accounts {
        let slow = json!({"match": {"side": "refapp", "call": "event"}, "kind": "slow", "ms": 150});
        account.fault(slow).await;
    }
    let host = site.start(&ctx.host, &[]).await;
    let load = Load::new(&site, ctx.seed, kills * 4).await;
    let end = tokio::sync::Notify::new();
    let (moved, host) = tokio::join!(load.run(&site, &end), async {
        let host = slaughter(ctx, &site, host, kills, &mut verdict).await;
        end.notify_one();
        host
    });
    for account in &site.accounts {
        account.end_faults().await;
    }
    settle(&site, &mut verdict).await;
    verdict.measure("kills", kills);
    verdict.measure("connections", CONNECTIONS);
    verdict.hold(host.stop().await == Some(0), || {
        "it did not stop when it was asked to".to_owned()
    });
    let case = Case {
        site: &site,
        moved: &moved,
        // What a poll catches up with after a kill may be more than ten at once: rules.md 3 asks.
        may_park: match ctx.column {
            Column::List => &["start-unknown", "many"],
            _ => &["start-unknown"],
        },
    };
    judge(&case, &mut verdict).await;
    verdict
}

async fn slaughter(ctx: &Ctx, site: &Site, mut host: Host, kills: u32, verdict: &mut Verdict) -> Host {
    let mut dice = StdRng::seed_from_u64(ctx.seed);
    for _ in 0..kills {
        // One in five falls before the host has begun to listen.
        let before = dice.random_bool(0.2);
        let life = Duration::from_millis(dice.random_range(if before { 0..60 } else { 50..1_200 }));
        if !before && !host.listens().await {
            verdict.problem("the host ended by itself");
        }
        tokio::time::sleep(life).await;
        host.kill();
        host = Host::spawn(&ctx.host, site.path(), &[]);
    }
    if !host.listens().await {
        verdict.problem("the host ended by itself");
    }
    site.until_ready().await;
    host
}

/// Waits for rest, lets Refapp speak once of every start that it took on, and waits again: its update settles what is
/// unknown.
pub async fn settle(site: &Site, verdict: &mut Verdict) {
    for _ in 0..2 {
        let rests = site.rests(Duration::from_secs(180)).await;
        verdict.hold(rests, || "it never comes to rest".to_owned());
        for account in &site.accounts {
            for result in unheard(site, &account.started().await) {
                account.step(&result).await;
            }
        }
    }
    let rests = site.rests(Duration::from_secs(180)).await;
    verdict.hold(rests, || "it never comes to rest".to_owned());
}

/// Results of checks that the host does not know to be started.
fn unheard(site: &Site, started: &[(String, String)]) -> Vec<String> {
    let database = site.open_database();
    let mut known = database
        .prepare("SELECT count(*) FROM \"check\" WHERE opportunity = ?1 AND phase = 'started'")
        .expect("the schema");
    started
        .iter()
        .filter(|(candidate, _)| known.query_row([candidate], |row| row.get::<_, i64>(0)) == Ok(0))
        .map(|(_, result)| result.clone())
        .collect()
}

/// What people do meanwhile.
struct Load {
    dice: StdRng,
    /// For each account: who is to be moved into the trigger stage, and who wanders elsewhere.
    candidates: Vec<(Vec<String>, Vec<String>)>,
}

impl Load {
    async fn new(site: &Site, seed: u64, moves: u32) -> Self {
        let mut candidates = Vec::new();
        for account in &site.accounts {
            let movers = account.candidates(moves as usize).await;
            candidates.push((movers, account.candidates(20).await));
        }
        Self {
            dice: StdRng::seed_from_u64(seed.wrapping_add(1)),
            candidates,
        }
    }

    /// Until the end is rung; gives who was moved into the trigger stage.
    async fn run(mut self, site: &Site, end: &tokio::sync::Notify) -> Vec<Vec<String>> {
        let mut moved = vec![Vec::new(); site.accounts.len()];
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        for tick in 0_u32.. {
            tokio::select! {
                _ = ticks.tick() => {}
                () = end.notified() => break,
            }
            let number = self.dice.random_range(0..site.accounts.len());
            let (account, (movers, others)) = (&site.accounts[number], &mut self.candidates[number]);
            if let (Some(other), Some(stage)) = (others.choose(&mut self.dice), ELSEWHERE.choose(&mut self.dice)) {
                account.move_to(other, stage).await;
            }
            if tick.is_multiple_of(TICKS_PER_MOVE)
                && let Some(mover) = movers.pop()
            {
                account.move_into_trigger(&mover).await;
                moved[number].push(mover);
                // Meanwhile an earlier check goes on.
                if let Some((_, result)) = account.started().await.choose(&mut self.dice) {
                    account.step(result).await;
                }
            }
        }
        moved
    }
}

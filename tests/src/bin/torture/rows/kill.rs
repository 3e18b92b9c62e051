//! Row 1: the host is killed at random while events arrive on several connections.
//!
//! Refapp's answers are slow here, so that many a kill falls between a start's intent and its outcome. The host is
//! down for moments only: Lever tries a webhook again for a minute here, and what it then gives up is row 8.

use std::collections::HashSet;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use serde_json::json;
use simulator::Side;

use crate::host::Host;
use crate::judge::{Case, judge};
use crate::row::{Column, Ctx, Row, Runtime, Verdict};
use crate::site::{Account, Plan, Site, until};

pub const ROW: Row = Row {
    number: 1,
    title: "kill -9 at random while events arrive on several connections",
    bar: "0 lost, 0 dup, 0 acknowledged webhook missing, integrity_check ok",
    columns: &[Column::Both],
    controls: &[(Column::Both, "ack-early"), (Column::Both, "forget-sending")],
    remarks: "Not shown: a power cut, which loses what the disk's own cache holds. A killed process leaves everything that the system has.",
    runtime: Runtime::Threads,
    beside: false,
    run: |ctx| Box::pin(run(ctx)),
};

const CONNECTIONS: [Column; 4] = [Column::Article, Column::List, Column::Article, Column::List];
/// One other event each: 20 a second in all.
const TICK: Duration = Duration::from_millis(50);
/// Two trigger moves a second.
const TICKS_PER_MOVE: u32 = 10;
/// Stages that concern nobody.
const ELSEWHERE: [&str; 2] = ["Recruiter screen", "On-site interview"];

async fn run(ctx: &Ctx) -> Verdict {
    let mut verdict = Verdict::default();
    let kills = match ctx.control {
        None => ctx.many(1_000, 100),
        Some(_) => 40,
    };
    let mut plan = Plan::of(ctx.seed, &CONNECTIONS);
    // Lever goes on for hours; what it gives up at last is row 8.
    plan.switches.webhook_retry_ms = 1_000;
    let site = Site::new(&plan).await;
    for account in &site.accounts {
        let slow = json!({"match": {"side": "refapp", "call": "event"}, "kind": "slow", "ms": 300});
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
    for (account, moved) in site.accounts.iter().zip(&moved) {
        let delivered = until("Lever has delivered", async || {
            all_delivered(account, moved).then_some(())
        });
        verdict.hold(delivered.await.is_some(), || {
            "Lever gave webhooks up: the host was down too long".to_owned()
        });
    }
    settle(&site, &mut verdict).await;
    verdict.measure("kills", kills);
    verdict.measure("connections", "two with the article's key, two with list rights");
    verdict.hold(host.stop().await == Some(0), || {
        "it did not stop when it was asked to".to_owned()
    });
    let case = Case {
        site: &site,
        moved: &moved,
        // What a poll catches up with after a kill may be more than ten at once: rules.md 3 asks.
        may_park: &["start-unknown", "many"],
    };
    judge(&case, &mut verdict).await;
    verdict
}

/// Whether each move's webhook was acknowledged.
fn all_delivered(account: &Account, moved: &[String]) -> bool {
    let ledger = account.sim.ledger();
    let delivered: HashSet<&str> = ledger
        .iter()
        .filter(|entry| entry.side == Side::Webhook && entry.applied)
        .filter_map(|entry| entry.body["data"]["opportunityId"].as_str())
        .collect();
    moved.iter().all(|opportunity| delivered.contains(opportunity.as_str()))
}

async fn slaughter(ctx: &Ctx, site: &Site, mut host: Host, kills: u32, verdict: &mut Verdict) -> Host {
    let mut dice = StdRng::seed_from_u64(ctx.seed);
    for _ in 0..kills {
        // One in five falls before the host has begun to listen.
        let before = dice.random_bool(0.2);
        let longest = ctx.many(1_600, 500);
        let life = Duration::from_millis(dice.random_range(if before { 0..60 } else { 50..longest }));
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
                account.step_and_tell(&result).await;
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

//! The planner as a model: random histories against its real steps and a real database.
//!
//! The same histories each time, so that a red run is red again. Others are looked for with another seed:
//! `PROPTEST_RNG_SEED=7 REFAPP_LEVER_HISTORIES=5000 cargo test -p engine whatever_happens`. One that fails is printed
//! shrunk, with its seed, and becomes a named test.

mod history;
mod judge;
mod rest;
mod run;
mod turn;
mod world;

use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner};

use self::history::{Act, Setup, acts, setups};
use self::run::{Run, lock};

/// The state at the end, as people would see it.
fn seen(run: &Run) -> String {
    let world = lock(&run.world);
    let mut seen = format!("{} starts", world.starts.len());
    for candidate in &world.candidates {
        let checks = run.checks(&candidate.id);
        let checks: Vec<_> = checks
            .iter()
            .map(|check| (check.ordinal, &check.phase, &check.progress))
            .collect();
        seen += &format!(
            "\n{}: {:?} {:?} {checks:?}",
            candidate.id,
            candidate.tags,
            candidate.notes.values()
        );
    }
    seen
}

/// Runs one history to its end and says what is wrong then.
fn holds(setup: Setup, acts: &[Act]) -> Result<(), String> {
    let mut run = Run::begin(setup);
    for act in acts {
        run.act(*act);
        if let Some(wrong) = lock(&run.world).wrongs.first() {
            return Err(format!("{act:?}: {wrong}"));
        }
    }
    run.come_to_rest()?;
    let wrongs = judge::judge(&run);
    if !wrongs.is_empty() {
        return Err(wrongs.join("\n"));
    }
    // Levels, not edges: whatever comes once more changes nothing.
    let before = seen(&run);
    let (deliveries, starts) = {
        let world = lock(&run.world);
        let told = world.starts.iter().map(|start| start.told.clone()).collect::<Vec<_>>();
        (world.deliveries.len(), told)
    };
    for which in (0..deliveries).rev().filter(|_| !setup.deaf) {
        run.hear(which);
    }
    for (start, told) in starts.iter().enumerate() {
        for news in told.iter().rev() {
            run.update(start, *news);
        }
    }
    run.come_to_rest()?;
    let after = seen(&run);
    if before != after {
        return Err(format!("what came once more changed\n{before}\nto\n{after}"));
    }
    Ok(())
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

#[test]
fn whatever_happens_nothing_is_lost_and_nobody_is_started_twice() {
    let seed = number("PROPTEST_RNG_SEED").unwrap_or(1);
    let cases = number("REFAPP_LEVER_HISTORIES").map_or(100, |cases| u32::try_from(cases).unwrap_or(u32::MAX));
    let mut runner = TestRunner::new(Config {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(seed),
        max_shrink_iters: 4_000,
        max_shrink_time: 40_000,
        ..Config::default()
    });
    let found = runner.run(&(setups(), acts()), |(setup, acts)| {
        holds(setup, &acts).map_err(TestCaseError::fail)
    });
    match found {
        Ok(()) => {}
        // On one line each, as a named test wants them.
        Err(TestError::Fail(wrong, (setup, acts))) => {
            panic!("PROPTEST_RNG_SEED={seed}\n{wrong}\n{setup:?}\n{acts:?}");
        }
        Err(error) => panic!("PROPTEST_RNG_SEED={seed}\n{error}"),
    }
}

/// Histories that once found a fault.
mod found {
    use super::history::Act::{Apply, Crash, Enter, Hear, Leave, Turn, Wait, Work};
    use super::history::Fate::Well;
    use super::history::{Setup, Span, TWELVE};
    use super::holds;

    #[test]
    fn moved_out_and_in_again_before_the_start_is_no_later_entry() {
        let look = [Turn(0, Well), Turn(0, Well), Turn(0, Well)];
        let before = [Enter(0), Hear(0)];
        let meanwhile = [Leave(0), Turn(0, Well), Enter(0), Crash, Hear(0)];
        let acts: Vec<_> = before.into_iter().chain(look).chain(meanwhile).collect();
        holds(TWELVE, &acts).expect("nobody is asked whether to start again");
    }

    #[test]
    fn an_entry_that_lever_does_not_tell_of_is_no_later_one_at_every_look() {
        let bare = Setup { bare: true, ..TWELVE };
        holds(bare, &[Enter(0), Hear(0)]).expect("nobody is asked whether to start again");
    }

    #[test]
    fn another_posting_without_an_entry_starts_nobody_anew() {
        let acts = [Enter(0), Hear(0), Turn(0, Well), Work(2), Apply(0, Some(1))];
        holds(TWELVE, &acts).expect("what was started stays the only one");
    }

    #[test]
    fn a_look_from_before_the_computer_slept_starts_nobody() {
        let acts = [
            Enter(0),
            Hear(0),
            Turn(0, Well),
            Turn(0, Well),
            Turn(0, Well),
            Turn(0, Well),
            Turn(5, Well),
            Leave(0),
            Wait(Span::HalfHour),
            Turn(0, Well),
        ];
        holds(TWELVE, &acts).expect("the candidate is looked at anew");
    }
}

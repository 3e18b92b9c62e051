//! Runs the rows: each run in a process of its own, two at a time, and keeps what they found.

use std::fs::{self, File};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use model::Clock;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::row::{Column, Row, Share, Verdict};
use crate::rows;
use crate::table::{self, Result as Found, Results};
use end_to_end::machine;

/// How many run at once, those beside them not counted.
const PLACES: usize = 2;
/// Between two looks at a run.
const LOOK: Duration = Duration::from_millis(200);
/// A run that takes longer hangs.
const LONGEST: [(Share, Duration); 2] = [
    (Share::Ci, Duration::from_secs(10 * 60)),
    (Share::Full, Duration::from_secs(90 * 60)),
];

#[derive(clap::Args)]
pub struct Orders {
    /// The share that CI runs: minutes instead of hours, and no page is written
    #[arg(long)]
    ci: bool,
    /// Only these rows
    #[arg(long)]
    row: Vec<u8>,
    /// The seed of every run; drawn if it is not given, and 1 in CI
    #[arg(long)]
    seed: Option<u64>,
    /// Repeats what was run already
    #[arg(long)]
    again: bool,
    /// Of a build that is not the released one: nothing is kept
    #[arg(long, hide = true)]
    unreleased: bool,
}

/// Somebody wants it to end: at the keyboard, or with a limit on its time.
async fn stopped() {
    let mut terminated = signal(SignalKind::terminate()).expect("a signal that can be caught");
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminated.recv() => {}
    }
}

/// What is to be run.
struct Job {
    row: &'static Row,
    column: Column,
    control: Option<&'static str>,
    seed: u64,
}

/// # Errors
/// A bar that is missed, or a control that passes.
pub fn run(folder: &Path, orders: Orders) -> Result<(), String> {
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        tokio::select! {
            done = conduct(folder, orders) => done,
            // Dropped, every run takes its hosts along.
            () = stopped() => Err("Stopped. What is finished is kept.".to_owned()),
        }
    })
}

async fn conduct(folder: &Path, orders: Orders) -> Result<(), String> {
    let share = if orders.ci { Share::Ci } else { Share::Full };
    let drawn = Clock::system().now().0.unsigned_abs() / 1_000;
    let seed = orders.seed.unwrap_or(if orders.ci { 1 } else { drawn });
    let (commit, clean) = machine::commit().unwrap_or_default();
    fs::create_dir_all(folder.join("logs")).map_err(|error| format!("{}: {error}", folder.display()))?;
    println!(
        "torture: share {share}, seed {seed}, commit {commit}, {}",
        machine::describe()
    );

    let results = Results::read(folder, share);
    let wanted = |row: &&'static Row| orders.row.is_empty() || orders.row.contains(&row.number);
    let chosen: Vec<&'static Row> = rows::ALL.iter().copied().filter(wanted).collect();
    if let Some(odd) = orders
        .row
        .iter()
        .find(|number| !chosen.iter().any(|row| row.number == **number))
    {
        return Err(format!("there is no row {odd}"));
    }
    let mut jobs = Vec::new();
    for row in &chosen {
        for (column, control) in table::runs(row) {
            let known = results.get(&table::key(row.number, column, control));
            let counts = known.is_some_and(|known| {
                clean
                    && !orders.again
                    && known.commit == commit
                    && known.share == share
                    && known.is_as_it_should(control)
                    && orders.seed.is_none_or(|seed| known.seed == seed)
            });
            if counts {
                println!("{}: known already", table::key(row.number, column, control));
            } else {
                jobs.push(Job {
                    row,
                    column,
                    control,
                    seed,
                });
            }
        }
    }
    // What takes longest begins first.
    jobs.sort_by_key(|job| (!job.row.beside, job.control.is_some()));

    let results = Arc::new(Mutex::new(results));
    let places = Arc::new(Semaphore::new(PLACES));
    let commit = if clean {
        commit
    } else {
        format!("{commit} with changes")
    };
    let (date, machine) = (machine::today(), machine::describe());
    let mut runs = JoinSet::new();
    for job in jobs {
        let (folder, places, results) = (folder.to_owned(), places.clone(), results.clone());
        let (commit, date, machine) = (commit.clone(), date.clone(), machine.clone());
        let keep = !orders.unreleased;
        runs.spawn(async move {
            let _place = match job.row.beside {
                true => None,
                false => Some(places.acquire_owned().await.expect("never closed")),
            };
            let begun = Instant::now();
            let verdict = play(&folder, &job, share).await;
            let found = Found {
                commit,
                share,
                seed: job.seed,
                date,
                machine,
                seconds: begun.elapsed().as_secs(),
                verdict,
            };
            let key = table::key(job.row.number, job.column, job.control);
            let right = found.is_as_it_should(job.control);
            let told = tell(&folder, &key, &job, &found, right);
            print!("{told}");
            if keep {
                let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
                results.put(&key, found)?;
            }
            Ok::<_, String>((!right).then_some(told))
        });
    }
    let mut wrong = Vec::new();
    while let Some(run) = runs.join_next().await {
        wrong.extend(run.map_err(|error| error.to_string())??);
    }
    if share == Share::Full && !orders.unreleased {
        let page = results.lock().unwrap_or_else(PoisonError::into_inner).page(&rows::ALL);
        fs::write("docs/reliability.md", page).map_err(|error| format!("docs/reliability.md: {error}"))?;
        println!("docs/reliability.md is written.");
    }
    if wrong.is_empty() {
        println!("\nEvery bar is met, and every control fails.");
        return Ok(());
    }
    wrong.sort();
    // Once more: where it was first said, it stands between pages of others.
    Err(format!(
        "Bars missed, or controls that pass (seed {seed}):\n{}",
        wrong.concat()
    ))
}

/// One run, in a process group of its own, so that it takes its hosts along if it must be ended.
async fn play(folder: &Path, job: &Job, share: Share) -> Option<Verdict> {
    let name = table::key(job.row.number, job.column, job.control).replace('/', "-");
    let log = folder.join("logs").join(format!("{name}.log"));
    let verdict = folder.join("logs").join(format!("{name}.json"));
    let _ = fs::remove_file(&verdict);
    let mut command = Command::new(std::env::current_exe().ok()?);
    command.arg("--folder").arg(folder).arg("one");
    command.args(["--row", &job.row.number.to_string()]);
    command.args(["--column", &format!("{:?}", job.column).to_lowercase()]);
    command.args(["--share", &share.to_string(), "--seed", &job.seed.to_string()]);
    command.arg("--verdict").arg(&verdict);
    command
        .env_remove("REFAPP_LEVER_SABOTAGE")
        .env_remove("REFAPP_LEVER_CRASH")
        // Where clocks are put forward: row 7 does that.
        .env("TZ", "Europe/Stockholm");
    if let Some(control) = job.control {
        command
            .args(["--control", control])
            .env("REFAPP_LEVER_SABOTAGE", control);
    }
    let log = File::create(log).ok()?;
    command.stdout(log.try_clone().ok()?).stderr(log).process_group(0);
    let run = Group(command.spawn().ok()?);
    let (_, longest) = LONGEST.into_iter().find(|(of, _)| *of == share)?;
    if tokio::time::timeout(longest, run.ended()).await.is_err() {
        println!("{name}: it hangs");
    }
    let text = fs::read_to_string(verdict).ok()?;
    serde_json::from_str(&text).ok()
}

fn tell(folder: &Path, key: &str, job: &Job, found: &Found, right: bool) -> String {
    let word = if right { "ok" } else { "WRONG" };
    let mut lines = vec![format!("{word:5} {key}: {} ({} s)", job.row.title, found.seconds)];
    match &found.verdict {
        None => lines.push(format!(
            "      ended without a verdict; see {}",
            folder.join("logs").display()
        )),
        Some(verdict) => {
            let measures = verdict.measures.iter();
            lines.extend(measures.map(|(name, value)| format!("      {name}: {value}")));
            let problems = verdict.problems.iter().take(5);
            lines.extend(problems.map(|problem| format!("      problem: {problem}")));
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

/// A process and all that it started; ended together.
struct Group(Child);

impl Group {
    async fn ended(mut self) {
        while let Ok(None) = self.0.try_wait() {
            tokio::time::sleep(LOOK).await;
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // Gone already, or ended now.
        let _ = kill_process_group(Pid::from_child(&self.0), Signal::KILL);
        let _ = self.0.wait();
    }
}

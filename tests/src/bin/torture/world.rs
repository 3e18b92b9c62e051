//! Host, receiver and both services in this process, on one thread, in hours that pass in moments (`end_to_end::hours`).
//!
//! The data directory lies in memory where there is such a place, so that an fsync costs nothing: what survives a crash
//! is the business of the rows on the built program.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use api::{Decision, Reply, Request, Undecided};
use end_to_end::hours::Hours;
use end_to_end::rig::{Rig, Setup};
use model::{CheckId, MINUTE, Millis};
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};
use simulator::{Entry, Side, demo};

use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::row::{Column, Ctx, Verdict};

/// Monday, 2 March 2026, eight in the morning in London.
const MORNING: Millis = Millis(1_772_438_400_000);
/// The bounds of what a command line, and SQLite, take at once.
const HANDFUL: usize = 500;

pub struct World {
    pub rig: Rig,
    pub hours: Hours,
    column: Column,
    http: reqwest::Client,
    log: Log,
}

/// What our own crates log.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn begin() -> Self {
        let log = Self::default();
        let kept = log.clone();
        let ours = ["api", "engine", "http_client", "lever", "receiver", "refapp", "store"];
        let ours = Targets::new().with_targets(ours.map(|name| (name, LevelFilter::TRACE)));
        let lines = tracing_subscriber::fmt::layer().with_writer(move || kept.clone());
        tracing_subscriber::registry().with(lines.with_filter(ours)).init();
        log
    }

    fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A check as it is stored.
#[derive(Debug)]
pub struct Known {
    pub id: CheckId,
    pub phase: String,
    /// Why it is parked or skipped.
    pub reason: String,
    pub candidate: String,
    status: String,
    note_unknown: bool,
}

impl World {
    /// A connection that runs since a moment.
    pub async fn begin(ctx: &Ctx) -> Self {
        Self::begin_at(ctx, MORNING).await
    }

    pub async fn begin_at(ctx: &Ctx, origin: Millis) -> Self {
        let log = Log::begin();
        let hours = Hours::begin(origin);
        let memory = PathBuf::from("/dev/shm");
        let setup = Setup {
            key: match ctx.column {
                Column::List => demo::EU_KEY_ALL,
                _ => demo::EU_KEY,
            }
            .to_owned(),
            clock: hours.skewed_clock(),
            clock_elsewhere: hours.clock(),
            seed: ctx.seed,
            folder: if memory.is_dir() { memory } else { std::env::temp_dir() },
            ..Setup::default()
        };
        let rig = Rig::start(setup).await;
        rig.until_form_read().await;
        Self {
            rig,
            hours,
            column: ctx.column,
            http: crate::site::client(),
            log,
        }
    }

    /// What the host has logged, at every level.
    pub fn logged(&self) -> String {
        self.log.text()
    }

    pub async fn pass(&self, span: i64) {
        tokio::time::sleep(Duration::from_millis(u64::try_from(span).unwrap_or(0))).await;
    }

    /// Candidates of a posting that names its template, who have not come far yet.
    pub async fn candidates(&self, name: &str, count: usize) -> Vec<String> {
        // Lever knows a person by the address: who has the same one has the same name.
        let email = format!("{}@candidate.example", name.replace(' ', ".").to_lowercase());
        let order = json!({"name": name, "emails": [email],
            "posting": self.rig.posting("Backend Developer"), "stage": "applicant-new", "deliver": "none",
            "count": count.max(2)});
        let made = self.rig.control("POST", "lever/opportunities", order).await;
        let ids = made["ids"].as_array().cloned().unwrap_or_default();
        ids.iter()
            .take(count)
            .filter_map(|id| id.as_str().map(str::to_owned))
            .collect()
    }

    pub async fn move_into_trigger(&self, opportunities: &[String]) {
        self.move_in(opportunities, demo::RECRUITER, "normal").await;
    }

    /// The same by somebody, and with webhooks that are `normal`, `none` or `late`.
    pub async fn move_in(&self, opportunities: &[String], by: &str, deliver: &str) {
        let order = json!({"opportunities": opportunities, "stage": demo::TRIGGER_STAGE, "by": by, "deliver": deliver});
        self.rig.control("POST", "lever/move", order).await;
    }

    /// A look into the database, beside the host.
    pub fn database(&self) -> Connection {
        let path = self.rig.dir.path().join("refapp-lever.db");
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Connection::open_with_flags(path, flags).expect("a database")
    }

    /// Lets time pass until nothing is left to do: everything that came is worked off, everything queued is sent,
    /// everything due is written. A problem if that takes longer than `patience`. Gives how long it took.
    pub async fn rest(&self, patience: i64, verdict: &mut Verdict) -> i64 {
        let database = self.database();
        let busy = "SELECT (SELECT count(*) FROM inbox WHERE done = 0)
                         + (SELECT count(*) FROM bell WHERE doc ->> 'source' <> 'recheck')
                         + (SELECT count(*) FROM effect WHERE state = 'sending')
                         + (SELECT count(*) FROM \"check\" WHERE phase = 'queued' OR due_at < ?1)";
        let began = self.hours.now();
        loop {
            self.pass(2_000).await;
            // What is due later only looks again at what a person has to mend.
            let soon = self.rig.setup.clock.now().plus(MINUTE).0;
            let busy: i64 = database.query_row(busy, [soon], |row| row.get(0)).expect("the schema");
            let took = self.hours.now().since(began);
            if busy == 0 {
                return took;
            }
            if took > patience {
                verdict.problem(format!("after {} minutes {busy} things are left to do", took / MINUTE));
                return took;
            }
        }
    }

    /// The last check of each opportunity.
    pub fn checks(&self) -> HashMap<String, Known> {
        let database = self.database();
        let mut rows = database
            .prepare(
                "SELECT opportunity, id, phase, coalesce(doc -> '$.phase.reason' ->> '$.reason', ''),
                        doc ->> '$.candidate', status, doc ->> '$.badges' LIKE '%note-unknown%'
                 FROM \"check\" ORDER BY ordinal",
            )
            .expect("the schema");
        let rows = rows.query_map([], |row| {
            let id: String = row.get(1)?;
            let known = Known {
                id: CheckId(id.parse().expect("an id")),
                phase: row.get(2)?,
                reason: row.get(3)?,
                candidate: row.get(4)?,
                status: row.get(5)?,
                note_unknown: row.get(6)?,
            };
            Ok((row.get(0)?, known))
        });
        rows.expect("the schema").collect::<Result<_, _>>().expect("rows")
    }

    /// Effects that were recorded so far.
    pub fn effects(&self) -> u32 {
        let count = self
            .database()
            .query_row("SELECT count(*) FROM effect", [], |row| row.get(0));
        count.expect("the schema")
    }

    /// How many notes of each check were sent out and never heard of.
    fn unknown_creations(&self) -> HashMap<CheckId, u32> {
        let database = self.database();
        let mut rows = database
            .prepare(
                "SELECT \"check\", count(*) FROM effect
                 WHERE state = 'unknown' AND doc ->> '$.kind.effect' = 'create-note' GROUP BY 1",
            )
            .expect("the schema");
        let rows = rows.query_map([], |row| {
            let id: String = row.get(0)?;
            Ok((CheckId(id.parse().expect("an id")), row.get(1)?))
        });
        rows.expect("the schema").collect::<Result<_, _>>().expect("rows")
    }

    /// Checks whose note is of unknown fate.
    pub fn unknown_notes(&self) -> usize {
        self.checks().values().filter(|check| check.note_unknown).count()
    }

    /// Starts that reached Refapp, taken on or not, of each candidate: whether it was, and the result's id.
    pub fn starts(&self) -> HashMap<String, Vec<(bool, String)>> {
        let mut starts = HashMap::<String, Vec<(bool, String)>>::new();
        for entry in self.rig.calls("event") {
            let event = &entry.body["partner-event"];
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let start = (entry.applied, text(&event["partner-result"]["id"]));
            starts.entry(text(&event["candidate"]["id"])).or_default().push(start);
        }
        starts
    }

    /// One step for each check that Refapp took on and that is known to be started.
    pub async fn step_all(&self) {
        let checks = self.checks();
        for (candidate, starts) in self.starts() {
            let known = checks.get(&candidate).is_some_and(|check| check.phase == "started");
            if let Some((_, result)) = starts.iter().find(|(applied, _)| *applied && known) {
                // One that is completed goes no further: that is fine.
                let url = format!("{}/refapp/checks/{result}/next", self.rig.sim.control_url());
                let _ = self.http.post(url).json(&json!({})).send().await;
            }
        }
    }

    /// A person decides about many at once.
    pub async fn decide(&self, checks: Vec<CheckId>, decision: Decision) -> Vec<Undecided> {
        let mut undecided = Vec::new();
        for handful in checks.chunks(HANDFUL) {
            let request = Request::Decide {
                checks: handful.to_vec(),
                decision,
            };
            match self.rig.host.ask(request).await {
                Ok(Reply::Decided(some)) => undecided.extend(some),
                other => panic!("decided, not {other:?}"),
            }
        }
        undecided
    }

    /// Requests to one side since `seq`.
    pub fn requests_since(&self, seq: u64, side: Side) -> usize {
        let ours = |entry: &Entry| entry.seq > seq && entry.side == side;
        self.rig.sim.ledger().iter().filter(|entry| ours(entry)).count()
    }

    /// Nobody is lost, nobody was started twice. Gives those who are parked, by reason; `may_park` names the reasons
    /// that this row allows.
    pub fn judge_starts(
        &self,
        moved: &[String],
        may_park: &[&str],
        verdict: &mut Verdict,
    ) -> BTreeMap<String, Vec<CheckId>> {
        let (checks, starts) = (self.checks(), self.starts());
        let mut parked = BTreeMap::<String, Vec<CheckId>>::new();
        for opportunity in moved {
            let applied = starts
                .get(opportunity)
                .map_or(0, |starts| starts.iter().filter(|(applied, _)| *applied).count());
            verdict.hold(applied < 2, || {
                format!("dup: {opportunity} was started {applied} times")
            });
            match checks.get(opportunity) {
                None => verdict.problem(format!("lost: {opportunity} has {applied} starts and no check")),
                Some(check) if check.phase == "started" && applied > 0 => {}
                Some(check) if check.phase == "parked" && may_park.contains(&check.reason.as_str()) => {
                    parked.entry(check.reason.clone()).or_default().push(check.id);
                }
                Some(check) => verdict.problem(format!(
                    "lost: {opportunity} has {applied} starts and is {} {}",
                    check.phase, check.reason
                )),
            }
        }
        parked
    }

    /// At rest: one status tag of ours, that of the check, and one note; with the article's key one of unknown fate may
    /// lie beside it, and then the check says so.
    pub async fn judge_written(&self, moved: &[String], verdict: &mut Verdict) {
        let checks = self.checks();
        let unknown = self.unknown_creations();
        let state = self.rig.control("GET", "state", Value::Null).await;
        let rows: HashMap<&str, &Value> = state["lever"]["opportunities"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|row| Some((row["id"].as_str()?, row)))
            .collect();
        for id in moved {
            let (Some(check), Some(row)) = (checks.get(id), rows.get(id.as_str())) else {
                continue;
            };
            if check.reason == "late" {
                // A question is for the screen; nothing is written before it is answered.
                continue;
            }
            let tags = row["tags"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let tags: Vec<&str> = tags.filter(|tag| tag.starts_with("Refapp Status:")).collect();
            let wanted = format!("Refapp Status: {}", check.status);
            verdict.hold(tags == [wanted.as_str()], || {
                format!("{id} is {} and carries {tags:?}", check.status)
            });
            let notes = row["notes"].as_array().into_iter().flatten();
            let notes = notes.filter(|note| note["deletedAt"].is_null()).count();
            let right = match (self.column, check.note_unknown) {
                (Column::List, _) | (_, false) => notes == 1,
                // Each of those may have been written, or not.
                (_, true) => notes <= 1 + unknown.get(&check.id).map_or(0, |many| *many as usize),
            };
            verdict.hold(right, || format!("{id} has {notes} notes, which nothing said explains"));
        }
    }
}

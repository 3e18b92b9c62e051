//! Takes a history's acts one by one. The engine's side of them are its real steps on a real database; the only thing
//! that is not the engine's is the choice of the next step, which is the history's: whatever order the owner takes them
//! in, it is one of these.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use model::{
    Check, CheckId, ConnectionId, DAY, HOUR, MINUTE, Millis, OpportunityId, Right, RightState, SECOND, StageChoice,
    StatusTag,
};
use store::{ConnectionRecord, EffectKind, Inbound, KnownTemplate, Standing, Store};
use tempfile::TempDir;

use super::history::{Act, Fate, Setup, Span};
use super::turn::Job;
use super::world::{NAME, TRIGGER, World, progress};
use crate::Decision;
use crate::plan::observed::Observed;
use crate::step::{self, decide::decisions};

/// The day on which all begins.
const BEGIN: Millis = Millis(20_000 * DAY);

pub struct Run {
    pub world: Arc<Mutex<World>>,
    pub setup: Setup,
    dir: TempDir,
    store: Option<Store>,
    pub record: ConnectionRecord,
    pub jobs: BTreeMap<OpportunityId, Job>,
    pub looked: BTreeMap<CheckId, Observed>,
    has_polled: bool,
    /// Minutes by which our clock is ahead.
    ahead: i64,
    /// Looks that ended since everything else did.
    pub looks: BTreeMap<OpportunityId, u32>,
}

pub fn lock(world: &Mutex<World>) -> MutexGuard<'_, World> {
    world.lock().expect("no step panicked")
}

impl Run {
    pub fn begin(setup: Setup) -> Self {
        let dir = directory();
        let store = Store::open(dir.path(), BEGIN).expect("a new database opens");
        let mut record = ConnectionRecord::draft(ConnectionId::of("Nordvik"), "Nordvik".to_owned(), BEGIN);
        record.standing = Standing::Running;
        record.following_since = Some(BEGIN);
        record.settings.trigger_stage = Some(StageChoice {
            id: TRIGGER.into(),
            text: "Reference check".to_owned(),
        });
        record.settings.acting_user = setup.acting_user.then(|| "user".into());
        record.templates = vec![KnownTemplate {
            id: "d".into(),
            name: "Developers".to_owned(),
            former: Vec::new(),
            alive: true,
        }];
        for (right, has) in [
            (Right::ListOpportunities, setup.list_opportunities),
            (Right::ListOpportunityNotes, setup.list_notes),
            (Right::UpdateOpportunityNote, setup.update_note),
        ] {
            if has {
                record.rights.insert(right, RightState::Proven);
            }
        }
        store
            .write(|tx| tx.put_connection(&record))
            .expect("the record is stored");
        Self {
            world: Arc::new(Mutex::new(World::new(BEGIN.plus(MINUTE), setup.bare))),
            setup,
            dir,
            store: Some(store),
            record,
            jobs: BTreeMap::new(),
            looked: BTreeMap::new(),
            has_polled: false,
            ahead: 0,
            looks: BTreeMap::new(),
        }
    }

    pub fn store(&self) -> &Store {
        self.store.as_ref().expect("it is open but for the moment of a crash")
    }

    pub fn world(&self) -> MutexGuard<'_, World> {
        lock(&self.world)
    }

    pub fn now(&self) -> Millis {
        self.world().at.plus(self.ahead * MINUTE)
    }

    pub fn checks(&self, id: &OpportunityId) -> Vec<Check> {
        self.store()
            .read(|tx| tx.checks_of(self.record.id, id))
            .expect("checks are read")
    }

    pub fn act(&mut self, act: Act) {
        let mut guard = self.world();
        let world = &mut *guard;
        let people = world.candidates.len();
        match act {
            Act::Enter(who) => world.move_to(who % people, true),
            Act::Leave(who) => world.move_to(who % people, false),
            Act::Archive(who) => {
                let candidate = &mut world.candidates[who % people];
                candidate.archived = true;
                candidate.past.archived = true;
                world.call(who % people, "candidateArchiveChange", None);
            }
            Act::Unarchive(who) => world.candidates[who % people].archived = false,
            Act::Anonymise(who) => {
                let candidate = &mut world.candidates[who % people];
                candidate.anonymised = true;
            }
            Act::Delete(who) => {
                world.candidates[who % people].deleted = true;
                world.call(who % people, lever::CANDIDATE_DELETED, None);
            }
            Act::Confide(who, is) => world.candidates[who % people].confidential = is,
            Act::Reach(who, has) => world.candidates[who % people].reachable = has,
            Act::Apply(who, job) => world.candidates[who % people].job = job,
            Act::TagByHand(who, status) => {
                let tag = StatusTag(status).text();
                let candidate = &mut world.candidates[who % people];
                candidate.past.tagged.insert(tag.clone());
                candidate.tags.insert(tag);
            }
            Act::UntagByHand(who) => {
                let candidate = &mut world.candidates[who % people];
                candidate.past.untagged = true;
                candidate.tags.retain(|tag| !StatusTag::is_one(tag));
            }
            Act::UnnoteByHand(who) => {
                let candidate = &mut world.candidates[who % people];
                candidate.past.unnoted = true;
                candidate.notes.clear();
            }
            Act::Template(job, lives) => world.jobs[job % 2].template = lives,
            Act::Staff(job, has) => world.jobs[job % 2].staffed = has,
            Act::Wait(span) => {
                world.waited_long |= span == Span::OverADay;
                world.tick(match span {
                    Span::Second => SECOND,
                    Span::Minute => MINUTE,
                    Span::HalfHour => 30 * MINUTE,
                    Span::OverADay => 25 * HOUR,
                });
            }
            Act::Clock(minutes) => {
                world.shifts += 1;
                drop(guard);
                self.ahead = minutes;
                return;
            }
            Act::Hear(_)
            | Act::Poll
            | Act::Update(..)
            | Act::Pause
            | Act::Resume
            | Act::Decide(..)
            | Act::Turn(..)
            | Act::Work(_)
            | Act::Crash => {
                drop(guard);
                return self.act_here(act);
            }
        }
        world.note_fit();
    }

    fn act_here(&mut self, act: Act) {
        match act {
            Act::Hear(which) => {
                let many = self.world().deliveries.len();
                if many > 0 && !self.setup.deaf {
                    self.hear(which % many);
                }
            }
            Act::Poll => self.poll(),
            Act::Update(start, news) => {
                let many = self.world().starts.len();
                if many > 0 {
                    self.update(start % many, news);
                }
            }
            Act::Pause => self.pause(),
            Act::Resume => self.resume(),
            Act::Decide(who, check, which) => self.decide(who, check, which),
            Act::Turn(which, fate) => {
                let steps = self.open_steps();
                if !steps.is_empty() {
                    self.take(steps[which % steps.len()].clone(), fate);
                }
            }
            Act::Work(many) => {
                for _ in 0..many {
                    match self.open_steps().first() {
                        Some(step) => self.take(step.clone(), Fate::Well),
                        None => break,
                    }
                }
            }
            Act::Crash => self.crash(),
            _ => {}
        }
    }

    /// A webhook arrives. It may have come before: that a repetition is known by its key is not relied on here.
    pub fn hear(&mut self, which: usize) {
        let now = self.now();
        let (key, inbound) = {
            let mut world = self.world();
            let id = |who: usize, world: &World| world.candidates[who].id.clone();
            let opportunity = id(world.deliveries[which].who, &world);
            let delivery = &mut world.deliveries[which];
            delivery.arrived += 1;
            let inbound = Inbound::Webhook {
                event: delivery.event.to_owned(),
                opportunity: Some(opportunity),
                to_stage: delivery.to.clone(),
                triggered_at: delivery.at,
            };
            (format!("webhook {which}, {} times", delivery.arrived), inbound)
        };
        self.take_in(&key, now, &inbound);
    }

    /// An update arrives. Its repetition is told by its body, as in the intake.
    pub fn update(&mut self, start: usize, news: super::history::News) {
        let now = self.now();
        let result = {
            let mut world = self.world();
            let start = &mut world.starts[start];
            if !start.told.contains(&news) {
                start.told.push(news);
            }
            start.result.to_string()
        };
        let key = format!("update {result} {news:?}");
        let progress = progress(news);
        self.take_in(&key, now, &Inbound::Update { result, progress });
    }

    fn take_in(&self, key: &str, now: Millis, inbound: &Inbound) {
        let taken = self.store().write(|tx| tx.take_in(self.record.id, key, now, inbound));
        taken.expect("what comes in is stored");
    }

    pub fn poll(&mut self) {
        if !self.setup.list_opportunities || self.record.standing != Standing::Running {
            return;
        }
        let (now, until) = (self.now(), self.world().at);
        let since = self.record.watermark.map(|mark| mark.plus(-5 * MINUTE));
        let rows: Vec<_> = {
            let world = self.world();
            (0..world.candidates.len())
                .filter(|who| {
                    let candidate = &world.candidates[*who];
                    let listed = candidate.in_trigger && !candidate.deleted && !candidate.confidential;
                    listed && since.is_none_or(|since| candidate.advanced_at >= since)
                })
                .map(|who| world.opportunity(who))
                .collect()
        };
        let catching_up = self
            .record
            .watermark
            .is_some_and(|mark| !self.has_polled || until.since(mark) > 10 * MINUTE);
        let rows: Vec<_> = rows.iter().collect();
        let record = self
            .store()
            .write(|tx| step::poll::read(tx, &self.record, &rows, catching_up, until, now));
        self.record = record.expect("a window is stored");
        self.has_polled = true;
    }

    fn pause(&mut self) {
        if self.record.standing == Standing::Running {
            self.world().paused = true;
            let now = self.now();
            self.record.standing = Standing::Paused;
            self.record.pause = Some((self.record.pause.map_or(now, |(from, _)| from), Millis(i64::MAX)));
        }
    }

    pub fn resume(&mut self) {
        if self.record.standing == Standing::Paused {
            let now = self.now();
            self.record.standing = Standing::Running;
            self.record.pause = self.record.pause.map(|(from, _)| (from, now));
        }
    }

    fn decide(&mut self, who: usize, check: usize, which: usize) {
        let who = who % 2;
        let id = self.world().candidates[who].id.clone();
        // A decision about what is busy waits for it.
        if self.jobs.contains_key(&id) {
            return;
        }
        let checks = self.checks(&id);
        let Some(check) = (!checks.is_empty()).then(|| &checks[check % checks.len()]) else {
            return;
        };
        let sensible = decisions(check);
        let Some(decision) = (!sensible.is_empty()).then(|| sensible[which % sensible.len()]) else {
            return;
        };
        {
            let past = &mut self.world().candidates[who].past;
            match decision {
                Decision::Start => {
                    past.said = true;
                    past.took_over = true;
                }
                Decision::SendAgain => past.said = true,
                Decision::ItWasStarted => past.was_started = true,
                Decision::Adopt => {
                    past.took_over = true;
                    past.was_started = true;
                }
                Decision::LeaveToOther | Decision::Dismiss => past.dismissed = true,
                // Whatever is said of a note of unknown fate, there is one too many at most.
                Decision::TryAgain
                | Decision::NoteIsThere
                | Decision::NoteIsNotThere
                | Decision::MarkRead
                | Decision::Repair => {}
            }
        }
        self.world().note_fit();
        let now = self.now();
        let decided = self
            .store()
            .write(|tx| step::decide::decide(tx, self.record.id, check.id, decision, now));
        decided.expect("a decision that is offered can be taken");
    }

    fn crash(&mut self) {
        {
            let mut world = self.world();
            for (id, job) in &self.jobs {
                let who = world.who(id);
                let past = &mut world.candidates[who].past;
                match job {
                    Job::Start { .. } => past.start_unknown = true,
                    Job::Write { effect, .. } if matches!(effect.kind, EffectKind::CreateNote { .. }) => {
                        past.notes_in_doubt += 1;
                    }
                    _ => {}
                }
            }
        }
        self.jobs.clear();
        self.looked.clear();
        self.has_polled = false;
        // The old process is gone before the new one opens.
        self.store = None;
        let (now, id) = (self.now(), self.record.id);
        self.store = Some(Store::open(self.dir.path(), now).expect("the database opens again"));
        let marked = self.store().write(|tx| step::interrupted(tx, id, now));
        marked.expect("what was on the wire is marked");
    }

    /// The name as it was planted, wherever a check still has it.
    pub fn names(&self, id: &OpportunityId) -> bool {
        self.checks(id).iter().any(|check| format!("{check:?}").contains(NAME))
    }
}

/// In memory where there is such a place: what a disk would do is not what is tested here.
fn directory() -> TempDir {
    let memory = std::path::Path::new("/dev/shm");
    let made = if memory.is_dir() {
        tempfile::tempdir_in(memory)
    } else {
        tempfile::tempdir()
    };
    made.expect("a directory is made")
}

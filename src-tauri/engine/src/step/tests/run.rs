//! Takes a history's acts one by one. The engine's side of them are its real steps on a real database; the only thing
//! that is not the engine's is the choice of the next step, which is the history's: whatever order the owner takes them
//! in, it is one of these.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use model::{
    Badge, Check, CheckId, ConnectionId, DAY, HOUR, MINUTE, Millis, NoteId, OpportunityId, Phase, Reason, Right,
    RightState, SECOND, StageChoice, StatusTag, UserId,
};
use store::{Bell, ConnectionRecord, Effect, EffectKind, Inbound, KnownTemplate, Source, Standing, Store};
use tempfile::TempDir;

use super::history::{Act, Fate, Setup, Span};
use super::world::{NAME, TRIGGER, World, form, progress, unreadable};
use crate::Decision;
use crate::plan::observed::Observed;
use crate::step::{
    self,
    decide::decisions,
    start::{FRESH, Intent},
    write::Written,
};
use crate::writer::{Calls, Writer};

/// The day on which all begins.
const BEGIN: Millis = Millis(20_000 * DAY);

type Answer = Result<Written, lever::Error>;

/// What is on the wire for an opportunity: one thing at a time.
enum Job {
    /// The opportunity is read; then its posting and the people.
    Look {
        bell: Bell,
        read: Option<Box<Observed>>,
    },
    Form {
        check: CheckId,
        observed: Box<Observed>,
    },
    Start {
        effect: Effect,
        intent: (model::PostingId, model::ResultId),
        answer: Option<Result<(), refapp::Error>>,
    },
    Write {
        effect: Effect,
        answer: Pin<Box<dyn Future<Output = Answer> + Send>>,
    },
}

/// A step that the engine may take now.
#[derive(Clone, PartialEq, Debug)]
enum Step {
    Inbox,
    Look(Box<Bell>),
    Write(Box<Check>),
    Form(CheckId, OpportunityId),
    LookAgain(OpportunityId),
    GoOn(OpportunityId),
}

pub struct Run {
    pub world: Arc<Mutex<World>>,
    pub setup: Setup,
    dir: TempDir,
    store: Option<Store>,
    pub record: ConnectionRecord,
    jobs: BTreeMap<OpportunityId, Job>,
    looked: BTreeMap<CheckId, Observed>,
    has_polled: bool,
    /// Minutes by which our clock is ahead.
    ahead: i64,
    /// Looks that ended since everything else did.
    pub looks: BTreeMap<OpportunityId, u32>,
}

/// Lever's answers to the calls of an effect. A call is made, and then its answer is on the way: anything may happen
/// in between.
struct AtWorld {
    world: Arc<Mutex<World>>,
    who: usize,
}

impl AtWorld {
    async fn answer<T>(&self, call: lever::Call, answer: Result<T, lever::Kind>) -> Result<T, lever::Error> {
        let mut under_way = true;
        std::future::poll_fn(|_| {
            if std::mem::take(&mut under_way) {
                Poll::Pending
            } else {
                Poll::Ready(())
            }
        })
        .await;
        answer.map_err(|kind| lever::Error { call, kind })
    }
}

impl Calls for AtWorld {
    async fn attempt(&self, kind: &EffectKind, _: Option<&UserId>) -> Result<Option<NoteId>, lever::Error> {
        let answer = lock(&self.world).write(self.who, kind);
        let call = match kind {
            EffectKind::AddTag { .. } | EffectKind::Start => lever::Call::AddTags,
            EffectKind::RemoveTags { .. } => lever::Call::RemoveTags,
            EffectKind::CreateNote { .. } => lever::Call::CreateNote,
            EffectKind::UpdateNote { .. } => lever::Call::UpdateNote,
            EffectKind::DeleteNote { .. } => lever::Call::DeleteNote,
        };
        self.answer(call, answer).await
    }

    async fn notes(&self) -> Result<Vec<lever::Note>, lever::Error> {
        let answer = lock(&self.world).notes(self.who);
        self.answer(lever::Call::ListNotes, answer).await
    }
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

    fn store(&self) -> &Store {
        self.store.as_ref().expect("it is open but for the moment of a crash")
    }

    fn world(&self) -> MutexGuard<'_, World> {
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
                Decision::TryAgain | Decision::NoteIsThere | Decision::NoteIsNotThere => {}
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

    /// All that the engine may do now.
    fn open_steps(&self) -> Vec<Step> {
        let (id, now) = (self.record.id, self.now());
        let going = self.jobs.keys().cloned().map(Step::GoOn);
        let mut steps: Vec<Step> = going.collect();
        let read = self.store().read(|tx| {
            let inbox = !tx.open_inbox(id, 1)?.is_empty();
            Ok((
                inbox,
                tx.due_bells(id, now, 16)?,
                tx.due_checks(id, now, 16)?,
                tx.queued_checks(id, 16)?,
            ))
        });
        let (inbox, bells, due, queued) = read.expect("what is due is read");
        if inbox {
            steps.push(Step::Inbox);
        }
        if self.record.standing != Standing::Running {
            return steps;
        }
        let free = |id: &OpportunityId| !self.jobs.contains_key(id);
        let bells = bells.into_iter().filter(|bell| free(&bell.opportunity));
        steps.extend(bells.map(|bell| Step::Look(Box::new(bell))));
        let due = due.into_iter().filter(|check| free(&check.opportunity));
        steps.extend(due.map(|check| Step::Write(Box::new(check))));
        let lane_is_busy = self
            .jobs
            .values()
            .any(|job| matches!(job, Job::Form { .. } | Job::Start { .. }));
        for check in queued
            .into_iter()
            .filter(|check| !lane_is_busy && free(&check.opportunity))
        {
            let look = self.looked.get(&check.id);
            if look.is_some_and(|look| now.since(look.seen_at) < FRESH) {
                steps.push(Step::Form(check.id, check.opportunity));
            } else if self.bell(&check.opportunity).is_none() {
                steps.push(Step::LookAgain(check.opportunity));
            }
        }
        steps
    }

    fn bell(&self, id: &OpportunityId) -> Option<Bell> {
        self.store()
            .read(|tx| tx.bell(self.record.id, id))
            .expect("a bell is read")
    }

    fn take(&mut self, step: Step, fate: Fate) {
        self.world().fate = fate;
        let (id, now) = (self.record.id, self.now());
        match step {
            Step::Inbox => {
                let taken = self.store().write(|tx| {
                    for row in tx.open_inbox(id, 200)? {
                        step::inbox::take(tx, &self.record, &row, now)?;
                        tx.inbox_done(row.id)?;
                    }
                    Ok::<_, store::Error>(())
                });
                taken.expect("the inbox is worked off");
            }
            Step::Look(bell) => {
                let opportunity = bell.opportunity.clone();
                self.jobs.insert(
                    opportunity,
                    Job::Look {
                        bell: *bell,
                        read: None,
                    },
                );
            }
            Step::LookAgain(opportunity) => self.ring(&opportunity),
            Step::Write(check) => self.set_out_to_write(*check, now),
            Step::Form(check, opportunity) => {
                let observed = Box::new(self.looked.remove(&check).expect("it was looked at"));
                self.jobs.insert(opportunity, Job::Form { check, observed });
            }
            Step::GoOn(opportunity) => {
                let job = self.jobs.remove(&opportunity).expect("a job goes on");
                self.go_on(opportunity, job, fate, now);
            }
        }
    }

    pub fn ring(&self, opportunity: &OpportunityId) {
        let bell = Bell::at_once(opportunity, Source::Recheck, self.now());
        self.store()
            .write(|tx| tx.ring(self.record.id, &bell))
            .expect("a bell is rung");
    }

    fn set_out_to_write(&mut self, check: Check, now: Millis) {
        let next = self.store().write(|tx| step::write::next(tx, &self.record, check, now));
        let Some((check, effect)) = next.expect("an effect is recorded") else {
            return;
        };
        let who = self.world().who(&check.opportunity);
        let writer = Writer {
            calls: AtWorld {
                world: self.world.clone(),
                who,
            },
            reference: check.reference(),
            perform_as: self.record.settings.acting_user.clone(),
            can_list_notes: self.record.has(Right::ListOpportunityNotes),
        };
        let (kind, read_first) = (effect.kind.clone(), check.badges.contains(&Badge::NoteUnknown));
        let answer = Box::pin(async move { writer.perform(&kind, read_first).await });
        self.jobs.insert(check.opportunity, Job::Write { effect, answer });
    }

    fn go_on(&mut self, id: OpportunityId, job: Job, fate: Fate, now: Millis) {
        let connection = self.record.id;
        match job {
            Job::Look { bell, read } => self.go_on_looking(id, bell, read, fate, now),
            Job::Form { check, observed } => {
                let park = |reason| {
                    let parked = self.store().write(|tx| step::start::park(tx, check, reason, now));
                    parked.expect("a check is parked");
                };
                match fate {
                    Fate::Refused => {
                        let who = self.world().who(&id);
                        self.world().candidates[who].past.refused = true;
                        let message = String::new();
                        return park(Reason::Refused { status: 400, message });
                    }
                    Fate::Well => {}
                    _ => return,
                }
                let prepared = self
                    .store()
                    .read(|tx| step::start::prepare(tx, &self.record, &observed, &form(), None));
                let intent: Intent = match prepared.expect("a start is prepared") {
                    Ok((_, intent)) => intent,
                    Err(reason) => return park(reason),
                };
                if self.record.standing != Standing::Running {
                    return;
                }
                let sent = (intent.posting.clone(), intent.key.result_id());
                let intended = self
                    .store()
                    .write(|tx| step::start::intend(tx, connection, check, intent, now));
                if let Some((effect, _)) = intended.expect("a start is recorded") {
                    let who = self.world().who(&id);
                    self.world().must_be_fit(who);
                    self.jobs.insert(
                        id,
                        Job::Start {
                            effect,
                            intent: sent,
                            answer: None,
                        },
                    );
                }
            }
            Job::Start {
                effect,
                intent,
                answer: None,
            } => {
                let who = self.world().who(&id);
                let answer = self.world().start(who, &intent.0, intent.1);
                let call = refapp::Call::Send;
                let answer = Some(answer.map_err(|kind| refapp::Error { call, kind }));
                self.jobs.insert(id, Job::Start { effect, intent, answer });
            }
            Job::Start {
                effect,
                answer: Some(answer),
                ..
            } => {
                let stored = self
                    .store()
                    .write(|tx| step::start::answered(tx, &effect, answer.as_ref().err(), now));
                stored.expect("an answer is stored");
            }
            Job::Write { effect, mut answer } => match answer.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Pending => {
                    self.jobs.insert(id, Job::Write { effect, answer });
                }
                Poll::Ready(answer) => {
                    let forbidden = answer
                        .as_ref()
                        .err()
                        .filter(|error| error.kind == lever::Kind::Forbidden);
                    if let Some(right) = forbidden.and_then(|error| error.call.right()) {
                        self.record.rights.insert(right, RightState::Missing);
                    }
                    let stored = self
                        .store()
                        .write(|tx| step::write::answered(tx, &effect, &answer, |_| MINUTE, now));
                    let next = stored.expect("an answer is stored");
                    if let Some(check) = next.filter(|_| self.record.standing == Standing::Running) {
                        self.set_out_to_write(check, now);
                    }
                }
            },
        }
    }

    fn go_on_looking(&mut self, id: OpportunityId, bell: Bell, read: Option<Box<Observed>>, fate: Fate, now: Millis) {
        let connection = self.record.id;
        let store = self.store();
        if !matches!(fate, Fate::Well | Fate::Forbidden) {
            let later = store.write(|tx| tx.put_off(connection, &bell, now.plus(MINUTE)));
            return later.expect("a bell is put off");
        }
        let who = self.world().who(&id);
        let (deleted, confidential) = {
            let candidate = &self.world().candidates[who];
            (candidate.deleted, candidate.confidential || fate == Fate::Forbidden)
        };
        let done = match read {
            None if deleted => {
                self.world().candidates[who].past.erased = true;
                store.write(|tx| step::look::erase(tx, connection, &bell, now))
            }
            None if confidential => {
                self.world().candidates[who].past.forbidden = true;
                store.write(|tx| step::look::unreadable(tx, connection, &bell, unreadable(), now))
            }
            None => {
                let observed = Observed {
                    opportunity: self.world().opportunity(who),
                    posting: None,
                    unreadable: None,
                    mover: None,
                    posting_owner: None,
                    seen_at: now,
                };
                let read = Some(Box::new(observed));
                self.jobs.insert(id, Job::Look { bell, read });
                return;
            }
            Some(mut observed) => {
                let said = |check: &Check| check.by_person && matches!(check.phase, Phase::Queued | Phase::Parked(_));
                let by_person = self.checks(&id).iter().any(said);
                let seen = &observed.opportunity;
                let may_start = (seen.stage.as_str() == TRIGGER || by_person) && !seen.archived && !seen.anonymised;
                if may_start && let lever::Applications::Known(applications) = &seen.applications {
                    let posting = applications.iter().find_map(|application| application.posting.clone());
                    if let Some(posting) = posting {
                        let (posting, owner) = self.world().posting(&posting);
                        observed.posting = Some(posting);
                        observed.posting_owner = Some(owner);
                    }
                }
                let templates = self.record.templates.clone();
                let judged = store.write(|tx| step::look::judge(tx, &self.record, &templates, &bell, &observed, now));
                if let Some(check) = judged.expect("a look is stored") {
                    self.looked.insert(check, *observed);
                }
                *self.looks.entry(id).or_default() += 1;
                return;
            }
        };
        done.expect("a look is stored");
        *self.looks.entry(id).or_default() += 1;
    }

    /// Faults have ended, and all that is under way arrives: works until nothing is left to do.
    pub fn come_to_rest(&mut self) -> Result<(), String> {
        self.resume();
        let many = self.world().deliveries.len();
        let deaf = self.setup.deaf;
        for which in (0..many).filter(|_| !deaf) {
            if self.world().deliveries[which].arrived == 0 {
                self.hear(which);
            }
        }
        self.poll();
        self.work_off()?;
        // The daily look.
        let ids: Vec<_> = self
            .world()
            .candidates
            .iter()
            .map(|candidate| candidate.id.clone())
            .collect();
        for id in ids.iter().filter(|id| !self.checks(id).is_empty()) {
            self.ring(id);
        }
        self.work_off()
    }

    fn work_off(&mut self) -> Result<(), String> {
        self.looks.clear();
        for _ in 0..400 {
            if let Some(step) = self.open_steps().first() {
                self.take(step.clone(), Fate::Well);
                continue;
            }
            let Some(at) = self.next_wake() else { return Ok(()) };
            let span = at.since(self.now());
            self.world().tick(span);
        }
        Err("it does not come to rest".to_owned())
    }

    /// When something falls due that is not only the same look again.
    fn next_wake(&self) -> Option<Millis> {
        let (id, now) = (self.record.id, self.now());
        let read = self.store().read(|tx| {
            let ever = Millis(i64::MAX);
            Ok((
                tx.due_bells(id, ever, 16)?,
                tx.due_checks(id, ever, 16)?,
                tx.next_bell(id, now)?,
                tx.next_due(id, now)?,
            ))
        });
        let (bells, checks, bell, due) = read.expect("what falls due is read");
        let same_again = |check: &Check| {
            let hidden = {
                let world = self.world();
                world.candidates[world.who(&check.opportunity)].confidential
            };
            let watched = match &check.phase {
                Phase::Parked(reason) => reason.is_mended_in_lever() || matches!(reason, Reason::Unreadable { .. }),
                _ => false,
            };
            let settled = now.since(check.status_since) > MINUTE;
            let looks = self.looks.get(&check.opportunity).copied().unwrap_or_default();
            settled && (watched && looks > 1 || hidden && (looks > 0 || check.hitch.is_some()))
        };
        let still = bells.is_empty() && checks.iter().all(same_again);
        [bell, due].into_iter().flatten().min().filter(|_| !still)
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

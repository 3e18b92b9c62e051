//! The owner of a connection: one task that holds its state and decides. Everybody else sends it orders or reads the
//! snapshot that it publishes; nothing shares a lock with it.
//!
//! It never waits for the network: a job does, and hands back what is to be done with its result ([`Then`]). So one
//! slow call holds up nothing but the opportunity it is about.

mod audit;
mod auth;
mod carrier;
mod channels;
mod decide;
mod doubt;
mod drift;
mod dry_run;
mod gap;
mod inbox;
mod lane;
mod look;
mod network;
mod observe;
mod outcome;
mod person;
mod poll;
mod prove;
mod provision;
mod publish;
mod round;
mod setup;
mod standing;
mod templates;
mod trouble;
mod webhooks;
mod write;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use model::{
    Clock, Code, ConnectionId, Failure, HOUR, MINUTE, Millis, Mode, OpportunityId, Place, Right, SECOND, Secret,
    TemplateId, TurnedAway,
};
use store::{ConnectionRecord, Standing, Store};
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::{Id, JoinSet};

use crate::order::{Answer, Envelope, Reply};
use crate::plan::observed::Member;
use crate::state::{Clocks, Finding, Hints, LeverUser, Oauth, State, Turn};
use crate::{Intake, SecretKind, SecretName, Surroundings, Vault, in_place};

pub use auth::SLOW;
pub use carrier::{CARRIER_NAME, CARRIER_TAG};

/// What is to be done with the result of a job.
pub(crate) type Then = Box<dyn FnOnce(&mut Owner) + Send>;

/// What the owner needs of the world around it.
#[derive(Clone)]
pub(crate) struct World {
    pub store: Store,
    pub vault: Arc<dyn Vault>,
    pub surroundings: Arc<dyn Surroundings>,
    pub intake: Intake,
    pub clock: Clock,
}

/// Lever users seen lately: "users known" is what makes a start cost four requests.
type Users = Arc<Mutex<HashMap<model::UserId, (Millis, Option<Member>)>>>;

pub(crate) struct Owner {
    world: World,
    record: ConnectionRecord,
    /// What a configuration file says, until all of it is carried out.
    provision: Option<provision::Provisioning>,
    wake: Arc<Notify>,
    /// What Refapp has sent with another bearer, and is not in the record yet.
    turned_away: Arc<Mutex<Option<TurnedAway>>>,
    lever: Option<lever::Client>,
    source: Option<auth::Source>,
    refapp: Option<refapp::Client>,
    place: Option<Place>,
    /// The account's form, as it was last read.
    form: Option<refapp::Form>,
    /// Remembered templates that a form did not list.
    unlisted: BTreeSet<TemplateId>,
    /// The unguessable part of our addresses; the vault is not asked at every turn.
    receiver_path: Option<Secret>,
    users: Users,
    /// Of an observer.
    posting_names: observe::Names,
    /// Whom its last look did not find any more.
    missed: BTreeSet<OpportunityId>,
    choices: Vec<LeverUser>,
    jobs: JoinSet<Then>,
    /// Effects of the last process may be on the wire still, and are not marked yet.
    interrupted: bool,
    outcomes: outcome::Outcomes,
    /// Decisions about opportunities that a job is about: they wait for its outcome.
    deferred: Vec<Envelope>,
    /// The opportunity that a job is about; one job each.
    subjects: HashMap<Id, OpportunityId>,
    busy: HashSet<OpportunityId>,
    looking: usize,
    lane: lane::Lane,
    lever_trouble: Option<trouble::Trouble>,
    /// What Lever gave no answer about, or none that can be read, since it last gave one.
    doubted: BTreeSet<String>,
    refapp_trouble: Option<trouble::Trouble>,
    clocks: Clocks,
    polling: bool,
    /// When this process first read a window: what came before that was not seen live.
    polls_since: Option<Millis>,
    next_poll: Millis,
    next_upkeep: Millis,
    doubts: doubt::Doubts,
    /// When it is looked again whether the way in is open.
    next_beat: Millis,
    proving: Option<prove::Proving>,
    auditing: Option<audit::Auditing>,
    /// Webhooks are being registered, and these wait to have it done again.
    registering: Option<Vec<webhooks::Registered>>,
    right_failures: BTreeMap<Right, Failure>,
    findings: BTreeMap<Code, Finding>,
    /// How findings came and went, the oldest first.
    turns: VecDeque<Turn>,
    /// When each right was last used with success, by this process.
    rights_used: BTreeMap<Right, Millis>,
    /// When Lever last took something in the acting user's name, from this process.
    acted_at: Option<Millis>,
    /// When Refapp last answered as it should, to this process.
    refapp_worked: Option<Millis>,
    refapp_failure: Option<Failure>,
    lever_failure: Option<Failure>,
    channel_failure: Option<Failure>,
    hints: Hints,
    oauth: Oauth,
    oauth_stray: bool,
    attempt: Option<auth::Attempt>,
    verified_at: Option<Millis>,
    healthy_since: Option<Millis>,
    state: watch::Sender<Arc<State>>,
    /// What checks ask a person for, as it was at this count of their changes.
    asks: Option<(u64, Vec<Code>)>,
    /// Nothing new is begun: only what is on the wire may come back.
    closing: bool,
    /// The job that takes our webhooks away at the end.
    farewell: Option<Id>,
    gone: bool,
    /// By the configuration file: whether we are ready concerns nobody.
    left_out: bool,
    /// A configuration file has set it up: nobody sits here to press a button.
    by_file: bool,
}

/// The way to an owner.
#[derive(Clone)]
pub(crate) struct Handle {
    pub orders: mpsc::Sender<Envelope>,
    pub state: watch::Receiver<Arc<State>>,
}

impl Owner {
    /// Starts the owner of a connection.
    pub fn start(world: World, record: ConnectionRecord) -> Handle {
        let (orders, inbox) = mpsc::channel(64);
        let oauth = match (record.way_in, record.lever_proven_at) {
            (Some(model::WayIn::OAuth), Some(since)) => Oauth::Connected { since },
            _ => Oauth::Idle,
        };
        let (state, watched) = watch::channel(Arc::new(State::blank(record.clone(), oauth.clone())));
        let owner = Self {
            world,
            record,
            provision: None,
            wake: Arc::new(Notify::new()),
            turned_away: Arc::default(),
            lever: None,
            source: None,
            refapp: None,
            place: None,
            form: None,
            unlisted: BTreeSet::new(),
            receiver_path: None,
            users: Users::default(),
            posting_names: observe::Names::default(),
            missed: BTreeSet::new(),
            choices: Vec::new(),
            jobs: JoinSet::new(),
            interrupted: false,
            outcomes: outcome::Outcomes::default(),
            deferred: Vec::new(),
            subjects: HashMap::new(),
            busy: HashSet::new(),
            looking: 0,
            lane: lane::Lane::default(),
            lever_trouble: None,
            doubted: BTreeSet::new(),
            refapp_trouble: None,
            clocks: Clocks::default(),
            polling: false,
            polls_since: None,
            next_poll: Millis(0),
            next_upkeep: Millis(0),
            doubts: doubt::Doubts::default(),
            next_beat: Millis(0),
            proving: None,
            auditing: None,
            registering: None,
            right_failures: BTreeMap::new(),
            findings: BTreeMap::new(),
            turns: VecDeque::new(),
            rights_used: BTreeMap::new(),
            acted_at: None,
            refapp_worked: None,
            refapp_failure: None,
            lever_failure: None,
            channel_failure: None,
            hints: Hints::default(),
            oauth,
            oauth_stray: false,
            attempt: None,
            verified_at: None,
            healthy_since: None,
            state,
            asks: None,
            closing: false,
            farewell: None,
            gone: false,
            left_out: false,
            by_file: false,
        };
        tokio::spawn(owner.run(inbox));
        Handle { orders, state: watched }
    }

    async fn run(mut self, mut orders: mpsc::Receiver<Envelope>) {
        in_place(|| self.wake_up());
        while !self.gone {
            let now = self.now();
            let until = in_place(|| {
                self.pump(now);
                self.publish();
                self.next_wake(now)
            });
            let nap = Duration::from_millis(u64::try_from(until.since(self.now())).unwrap_or(0).clamp(1, 60_000));
            tokio::select! {
                envelope = orders.recv() => match envelope {
                    Some(envelope) => in_place(|| self.obey(envelope)),
                    None => break,
                },
                Some(done) = self.jobs.join_next_with_id() => self.finish(done),
                () = self.wake.notified() => {}
                // Timers stop while the computer sleeps: nobody naps longer than a minute.
                () = tokio::time::sleep(nap) => {}
            }
        }
        if self.gone {
            return self.leave().await;
        }
        // An effect on the wire is given the time to come back; what does not is `unknown` at the next start.
        self.closing = true;
        let wind_up = async {
            while let Some(done) = self.jobs.join_next_with_id().await {
                self.finish(done);
            }
        };
        let _ = tokio::time::timeout(Duration::from_secs(8), wind_up).await;
    }

    /// The data is removed. The webhooks may still be taken away; what comes back of anything else is dropped, as it
    /// would write what was purged.
    async fn leave(mut self) {
        let Some(farewell) = self.farewell else { return };
        let last = async {
            while let Some(done) = self.jobs.join_next_with_id().await {
                let id = done.map_or_else(|error| error.id(), |(id, _)| id);
                if id == farewell {
                    break;
                }
            }
        };
        let _ = tokio::time::timeout(Duration::from_secs(8), last).await;
    }

    fn finish(&mut self, done: Result<(Id, Then), tokio::task::JoinError>) {
        let (id, then) = match done {
            Ok(done) => done,
            Err(error) => {
                tracing::error!(%error, "a job broke off");
                return in_place(|| self.begin_again());
            }
        };
        if let Some(opportunity) = self.subjects.remove(&id) {
            self.busy.remove(&opportunity);
        }
        in_place(|| {
            then(self);
            for envelope in std::mem::take(&mut self.deferred) {
                self.obey(envelope);
            }
        });
    }

    /// A job panicked: what it was about is as uncertain as after a crash, and is treated as such.
    fn begin_again(&mut self) {
        self.jobs = JoinSet::new();
        self.subjects.clear();
        self.busy.clear();
        self.looking = 0;
        self.lane = lane::Lane::default();
        self.polling = false;
        self.proving = None;
        self.auditing = None;
        self.registering = None;
        self.begin_provision_again();
        self.wake_up();
    }

    /// Starts a job that concerns no opportunity.
    fn job(&mut self, work: impl Future<Output = Then> + Send + 'static) {
        self.jobs.spawn(work);
    }

    /// Starts the one job about this opportunity.
    fn job_about(&mut self, opportunity: &OpportunityId, work: impl Future<Output = Then> + Send + 'static) {
        self.busy.insert(opportunity.clone());
        let id = self.jobs.spawn(work).id();
        self.subjects.insert(id, opportunity.clone());
    }

    /// Starts everything that is due.
    fn pump(&mut self, now: Millis) {
        let stored = self.world.store.check_up();
        let stored = stored.and_then(|()| self.store_outcomes());
        let stored = stored.and_then(|()| self.mark_interrupted(now));
        let worked = stored.and_then(|()| self.work_off_inbox(now)).and_then(|()| {
            if self.record.standing != Standing::Running {
                return Ok(());
            }
            if self.record.mode == Mode::Observer {
                self.start_observing(now);
                return Ok(());
            }
            self.start_looks(now)?;
            self.start_writes(now)?;
            self.start_next(now)?;
            self.start_poll(now);
            Ok(())
        });
        self.store_answered(worked.err());
        self.watch_channels(now);
        self.watch_gap(now);
        self.watch_changes(now);
        self.settle_doubts(now);
        self.watch_coverage();
        self.watch_network();
        self.watch_carrier();
        self.start_upkeep(now);
        self.carry_on_provision(now);
    }

    /// The next moment at which time alone makes something due.
    fn next_wake(&self, now: Millis) -> Millis {
        let id = self.record.id;
        let stored = self
            .world
            .store
            .read(|tx| Ok((tx.next_bell(id, now)?, tx.next_due(id, now)?)));
        let (bell, due) = stored.unwrap_or_default();
        // What could not be stored is tried again soon.
        let unstored = self.interrupted || !self.outcomes.is_empty() || self.store_ails();
        [
            bell,
            due,
            unstored.then(|| now.plus(SECOND)),
            self.polling_is_due().then_some(self.next_poll),
            Some(self.next_upkeep),
            self.hears_by_webhook_alone().then_some(self.next_beat),
            self.lever_trouble.as_ref().map(|trouble| trouble.until),
            self.refapp_trouble.as_ref().map(|trouble| trouble.until),
            self.lane.next_try(),
            self.doubts.next(),
            self.oauth_slow_at(),
            self.provision_next(),
        ]
        .into_iter()
        .flatten()
        .filter(|at| *at > now)
        .min()
        .unwrap_or(now.plus(MINUTE))
    }

    fn id(&self) -> ConnectionId {
        self.record.id
    }

    fn now(&self) -> Millis {
        self.world.clock.now()
    }

    /// Changes the record and stores it at once.
    fn change(&mut self, change: impl FnOnce(&mut ConnectionRecord)) {
        let mut record = self.record.clone();
        change(&mut record);
        if record == self.record {
            return;
        }
        match self.world.store.write(|tx| tx.put_connection(&record)) {
            Ok(()) => self.record = record,
            Err(error) => self.ail(error.into(), true),
        }
    }

    /// Answers an order. The snapshot goes first: whoever asked sees what the answer says.
    fn answer(&mut self, reply: Reply, answer: Result<Answer, Failure>) {
        self.publish();
        // Nobody may be waiting for it any more.
        let _ = reply.send(answer);
    }

    fn secret_name(&self, kind: SecretKind) -> SecretName {
        SecretName {
            connection: self.record.id,
            kind,
        }
    }

    fn secret(&self, kind: SecretKind) -> Result<Option<Secret>, Failure> {
        self.world.vault.get(&self.secret_name(kind))
    }

    fn keep_secret(&self, kind: SecretKind, secret: &Secret) -> Result<(), Failure> {
        self.world.vault.set(&self.secret_name(kind), secret)
    }
}

/// How long a user read from Lever is known.
const USER_LIFE: i64 = HOUR;

/// A Lever user, from memory or from Lever. `None`: there is no such user any more.
async fn member(
    client: &lever::Client,
    users: &Users,
    id: &model::UserId,
    now: Millis,
) -> Result<Option<Member>, lever::Error> {
    let known = users
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .get(id)
        .cloned();
    if let Some((read_at, member)) = known
        && now.since(read_at) < USER_LIFE
    {
        return Ok(member);
    }
    let member = match client.user(id).await {
        Ok(user) => Some(as_member(&user)),
        Err(error) if error.kind == lever::Kind::NotFound => None,
        Err(error) => return Err(error),
    };
    remember(users, id.clone(), member.clone(), now);
    Ok(member)
}

fn remember(users: &Users, id: model::UserId, member: Option<Member>, now: Millis) {
    users
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .insert(id, (now, member));
}

fn as_member(user: &lever::User) -> Member {
    let email = user
        .email
        .clone()
        .filter(|email| !email.trim().is_empty() && !user.deactivated);
    Member {
        name: user.name.clone(),
        email,
        deactivated: user.deactivated,
    }
}

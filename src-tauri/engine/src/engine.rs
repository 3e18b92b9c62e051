//! All connections of a host.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use model::{
    Act, Anchor, Asked, Check, CheckId, Clock, Code, Computer, ConnectionId, DAY, Desk, Failure, Millis, OpportunityId,
    Sort,
};
use store::{Arrived, Aside, Choices, ConnectionRecord, Durations, Found, Logged, Moment, Size, Store, Told};
use tokio::sync::{oneshot, watch};
use url::Url;

use crate::order::Envelope;
use crate::owner::{Handle, Owner, World};
use crate::{Answer, Intake, Order, Provision, SecretKind, SecretName, State, Surroundings, Vault, in_place, step};

/// What a host brings.
pub struct Options {
    /// Holds the database and its lock. Made if it is not there, for the user alone.
    pub data_dir: PathBuf,
    pub vault: Arc<dyn Vault>,
    pub surroundings: Arc<dyn Surroundings>,
    pub clock: Clock,
}

/// The engine. Needs a tokio runtime; one of several threads, to do anything while the database blocks.
pub struct Engine {
    world: World,
    owners: Mutex<HashMap<ConnectionId, Handle>>,
    /// Raised when a connection comes or goes.
    roster: watch::Sender<u64>,
}

impl Engine {
    /// Opens the data directory and starts the owners of the connections found in it.
    ///
    /// # Errors
    /// `APP-LOCKED` if another process has the directory, `APP-STORE` if the database cannot be used.
    pub fn open(options: Options) -> Result<Self, Failure> {
        let store = Store::open(&options.data_dir, options.clock.now())
            .inspect_err(|error| tracing::error!(%error, "the data directory"))?;
        let intake = Intake::new(store.clone(), options.clock.clone());
        let world = World {
            store,
            vault: options.vault,
            surroundings: options.surroundings,
            intake,
            clock: options.clock,
        };
        let engine = Self {
            world,
            owners: Mutex::default(),
            roster: watch::Sender::new(0),
        };
        for record in engine.world.store.read(|tx| tx.connections())? {
            engine.start(record);
        }
        Ok(engine)
    }

    /// Makes a connection for a person: an empty draft, which asks for everything.
    ///
    /// The id comes from the name, so secrets that an earlier one of this name left in the vault, when its database
    /// was lost or practice began afresh, would be taken for its own. They are, after a damaged database was set aside
    /// from which no settings could be taken over: then this is the way on.
    ///
    /// # Errors
    /// `APP-INPUT` if the name is empty or taken, `APP-KEYCHAIN` if the vault cannot be used.
    pub fn create(&self, name: &str) -> Result<ConnectionId, Failure> {
        let record = self.draft(name)?;
        let connection = record.id;
        in_place(|| {
            if self.world.store.aside().is_some() {
                return Ok(());
            }
            let mut names = SecretKind::ALL.iter().map(|&kind| SecretName { connection, kind });
            names.try_for_each(|name| self.world.vault.delete(&name))
        })?;
        self.begin(record)
    }

    fn draft(&self, name: &str) -> Result<ConnectionRecord, Failure> {
        let name = name.trim();
        let taken = self.states().iter().any(|state| state.record.name == name);
        if name.is_empty() || taken {
            return Err(Failure::new(Code::AppInput).with("field", "name"));
        }
        Ok(ConnectionRecord::draft(
            ConnectionId::of(name),
            name.to_owned(),
            self.world.clock.now(),
        ))
    }

    fn begin(&self, record: ConnectionRecord) -> Result<ConnectionId, Failure> {
        let id = record.id;
        in_place(|| self.world.store.write(|tx| tx.put_connection(&record)))?;
        self.start(record);
        Ok(id)
    }

    /// Has the connections of a file set up. One that the file does not name is paused and kept.
    ///
    /// # Errors
    /// `APP-CONFIG` if two have one name; what the vault or the store says.
    pub async fn provision(&self, files: Vec<Provision>) -> Result<(), Failure> {
        for (index, file) in files.iter().enumerate() {
            if files[..index].iter().any(|other| other.name == file.name) {
                let failure = Failure::new(Code::AppConfig).with("where", "name");
                return Err(failure.with("problem", format!("two connections are called {}", file.name)));
            }
        }
        for state in self.states() {
            if !files.iter().any(|file| file.name == state.record.name) {
                self.order(state.record.id, Order::LeaveOut).await?;
            }
        }
        for file in files {
            let known = self.states().into_iter().find(|state| state.record.name == file.name);
            let id = match known {
                Some(state) => state.record.id,
                None => self.begin(self.draft(&file.name)?)?,
            };
            self.order(id, Order::Provision(Box::new(file))).await?;
        }
        Ok(())
    }

    /// Gives an order and waits for its answer.
    ///
    /// # Errors
    /// `APP-NOT-FOUND` if there is no such connection; what the order says.
    pub async fn order(&self, connection: ConnectionId, order: Order) -> Result<Answer, Failure> {
        let handle = self.handle(connection)?;
        let leaves = matches!(order, Order::RemoveData);
        let (reply, answer) = oneshot::channel();
        let gone = || Failure::new(Code::AppNotFound);
        handle
            .orders
            .send(Envelope { order, reply })
            .await
            .map_err(|_| gone())?;
        let answer = answer.await.map_err(|_| gone())?;
        if leaves && answer.is_ok() {
            self.owners
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(&connection);
            self.roster.send_modify(|version| *version += 1);
        }
        answer
    }

    /// A browser came back from Lever's consent page: whichever connection waits for it takes it. If none does, those
    /// that are on their way to a consent say so, and go on.
    ///
    /// # Errors
    /// `OAUTH-STATE` if none does; `OAUTH-LATE` if the one that waited had waited too long.
    pub async fn oauth_returned(&self, url: &Url) -> Result<(), Failure> {
        use crate::Oauth;
        let mut astray = Vec::new();
        for state in self.states() {
            let id = state.record.id;
            match state.oauth {
                Oauth::InBrowser { .. } | Oauth::Returned => {
                    match self.order(id, Order::OauthReturned { url: url.clone() }).await {
                        Err(failure) if failure.code == Code::OauthState => astray.push(id),
                        taken => return taken.map(drop),
                    }
                }
                Oauth::Idle | Oauth::Failed { .. } if state.record.way_in == Some(model::WayIn::OAuth) => {
                    astray.push(id);
                }
                _ => {}
            }
        }
        for id in astray {
            self.order(id, Order::OauthStray).await?;
        }
        Err(Code::OauthState.into())
    }

    /// The snapshots of all connections, oldest first.
    pub fn states(&self) -> Vec<Arc<State>> {
        let owners = self.owners.lock().unwrap_or_else(PoisonError::into_inner);
        let mut states: Vec<Arc<State>> = owners.values().map(|handle| handle.state.borrow().clone()).collect();
        states.sort_by_key(|state| (state.record.created_at, state.record.id));
        states
    }

    /// Changes of one connection's snapshot.
    pub fn watch(&self, connection: ConnectionId) -> Option<watch::Receiver<Arc<State>>> {
        self.handle(connection).ok().map(|handle| handle.state)
    }

    /// Raised whenever a connection comes or goes.
    pub fn roster(&self) -> watch::Receiver<u64> {
        self.roster.subscribe()
    }

    /// Where webhooks and updates are handed in.
    pub fn intake(&self) -> Intake {
        self.world.intake.clone()
    }

    /// The checks of a connection that match, counted, and a window of them. One that is removed in the same moment is
    /// counted and is not among them.
    ///
    /// # Errors
    /// `APP-STORE`.
    pub fn list(
        &self,
        connection: ConnectionId,
        asked: &Asked,
        sort: Sort,
        offset: u32,
        limit: u32,
        anchor: Option<&Anchor>,
    ) -> Result<(Found, Vec<Check>), Failure> {
        let store = &self.world.store;
        Ok(in_place(|| {
            let found = store.list_held(connection, asked, sort, offset, limit, anchor)?;
            let checks = store.look(|tx| tx.checks(&found.checks))?;
            Ok::<_, store::Error>((found, checks))
        })?)
    }

    /// How many checks match, and which of these do.
    ///
    /// # Errors
    /// `APP-STORE`.
    pub fn among(
        &self,
        connection: ConnectionId,
        asked: &Asked,
        checks: &[CheckId],
    ) -> Result<(u32, Vec<CheckId>), Failure> {
        Ok(in_place(|| self.world.store.among(connection, asked, checks))?)
    }

    /// All checks that match, in their order.
    ///
    /// # Errors
    /// `APP-STORE`.
    pub fn all(&self, connection: ConnectionId, asked: &Asked, sort: Sort) -> Result<Vec<CheckId>, Failure> {
        Ok(in_place(|| self.world.store.list(connection, asked, sort, 0, u32::MAX))?.checks)
    }

    /// Those of these checks that are there, in this order.
    ///
    /// # Errors
    /// `APP-STORE`.
    pub fn checks(&self, ids: &[CheckId]) -> Result<Vec<Check>, Failure> {
        Ok(in_place(|| self.world.store.look(|tx| tx.checks(ids)))?)
    }

    /// All that is stored of one candidate. That it was shown is logged.
    ///
    /// # Errors
    /// `APP-NOT-FOUND` if there is no check of theirs; what the store says.
    pub fn all_about(
        &self,
        connection: ConnectionId,
        opportunity: &OpportunityId,
    ) -> Result<serde_json::Value, Failure> {
        let (store, now) = (&self.world.store, self.world.clock.now());
        in_place(|| {
            store.write(|tx| {
                if tx.checks_of(connection, opportunity)?.is_empty() {
                    return Err(Failure::new(Code::AppNotFound));
                }
                let params = [("subject", step::person::pseudonym(opportunity))];
                tx.log(now, connection, Act::PersonExported, &params)?;
                Ok(tx.all_about(connection, opportunity)?)
            })
        })
    }

    /// Checks were written to a file: it is logged.
    ///
    /// # Errors
    /// What the store says.
    pub fn exported(&self, connection: ConnectionId, rows: u32) -> Result<(), Failure> {
        let (store, now) = (&self.world.store, self.world.clock.now());
        let params = [("rows", rows.to_string())];
        in_place(|| store.write(|tx| Ok(tx.log(now, connection, Act::Exported, &params)?)))
    }

    /// How many checks go as soon as they are kept for so many days only.
    ///
    /// # Errors
    /// `APP-STORE`.
    pub fn would_purge(&self, connection: ConnectionId, days: u32) -> Result<u32, Failure> {
        let before = self.world.clock.now().plus(-i64::from(days) * DAY);
        let store = &self.world.store;
        Ok(in_place(|| {
            store.look(|tx| tx.how_many_over_since(connection, before))
        })?)
    }

    /// Entries of the audit log from before this number, the newest first, and whether the log is as it was written.
    ///
    /// # Errors
    /// `APP-STORE`.
    pub fn audit_log(&self, before: Option<i64>, limit: u32) -> Result<(Vec<Logged>, bool), Failure> {
        let before = before.unwrap_or(i64::MAX);
        Ok(in_place(|| {
            let store = &self.world.store;
            store.look(|tx| Ok((tx.audit_log(before, limit)?, tx.audit_log_is_whole()?)))
        })?)
    }

    /// What a connection's checks can be filtered by, beside what is filtered by already.
    ///
    /// # Errors
    /// `APP-STORE`.
    pub fn choices(&self, connection: ConnectionId, asked: &Asked) -> Result<Choices, Failure> {
        Ok(in_place(|| self.world.store.choices(connection, asked))?)
    }

    /// How long a connection's checks took, by template.
    ///
    /// # Errors
    /// `APP-STORE`.
    pub fn durations(&self, connection: ConnectionId) -> Result<Durations, Failure> {
        Ok(in_place(|| self.world.store.durations(connection))?)
    }

    /// How the recruiter at this computer looks at the checks.
    ///
    /// # Errors
    /// `APP-STORE`.
    pub fn desk(&self) -> Result<Desk, Failure> {
        Ok(in_place(|| self.world.store.look(|tx| tx.desk()))?)
    }

    /// Changes that, and gives it as it is then. Where `change` says no, nothing is changed.
    ///
    /// # Errors
    /// `APP-INPUT` where it says no; what the store says.
    pub fn change_desk(&self, change: impl FnOnce(&mut Desk) -> bool) -> Result<Desk, Failure> {
        in_place(|| {
            self.world.store.write(|tx| {
                let mut desk = tx.desk()?;
                if !change(&mut desk) {
                    return Err(Failure::new(Code::AppInput).with("field", "view"));
                }
                tx.put_desk(&desk)?;
                Ok(desk)
            })
        })
    }

    /// What the app does on this computer beside its window: as it is at first, where that cannot be read.
    pub fn computer(&self) -> Computer {
        self.desk().map(|desk| desk.computer).unwrap_or_default()
    }

    /// Changes that, and tells everybody who watches.
    ///
    /// # Errors
    /// What the store says.
    pub fn change_computer(&self, change: impl FnOnce(&mut Computer)) -> Result<(), Failure> {
        self.change_desk(|desk| {
            change(&mut desk.computer);
            true
        })?;
        self.roster.send_modify(|version| *version += 1);
        Ok(())
    }

    /// The checks of one candidate, oldest first.
    ///
    /// # Errors
    /// `APP-STORE`.
    pub fn checks_of(&self, connection: ConnectionId, opportunity: &OpportunityId) -> Result<Vec<Check>, Failure> {
        Ok(in_place(|| {
            self.world.store.read(|tx| tx.checks_of(connection, opportunity))
        })?)
    }

    /// One check with its story.
    ///
    /// # Errors
    /// `APP-NOT-FOUND`, `APP-STORE`.
    pub fn check(&self, id: CheckId) -> Result<(Check, Vec<Moment>), Failure> {
        let found = in_place(|| self.world.store.read(|tx| Ok((tx.check(id)?, tx.story(id)?))))?;
        match found {
            (Some(check), story) => Ok((check, story)),
            (None, _) => Err(Code::AppNotFound.into()),
        }
    }

    /// Whom a notification may be about: the checks of a connection that wait for a person, and those that were completed
    /// since this moment and ask for nobody.
    ///
    /// # Errors
    /// `APP-STORE`.
    pub fn notable(&self, connection: ConnectionId, since: Millis) -> Result<(Vec<CheckId>, Vec<CheckId>), Failure> {
        Ok(in_place(|| {
            let store = &self.world.store;
            store.look(|tx| Ok((tx.to_decide(connection)?, tx.completed_since(connection, since)?)))
        })?)
    }

    /// The names of the candidates of these checks, of those that have one.
    ///
    /// # Errors
    /// `APP-STORE`.
    pub fn candidates(&self, checks: &[CheckId]) -> Result<Vec<String>, Failure> {
        let checks = in_place(|| self.world.store.look(|tx| tx.checks(checks)))?;
        let names = checks.into_iter().map(|check| check.candidate);
        Ok(names.filter(|name| !name.is_empty()).collect())
    }

    /// What happened last, in each of its two kinds, the newest first: `limit` of each.
    ///
    /// # Errors
    /// `APP-STORE`.
    pub fn happened(&self, limit: u32) -> Result<(Vec<Told>, Vec<Arrived>), Failure> {
        Ok(in_place(|| {
            self.world
                .store
                .read(|tx| Ok((tx.last_told(limit)?, tx.last_arrived(limit)?)))
        })?)
    }

    /// How large the database is, and how much room it has.
    pub fn size(&self) -> Size {
        in_place(|| self.world.store.size())
    }

    /// The damaged database that was set aside, while nobody has read of it.
    pub fn aside(&self) -> Option<Aside> {
        self.world.store.aside()
    }

    /// Somebody has read of it.
    ///
    /// # Errors
    /// What the store says.
    pub fn read_aside(&self) -> Result<(), Failure> {
        in_place(|| self.world.store.read_aside())?;
        self.roster.send_modify(|version| *version += 1);
        Ok(())
    }

    /// Whether damage was met in the database: nothing goes on until it is opened anew, which sets it aside.
    pub fn is_damaged(&self) -> bool {
        self.world.store.is_damaged()
    }

    /// Lets all owners end what is on the wire, and closes.
    pub async fn stop(&self) {
        let handles: Vec<Handle> = self
            .owners
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .drain()
            .map(|(_, handle)| handle)
            .collect();
        let ends: Vec<_> = handles.into_iter().map(|handle| handle.state).collect();
        for mut end in ends {
            // The owner's side of the channel goes when it has ended.
            while end.changed().await.is_ok() {}
        }
    }

    fn start(&self, record: ConnectionRecord) {
        let id = record.id;
        let handle = Owner::start(self.world.clone(), record);
        self.owners
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id, handle);
        self.roster.send_modify(|version| *version += 1);
    }

    fn handle(&self, connection: ConnectionId) -> Result<Handle, Failure> {
        let owners = self.owners.lock().unwrap_or_else(PoisonError::into_inner);
        owners.get(&connection).cloned().ok_or_else(|| Code::AppNotFound.into())
    }
}

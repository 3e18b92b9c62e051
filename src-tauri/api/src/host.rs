//! The engine behind the list of questions and orders.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use engine::{Answer, Engine, Intake, Order, State, Surroundings, Vault, in_place};
use jiff::tz::TimeZone;
use model::{CheckId, Clock, Code, Computer, ConnectionId, Failure, MINUTE, Millis, Secret};
use tokio::sync::mpsc;
use url::Url;

use crate::bundles::{Bundles, Program};
use crate::export::Exports;
use crate::text_file::Shown;
use crate::{
    ConnectionView, Diagnostics, Event, Overview, Practice, Preparation, Provision, ReadOut, Reply, Request, Undecided,
    settings_file, show,
};

/// What a host brings.
pub struct Options {
    /// Holds the database and its lock. Made if it is not there, for the user alone.
    pub data_dir: PathBuf,
    pub vault: Arc<dyn Vault>,
    pub surroundings: Arc<dyn Surroundings>,
    pub practice: Option<Practice>,
    /// Of a host that a tunnel leads to.
    pub receiver: Option<Receiver>,
    pub program: Program,
    /// Shown in the overview.
    pub version: String,
    pub clock: Clock,
}

/// Where a host on a desk waits for what a tunnel brings.
#[derive(Clone)]
pub struct Receiver {
    /// Shown in the overview.
    pub address: String,
    /// Why it is not the usual one, to which the tunnel leads: a finding of every connection that needs it.
    pub failure: Option<Failure>,
}

/// A running host.
pub struct Host {
    pub(crate) engine: Engine,
    surroundings: Arc<dyn Surroundings>,
    practice: Option<Practice>,
    receiver: Option<Receiver>,
    opened_at: Millis,
    pub(crate) clock: Clock,
    version: String,
    bundles: Bundles,
    pub(crate) shown: Shown,
    pub(crate) exports: Exports,
    /// How often somebody looked.
    looks: Mutex<u32>,
}

/// Changes are told at most four times a second.
const BREATH: Duration = Duration::from_millis(250);

/// What is asked for since a moment is asked for since a little before: some may be told of twice, and none is missed.
const OVERLAP: i64 = MINUTE;

/// Checks of one connection, the newest first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notable {
    /// When it was asked.
    pub at: Millis,
    /// They wait for a person.
    pub needs_action: Vec<CheckId>,
    /// They were completed lately, and ask for nobody.
    pub completed: Vec<CheckId>,
}

impl Host {
    /// Opens the data directory and starts the connections found in it.
    ///
    /// # Errors
    /// `APP-LOCKED` if another process has the directory, `APP-STORE` if the database cannot be used.
    pub async fn open(options: Options) -> Result<Arc<Self>, Failure> {
        let Options {
            data_dir,
            vault,
            surroundings,
            practice,
            receiver,
            program,
            version,
            clock,
        } = options;
        let engine = in_place(|| {
            Engine::open(engine::Options {
                data_dir,
                vault,
                surroundings: surroundings.clone(),
                clock: clock.clone(),
            })
        })?;
        Ok(Arc::new(Self {
            engine,
            surroundings,
            practice,
            receiver,
            opened_at: clock.now(),
            clock,
            version,
            shown: Shown::of(&program),
            exports: Exports::default(),
            bundles: Bundles::of(program),
            looks: Mutex::default(),
        }))
    }

    /// Sets up the connections of a configuration file and keeps trying until they are ready; a connection of this
    /// host that is not among them is paused and kept. Does not wait for an API.
    ///
    /// # Errors
    /// `APP-CONFIG` if two have one name, `APP-STORE` if it cannot be remembered, `APP-KEYCHAIN` if a secret cannot
    /// be kept.
    pub async fn provision(&self, provisions: Vec<Provision>) -> Result<(), Failure> {
        self.engine.provision(provisions).await
    }

    /// Answers one request.
    ///
    /// # Errors
    /// Whatever the request's own description says, as a code of the dictionary.
    pub async fn ask(&self, request: Request) -> Result<Reply, Failure> {
        let secret = |text: Option<String>| text.map(|text| Secret::new(&text)).filter(|secret| !secret.is_empty());
        let (connection, order) = match request {
            Request::Overview => return Ok(Reply::Overview(Box::new(self.overview().0))),
            Request::CreateConnection { name } => return self.engine.create(&name).map(Reply::Connection),
            Request::ExportSettings { connection } => {
                let state = self.engine.watch(connection).ok_or(Code::AppNotFound)?;
                let file = settings_file::export(&state.borrow())?;
                return Ok(Reply::TextFile(self.shown.show(file)));
            }
            Request::ImportSettings { text } => return self.import(&text).await.map(Reply::Connection),
            Request::Checks {
                connection,
                look,
                offset,
                limit,
                anchor,
            } => {
                let window = self.window(connection, &look, offset, limit, anchor.as_ref());
                return window.map(Reply::CheckWindow);
            }
            Request::ChecksOf {
                connection,
                opportunity,
            } => return self.checks_of(connection, &opportunity).map(Reply::CheckWindow),
            Request::Check { check } => return self.detail(check).map(|detail| Reply::CheckDetail(Box::new(detail))),
            Request::FilterChoices { connection, filter, me } => {
                return self.filter_choices(connection, filter, me).map(Reply::FilterChoices);
            }
            Request::Causes { connection, look } => return self.causes(connection, look).map(Reply::Causes),
            Request::Gather {
                connection,
                look,
                but,
                sight,
            } => return self.gather(connection, look, but, sight).map(Reply::Gathered),
            Request::Whom {
                connection,
                batch,
                offset,
                limit,
            } => return self.whom(connection, &batch, offset, limit).map(Reply::Whom),
            Request::Held {
                connection,
                batch,
                checks,
            } => return self.held(connection, &batch, &checks).map(Reply::Held),
            Request::DecideTogether {
                connection,
                batch,
                decision,
            } => {
                let together = self.decide_together(connection, &batch, decision.into()).await;
                return together.map(Reply::DecidedTogether);
            }
            Request::Durations { connection } => return self.durations(connection).map(Reply::Durations),
            Request::ExportChecks { connection, order } => {
                return self.export_checks(connection, order).await.map(Reply::Exported);
            }
            Request::CancelExport => {
                self.exports.cancel();
                return Ok(Reply::Done);
            }
            Request::ExportPerson {
                connection,
                opportunity,
                words,
            } => {
                let file = self.export_person(connection, &opportunity, &words)?;
                return Ok(Reply::TextFile(self.shown.show(file)));
            }
            Request::WouldPurge { connection, days } => {
                return self.engine.would_purge(connection, days).map(Reply::WouldPurge);
            }
            Request::AuditLog { before, limit } => return self.audit_log(before, limit).map(Reply::AuditLog),
            Request::ExportAuditLog => {
                let file = self.export_audit_log()?;
                return Ok(Reply::TextFile(self.shown.show(file)));
            }
            Request::Desk => return self.engine.desk().map(Reply::Desk),
            Request::SetMe { me } => return self.set_me(me).map(Reply::Desk),
            Request::KeepView { view } => return self.engine.change_desk(|desk| desk.keep(view)).map(Reply::Desk),
            Request::ForgetView { name } => return self.forget_view(&name).map(Reply::Desk),
            Request::TurnToView { name, mine } => return self.turn_to_view(name, mine).map(Reply::Desk),
            Request::SetNotify { notify } => return self.change_computer(|computer| computer.notify = notify),
            Request::SetSearchKey { on } => return self.change_computer(|computer| computer.search_key = on),
            Request::SetLanguage { language } => {
                return self.change_computer(|computer| computer.language = Some(language));
            }
            Request::StartWithSession { start } => {
                self.surroundings.start_with_session(start)?;
                // What is shown of it is read anew.
                return self.change_computer(|_| {});
            }
            Request::Decide { checks, decision } => {
                return Ok(Reply::Decided(self.decide(checks, decision.into()).await));
            }
            Request::Acknowledge {
                connection: None,
                code: Code::AppDatabaseAside,
            } => return self.engine.read_aside().map(|()| Reply::Done),
            Request::Acknowledge { connection: None, .. } => return Err(Code::AppNotNow.into()),
            Request::OpenLink { url } => return self.open_link(&url),
            Request::Diagnostics { connection } => return self.diagnostics(connection),
            Request::SaveTextFile => {
                let path = self.shown.save()?;
                return Ok(Reply::Saved(path.display().to_string()));
            }
            Request::ShowInFolder => {
                let file = self.shown.saved()?;
                return in_place(|| self.surroundings.show_in_folder(&file)).map(|()| Reply::Done);
            }
            Request::ReadDiagnostics { text } => {
                let read = Diagnostics::read(&text, &self.version)?;
                return Ok(Reply::Diagnostics(Box::new(read)));
            }

            Request::SetRefapp { connection, url, token } => (
                connection,
                Order::SetRefapp {
                    url,
                    token: secret(token),
                },
            ),
            Request::SetMode { connection, mode } => (connection, Order::SetMode { mode }),
            Request::SetDataCentre {
                connection,
                data_centre,
                way_in,
            } => (connection, Order::SetDataCentre { data_centre, way_in }),
            Request::SetApiKey { connection, key } => (connection, Order::SetApiKey { key: Secret::new(&key) }),
            Request::SetOauthClient {
                connection,
                client_id,
                client_secret,
            } => (
                connection,
                Order::SetOauthClient {
                    id: client_id,
                    secret: client_secret.as_deref().map(Secret::new),
                },
            ),
            Request::BeginOauth { connection, redirect } => (connection, Order::BeginOauth { redirect }),
            Request::PasteOauthReturn { connection, address } => {
                let url = Url::parse(address.trim()).map_err(|_| Failure::new(Code::OauthState))?;
                (connection, Order::OauthReturned { url })
            }
            Request::CancelOauth { connection } => (connection, Order::CancelOauth),
            Request::ConnectOauth { connection } => (connection, Order::ConnectOauth),
            Request::SetActingUser { connection, user } => (connection, Order::SetActingUser { user }),
            Request::ProveRights { connection, consent } => (connection, Order::ProveRights { consent }),
            Request::SetChannels {
                connection,
                public_url,
                update_bearer,
            } => (
                connection,
                Order::SetChannels {
                    public_url,
                    update_bearer: secret(update_bearer),
                },
            ),
            Request::ReadStages { connection } => (connection, Order::ReadStages),
            Request::ChooseStage { connection, stage } => (connection, Order::ChooseStage { stage }),
            Request::SetDefaults {
                connection,
                default_language,
                default_template,
            } => (
                connection,
                Order::SetDefaults {
                    language: default_language,
                    template: default_template,
                },
            ),
            Request::ErasePerson {
                connection,
                opportunity,
            } => (connection, Order::ErasePerson { opportunity }),
            Request::SetRetention { connection, days } => (connection, Order::SetRetention { days }),
            Request::SetLimits { connection, limits } => (connection, Order::SetLimits { limits }),
            Request::FinishSetup { connection } => {
                self.engine.order(connection, Order::Finish).await?;
                // Whoever has gone through the set-up again has done what was to be done.
                self.engine.read_aside()?;
                return Ok(Reply::Done);
            }
            Request::UpdateTemplates { connection } => (connection, Order::UpdateTemplates),
            Request::AuditPostings { connection } => (connection, Order::AuditPostings),
            Request::CancelAudit { connection } => (connection, Order::CancelAudit),
            Request::DryRun { connection, subject } => (connection, Order::DryRun { subject }),
            Request::Acknowledge {
                connection: Some(connection),
                code,
            } => (connection, Order::Acknowledge { code }),
            Request::Pause { connection } => (connection, Order::Pause),
            Request::Resume { connection } => (connection, Order::Resume),
            Request::Disconnect { connection } => (connection, Order::Disconnect),
            Request::RemoveData { connection } => (connection, Order::RemoveData),
        };
        Ok(match self.engine.order(connection, order).await? {
            Answer::Done => Reply::Done,
            Answer::Templates(report) => Reply::TemplateReport(show::template_report(report)),
            Answer::Audit(audit) => Reply::PostingAudit(audit),
            Answer::DryRun(tried) => Reply::DryRun(tried),
            Answer::Erased(erasure) => Reply::Erased(erasure),
        })
    }

    /// What changes from now on, with an overview first. Ends when the receiver is dropped.
    pub fn events(self: &Arc<Self>) -> mpsc::Receiver<Event> {
        let (events, receiver) = mpsc::channel(16);
        let host = Arc::downgrade(self);
        tokio::spawn(async move {
            let mut shown: Option<Overview> = None;
            let mut rows_shown = HashMap::new();
            loop {
                let Some(host) = host.upgrade() else { return };
                // Watched from before the look on: what changes meanwhile is not missed.
                let changed = host.changed();
                let (overview, states) = host.overview();
                drop(host);
                let rows: HashMap<_, _> = states
                    .iter()
                    // Whether a status may have been missed is written in no row, and shown in each.
                    .map(|state| (state.record.id, (state.checks_changed, state.unheard())))
                    .collect();
                // Nothing but these ever changes.
                if shown.as_ref().is_none_or(|shown| {
                    shown.connections != overview.connections
                        || shown.findings != overview.findings
                        || shown.computer != overview.computer
                        || shown.autostart != overview.autostart
                }) && events.send(Event::Overview(Box::new(overview.clone()))).await.is_err()
                {
                    return;
                }
                shown = Some(overview);
                for (connection, change) in &rows {
                    if rows_shown.get(connection) != Some(change)
                        && events.send(Event::ChecksChanged(*connection)).await.is_err()
                    {
                        return;
                    }
                }
                rows_shown = rows;
                tokio::select! {
                    () = changed => {}
                    () = events.closed() => return,
                }
                tokio::time::sleep(BREATH).await;
            }
        });
        receiver
    }

    /// Takes the address at which the browser came back from Lever: a deep link or a loopback redirect. One that
    /// answers no try is refused, and nothing comes of it. Says whether a try waited for it.
    pub async fn oauth_returned(&self, url: &Url) -> bool {
        let taken = self.engine.oauth_returned(url).await;
        if let Err(failure) = &taken {
            tracing::warn!(code = %failure.code, "a return from the consent page was refused");
        }
        taken.is_ok()
    }

    /// Where webhooks and updates are handed in.
    pub fn intake(&self) -> Intake {
        self.engine.intake()
    }

    /// Resolves once damage was met in the database. From then on nothing is stored and nothing begun, until the host is
    /// opened anew.
    pub async fn damaged(&self) {
        while !self.engine.is_damaged() {
            self.changed().await;
        }
    }

    /// Lets work under way end, and closes the database.
    pub async fn stop(&self) {
        self.engine.stop().await;
    }

    fn overview(&self) -> (Overview, Vec<Arc<State>>) {
        let now = self.clock.now();
        // Held while looking, so that the order of the numbers is that of what was seen.
        let mut looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        *looks = looks.wrapping_add(1);
        let states = self.engine.states();
        let overview = Overview {
            revision: *looks,
            version: self.version.clone(),
            practice: self.practice.clone(),
            receiver_address: self.receiver.as_ref().map(|receiver| receiver.address.clone()),
            findings: show::of_host(self.engine.aside()),
            preparation: self.preparation(),
            computer: self.engine.computer(),
            autostart: show::autostart(&*self.surroundings),
            connections: states.iter().map(|state| self.view(state, now)).collect(),
        };
        (overview, states)
    }

    fn preparation(&self) -> Preparation {
        let mut preparation = show::preparation(&*self.surroundings);
        if let Some(practice) = &self.practice {
            for choice in &mut preparation.data_centres {
                choice.api_page = Some(practice.board_url.clone());
            }
        }
        preparation
    }

    fn view(&self, state: &State, now: Millis) -> ConnectionView {
        let mut view = show::connection(state, now);
        // Before one is entered, the real address is proposed; in practice that would be nobody's.
        if let (Some(practice), None) = (&self.practice, &state.record.refapp_url) {
            view.setup.refapp.url.clone_from(&practice.credentials.refapp_url);
        }
        // The board stands for Lever's own pages.
        if let (Some(practice), Some(_)) = (&self.practice, view.data_centre) {
            view.setup.settings_page = Some(practice.board_url.clone());
        }
        if let Some(failure) = self.receiver.as_ref().and_then(|receiver| receiver.failure.as_ref()) {
            show::add_host_finding(&mut view, failure, self.opened_at);
        }
        view.exporting = self.exports.of(view.id);
        view.read_out = ReadOut::of(&self.version, &view, &TimeZone::system());
        view
    }

    /// Resolves at the next change of any connection after this call, whenever it is polled.
    fn changed(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut roster = self.engine.roster();
        let mut exports = self.exports.watch();
        let mut watches: Vec<_> = self
            .engine
            .states()
            .iter()
            .filter_map(|state| self.engine.watch(state.record.id))
            .collect();
        for watch in &mut watches {
            // A watch remembers what its owner's handle has seen, which is nothing: it would be ready at once, for ever.
            watch.mark_unchanged();
        }
        async move {
            let any = futures::future::select_all(
                std::iter::once(
                    Box::pin(async move { drop(roster.changed().await) }) as futures::future::BoxFuture<'_, ()>
                )
                .chain(watches.iter_mut().map(|watch| {
                    Box::pin(async move {
                        if watch.changed().await.is_err() {
                            // Its owner has ended: the roster tells.
                            std::future::pending::<()>().await;
                        }
                    }) as futures::future::BoxFuture<'_, ()>
                }))
                .chain(std::iter::once(
                    Box::pin(async move { drop(exports.changed().await) }) as futures::future::BoxFuture<'_, ()>
                ))
                // Ages and "slow" move by time alone.
                .chain(std::iter::once(
                    Box::pin(tokio::time::sleep(Duration::from_secs(20))) as futures::future::BoxFuture<'_, ()>
                )),
            );
            drop(any.await);
        }
    }

    /// What the app does on this computer beside its window.
    pub fn computer(&self) -> Computer {
        self.engine.computer()
    }

    /// Whom a notification of the system may be about; `since`: when that was last asked.
    ///
    /// # Errors
    /// `APP-STORE`.
    pub fn notable(&self, connection: ConnectionId, since: Option<Millis>) -> Result<Notable, Failure> {
        let at = self.clock.now();
        // What was on its way to the disk when it was last asked is older than that.
        let since = since.unwrap_or(at).plus(-OVERLAP);
        let (needs_action, completed) = self.engine.notable(connection, since)?;
        Ok(Notable {
            at,
            needs_action,
            completed,
        })
    }

    /// The candidates of these checks, by name.
    ///
    /// # Errors
    /// `APP-STORE`.
    pub fn candidates(&self, checks: &[CheckId]) -> Result<Vec<String>, Failure> {
        self.engine.candidates(checks)
    }

    fn change_computer(&self, change: impl FnOnce(&mut Computer)) -> Result<Reply, Failure> {
        self.engine.change_computer(change).map(|()| Reply::Done)
    }

    async fn decide(&self, checks: Vec<model::CheckId>, decision: engine::Decision) -> Vec<Undecided> {
        let mut undecided = Vec::new();
        for check in checks {
            let decided = async {
                let (known, _) = self.engine.check(check)?;
                self.engine
                    .order(known.connection, Order::Decide { check, decision })
                    .await
            };
            if let Err(failure) = decided.await {
                undecided.push(Undecided { check, failure });
            }
        }
        undecided
    }

    /// Only to Lever and Refapp: whatever else calls itself a link is shown as text (`refapp-api.md §1`).
    fn open_link(&self, url: &str) -> Result<Reply, Failure> {
        let refused = || Failure::new(Code::AppAddress).with("address", url.chars().take(100).collect::<String>());
        let parsed = Url::parse(url).map_err(|_| refused())?;
        let states = self.engine.states();
        let mut places = states.iter().filter_map(|state| {
            self.surroundings
                .place(
                    &state.record.name,
                    state.record.data_centre.unwrap_or(model::DataCentre::Us),
                )
                .ok()
        });
        let board = self.practice.as_ref().is_some_and(|practice| practice.board_url == url);
        if !(board || places.any(|place| place.may_open(&parsed))) {
            return Err(refused());
        }
        self.surroundings.open_in_browser(&parsed)?;
        Ok(Reply::Done)
    }

    /// Under a name of its own: the file may come from this very host.
    async fn import(&self, text: &str) -> Result<ConnectionId, Failure> {
        let imported = settings_file::import(text)?;
        let taken = |name: &str| self.engine.states().iter().any(|state| state.record.name == name);
        let names = std::iter::once(imported.name.clone()).chain((2..).map(|n| format!("{} ({n})", imported.name)));
        let name = names.into_iter().find(|name| !taken(name)).unwrap_or_default();
        let connection = self.engine.create(&name)?;
        let orders = [
            Order::SetDataCentre {
                data_centre: imported.data_centre,
                way_in: imported.way_in,
            },
            Order::Import {
                refapp_url: imported.refapp_url,
                client_id: imported.client_id,
                default_language: imported.default_language,
                limits: imported.limits,
                retention_days: imported.retention_days,
                wishes: imported.wishes,
            },
        ];
        for order in orders {
            self.engine.order(connection, order).await?;
        }
        Ok(connection)
    }

    fn diagnostics(&self, connection: Option<ConnectionId>) -> Result<Reply, Failure> {
        let (overview, _) = self.overview();
        let (surroundings, now) = (&*self.surroundings, self.clock.now());
        let bundle = self
            .bundles
            .make(&self.engine, surroundings, overview, connection, now)?;
        Ok(Reply::TextFile(self.shown.show(bundle)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use engine::SecretName;
    use futures::FutureExt;
    use model::{DataCentre, Place, Redirect};

    use super::*;

    /// A host alone: no keychain, no browser, no address.
    struct Nowhere;

    impl Vault for Nowhere {
        fn get(&self, _: &SecretName) -> Result<Option<Secret>, Failure> {
            Ok(None)
        }

        fn set(&self, _: &SecretName, _: &Secret) -> Result<(), Failure> {
            Ok(())
        }

        fn delete(&self, _: &SecretName) -> Result<(), Failure> {
            Ok(())
        }
    }

    impl Surroundings for Nowhere {
        fn place(&self, _: &str, _: DataCentre) -> Result<Place, Failure> {
            Ok(Place::Real)
        }

        fn public_url(&self) -> Option<String> {
            None
        }

        fn open_in_browser(&self, _: &Url) -> Result<(), Failure> {
            Err(Code::AppNotNow.into())
        }

        fn redirect(&self, _: Redirect, _: DataCentre) -> Result<Url, Failure> {
            Err(Code::AppNotNow.into())
        }

        fn redirect_addresses(&self, _: DataCentre) -> Vec<String> {
            Vec::new()
        }
    }

    async fn with_one_connection() -> (tempfile::TempDir, Arc<Host>, ConnectionId) {
        reached_at(None).await
    }

    async fn reached_at(receiver: Option<Receiver>) -> (tempfile::TempDir, Arc<Host>, ConnectionId) {
        let dir = tempfile::tempdir().unwrap();
        let options = Options {
            data_dir: dir.path().to_owned(),
            vault: Arc::new(Nowhere),
            surroundings: Arc::new(Nowhere),
            practice: None,
            receiver,
            program: Program::Headless {
                exports: dir.path().join("exports"),
            },
            version: "0.0.0".to_owned(),
            clock: Clock::system(),
        };
        let host = Host::open(options).await.unwrap();
        let name = "Nordvik".to_owned();
        let Ok(Reply::Connection(id)) = host.ask(Request::CreateConnection { name }).await else {
            panic!("no connection")
        };
        (dir, host, id)
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn where_the_tunnel_must_lead_is_shown_and_another_port_than_usual_is_found() {
        let address = "http://127.0.0.1:47820".to_owned();
        let usual = Receiver { address, failure: None };
        let (_dir, host, _) = reached_at(Some(usual.clone())).await;
        let (overview, _) = host.overview();
        assert_eq!(overview.receiver_address.as_deref(), Some("http://127.0.0.1:47820"));
        assert!(overview.connections[0].findings.is_empty());

        let failure = Failure::new(Code::AppPort).with("port", 47820);
        let other = Receiver {
            failure: Some(failure.clone()),
            ..usual
        };
        let (_dir, host, _) = reached_at(Some(other)).await;
        let mut view = host.overview().0.connections.remove(0);
        assert_eq!((&view.findings[0].failure, view.findings[0].stops), (&failure, false));
        // One that polls is called by nobody.
        view.findings.clear();
        view.setup.public_url = Some(String::new());
        show::add_host_finding(&mut view, &failure, Clock::system().now());
        assert!(view.findings.is_empty());
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn while_nothing_changes_nobody_is_woken() {
        let (_dir, host, connection) = with_one_connection().await;
        // Answered after the owner's first turn, which is the last one that changes anything.
        host.ask(Request::ReadStages { connection }).await.unwrap_err();
        // One try would do, if the owner's turn had ended with its answer.
        let quiet = (0..1_000).any(|_| {
            std::thread::yield_now();
            host.changed().now_or_never().is_none()
        });
        assert!(quiet, "woken without a reason, again and again");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_change_between_the_look_and_the_wait_wakes() {
        let (_dir, host, connection) = with_one_connection().await;
        let changed = host.changed();
        let (data_centre, way_in) = (DataCentre::Eu, model::WayIn::ApiKey);
        let request = Request::SetDataCentre {
            connection,
            data_centre,
            way_in,
        };
        host.ask(request).await.unwrap();
        assert!(changed.now_or_never().is_some(), "of a connection");

        let changed = host.changed();
        let name = "Second".to_owned();
        host.ask(Request::CreateConnection { name }).await.unwrap();
        assert!(changed.now_or_never().is_some(), "of the roster");
    }
}

//! Orders: the wizard's steps, and what a running connection is asked to do.
//!
//! What is entered is proven against the API at once and kept only then. The two halves, Refapp's and Lever's, do not
//! wait for one another (`mission.md` M1).

use lever::Priority;
use model::{
    Code, DataCentre, Failure, LeverPlace, Limits, Millis, Mode, Right, Secret, StageChoice, StageId, UserId, WayIn,
};
use refapp::FormQuery;
use store::Standing;

use super::{Owner, Then, as_member, remember};
use crate::SecretKind;
use crate::order::{Answer, Envelope, Order, Reply};
use crate::state::{LeverUser, Oauth};

impl Owner {
    pub(super) fn obey(&mut self, envelope: Envelope) {
        if self.must_wait(&envelope.order) {
            return self.deferred.push(envelope);
        }
        let Envelope { order, reply } = envelope;
        if self.is_out_of_place(&order) {
            return self.answer(reply, Err(Code::AppNotNow.into()));
        }
        let done = match order {
            // These answer when a job has come back.
            Order::SetRefapp { url, token } => return self.set_refapp(url, token, reply),
            Order::SetApiKey { key } => return self.set_api_key(key, reply),
            Order::ConnectOauth => return self.connect_oauth(reply),
            Order::ProveRights { consent } => return self.prove_rights(consent, Some(reply)),
            Order::SetChannels {
                public_url,
                update_bearer,
            } => {
                return self.set_channels(&public_url, update_bearer.as_ref(), reply);
            }
            Order::ReadStages => return self.read_stages(Some(reply)),
            Order::UpdateTemplates => return self.update_templates(Some(reply)),
            Order::AuditPostings => return self.audit_postings(reply),
            Order::DryRun { subject } => return self.dry_run(&subject, reply),
            // These are done at once.
            Order::CancelAudit => {
                self.end_audit(None);
                Ok(())
            }
            Order::SetMode { mode } => self.set_mode(mode),
            Order::SetDataCentre { data_centre, way_in } => self.set_data_centre(data_centre, way_in),
            Order::SetOauthClient { id, secret } => self.set_oauth_client(&id, secret.as_ref()),
            Order::BeginOauth { redirect } => self.begin_oauth(redirect),
            Order::OauthReturned { url } => self.oauth_returned(&url),
            Order::OauthStray => {
                self.oauth_stray = true;
                Ok(())
            }
            Order::CancelOauth => {
                self.cancel_oauth();
                Ok(())
            }
            Order::SetActingUser { user } => self.set_acting_user(&user),
            Order::ChooseStage { stage } => self.choose_stage(&stage),
            Order::SetDefaults { language, template } => {
                self.change(|record| {
                    record.settings.default_language = language;
                    record.settings.default_template = template;
                });
                Ok(())
            }
            Order::ErasePerson { opportunity } => {
                let erased = self.erase_person(&opportunity).map(Answer::Erased);
                return self.answer(reply, erased);
            }
            Order::SetRetention { days } => self.set_retention(days),
            Order::SetLimits { limits } => self.set_limits(limits),
            Order::Import {
                refapp_url,
                client_id,
                default_language,
                limits,
                retention_days,
                wishes,
            } => {
                self.change(|record| {
                    record.refapp_url = Some(refapp_url);
                    record.client_id = client_id;
                    record.settings.default_language = default_language;
                    record.settings.limits = limits;
                    record.settings.retention_days = retention_days;
                    record.wishes = wishes;
                });
                Ok(())
            }
            Order::Finish => self.finish_setup(),
            Order::Decide { check, decision } => self.decide(check, decision),
            Order::Acknowledge { code } => self.acknowledge(code),
            Order::Pause => self.pause(),
            Order::Resume => self.resume(),
            Order::Disconnect => self.disconnect(),
            Order::RemoveData => self.remove_data(),
            Order::Provision(file) => self.provision(*file),
            Order::LeaveOut => self.leave_out(),
        };
        self.answer(reply, done.map(|()| Answer::Done));
    }

    fn set_limits(&mut self, limits: Limits) -> Result<(), Failure> {
        if !limits.are_sound() {
            return Err(Failure::new(Code::AppInput).with("field", "limits"));
        }
        self.change(|record| record.settings.limits = limits);
        Ok(())
    }

    fn set_refapp(&mut self, url: String, token: Option<Secret>, reply: Reply) {
        let prepared = (|| {
            let place = self.place()?.refapp(&url)?;
            let token = match token {
                Some(token) => token,
                None => self
                    .secret(SecretKind::RefappToken)?
                    .ok_or_else(|| Failure::new(Code::AppInput).with("field", "token"))?,
            };
            let client = refapp::Client::new(place, &token)?;
            Ok::<_, Failure>((client, token))
        })();
        let (client, token) = match prepared {
            Ok(prepared) => prepared,
            Err(failure) => {
                self.answer(reply, Err(failure));
                return;
            }
        };
        let query = self.form_query();
        self.job(async move {
            let form = client.form(&query).await;
            Box::new(move |owner: &mut Self| {
                let answer = owner.refapp_is_proven(client, url, &token, form);
                owner.refapp_failure = answer.as_ref().err().cloned();
                owner.answer(reply, answer);
            }) as Then
        });
    }

    fn refapp_is_proven(
        &mut self,
        client: refapp::Client,
        url: String,
        token: &Secret,
        form: Result<refapp::Form, refapp::Error>,
    ) -> Result<Answer, Failure> {
        let form = match form {
            Ok(form) => Some(form),
            // The token was let in; whether a form is given without a job is inferred only (refapp-api.md §6).
            Err(error) if super::templates::is_refused(&error) => None,
            Err(error) => return Err(Failure::from(&error)),
        };
        self.keep_secret(SecretKind::RefappToken, token)?;
        let now = self.now();
        self.change(|record| {
            record.refapp_url = Some(url);
            record.refapp_proven_at = Some(now);
            if record.standing == Standing::Disconnected {
                record.standing = Standing::Draft;
            }
        });
        self.hints.refapp_token = Some(token.hint());
        self.refapp = Some(client);
        self.refapp_answered(None);
        if let Some(form) = form {
            self.account_form_read(form);
        }
        Ok(Answer::Done)
    }

    fn set_data_centre(&mut self, data_centre: DataCentre, way_in: WayIn) -> Result<(), Failure> {
        self.world.surroundings.place(&self.record.name, data_centre)?;
        if self.record.data_centre == Some(data_centre) && self.record.way_in == Some(way_in) {
            return Ok(());
        }
        self.forget_account()?;
        self.change(|record| {
            record.data_centre = Some(data_centre);
            record.way_in = Some(way_in);
            if record.standing != Standing::Disconnected {
                record.standing = Standing::Draft;
            }
        });
        self.place = self.place().ok();
        Ok(())
    }

    /// Another account's key, users, stages and webhooks are of no use: they are asked for anew.
    pub(super) fn forget_account(&mut self) -> Result<(), Failure> {
        // They are the old account's, and only its key can take them away.
        self.delete_webhooks();
        self.lever = None;
        self.source = None;
        self.attempt = None;
        self.oauth_becomes(Oauth::Idle);
        self.lever_failure = None;
        self.choices.clear();
        self.hints.lever_key = None;
        for kind in [SecretKind::LeverKey, SecretKind::OauthRefreshToken] {
            self.world.vault.delete(&self.secret_name(kind))?;
        }
        self.open_rights();
        self.change(|record| {
            record.lever_proven_at = None;
            record.stages.clear();
            record.carrier = store::Carrier::None;
            record.webhooks.clear();
            record.webhook_since = None;
            record.settings.trigger_stage = None;
            record.settings.acting_user = None;
        });
        Ok(())
    }

    fn set_api_key(&mut self, key: Secret, reply: Reply) {
        let client = (|| {
            if key.is_empty() {
                return Err(Failure::new(Code::AppInput).with("field", "API key"));
            }
            let data_centre = self.record.data_centre.ok_or(Code::AppNotNow)?;
            lever::Client::new(self.place()?.lever(data_centre), lever::Auth::ApiKey(key.clone()))
        })();
        let client = match client {
            Ok(client) => client,
            Err(failure) => {
                self.answer(reply, Err(failure));
                return;
            }
        };
        let elsewhere = self.other_places();
        self.job(async move {
            let stages = client.stages().await;
            let home = match &stages {
                Err(error) if error.kind == lever::Kind::Unauthorized => home_of(&key, elsewhere).await,
                _ => None,
            };
            Box::new(move |owner: &mut Self| {
                let answer = match home {
                    Some(home) => Err(Failure::new(Code::LevDataCentre).with("data_centre", home.label())),
                    None => owner.api_key_read(client, &key, stages),
                };
                owner.lever_failure = answer.as_ref().err().cloned();
                owner.answer(reply, answer);
            }) as Then
        });
    }

    /// Lever's other data centres. A test double is nobody's neighbour.
    fn other_places(&self) -> Vec<(DataCentre, LeverPlace)> {
        let chosen = self.record.data_centre;
        [DataCentre::Us, DataCentre::Eu, DataCentre::Sandbox]
            .into_iter()
            .filter(|other| chosen != Some(*other) && chosen != Some(DataCentre::Custom))
            .filter_map(|other| {
                let place = self.world.surroundings.place(&self.record.name, other).ok()?;
                Some((other, place.lever(other)))
            })
            .collect()
    }

    fn api_key_read(
        &mut self,
        client: lever::Client,
        key: &Secret,
        stages: Result<Vec<lever::Stage>, lever::Error>,
    ) -> Result<Answer, Failure> {
        if let Err(error) = &stages
            && error.kind != lever::Kind::Forbidden
        {
            return Err(Failure::from(error));
        }
        let other = self.replace_secret(SecretKind::LeverKey, key)?;
        if other {
            self.open_rights();
        }
        // The key is one of this account's and lacks a box: the list of rights says which.
        if let Err(error) = &stages {
            self.right_is_missing(error);
        }
        self.hints.lever_key = Some(key.hint());
        self.change(|record| record.way_in = Some(WayIn::ApiKey));
        self.lever_is_proven(client, &stages.unwrap_or_default(), self.now());
        if other {
            self.prove_again();
        }
        Ok(Answer::Done)
    }

    /// Lever let us in. The users are read next, so that the acting user can be chosen.
    pub(super) fn lever_is_proven(&mut self, client: lever::Client, stages: &[lever::Stage], now: Millis) {
        self.lever = Some(client);
        self.lever_failure = None;
        self.lever_answered("set-up", None);
        self.change(|record| {
            record.lever_proven_at = Some(now);
            if record.standing == Standing::Disconnected {
                record.standing = Standing::Draft;
            }
        });
        if !stages.is_empty() {
            self.stages_read(stages);
        }
        self.read_users();
    }

    pub(super) fn read_users(&mut self) {
        let Some(client) = self.lever.as_ref().map(|client| client.with(Priority::Rest)) else {
            return;
        };
        self.job(async move {
            let users = client.users().await;
            Box::new(move |owner: &mut Self| {
                owner.lever_answered("set-up", users.as_ref().err());
                match users {
                    Ok(users) => owner.users_read(&users),
                    Err(error) => owner.right_is_missing(&error),
                }
            }) as Then
        });
    }

    pub(super) fn users_read(&mut self, users: &[lever::User]) {
        let now = self.now();
        self.right_is_proven(Right::ListUsers);
        for user in users {
            remember(&self.users, user.id.clone(), Some(as_member(user)), now);
        }
        self.choices = users
            .iter()
            .filter(|user| !user.deactivated)
            .filter_map(|user| {
                let email = user.email.clone().filter(|email| !email.is_empty())?;
                let role = user.role.clone().unwrap_or_default();
                Some(LeverUser {
                    id: user.id.clone(),
                    name: user.name.clone(),
                    email,
                    role,
                })
            })
            .collect();
        let acting = self.record.settings.acting_user.clone();
        let there = acting.is_none_or(|acting| users.iter().any(|user| user.id == acting && !user.deactivated));
        if there {
            self.heal(Code::LevActingUser);
        } else {
            self.ail(Code::LevActingUser.into(), false);
        }
        self.read_helped();
    }

    pub(super) fn read_stages(&mut self, reply: Option<Reply>) {
        let Some(client) = self.lever.as_ref().map(|client| client.with(Priority::Rest)) else {
            if let Some(reply) = reply {
                self.answer(reply, Err(Code::AppNotNow.into()));
            }
            return;
        };
        self.job(async move {
            let stages = client.stages().await;
            Box::new(move |owner: &mut Self| {
                owner.lever_answered("set-up", stages.as_ref().err());
                let answer = match stages {
                    Ok(stages) => {
                        owner.stages_read(&stages);
                        Ok(Answer::Done)
                    }
                    Err(error) => {
                        owner.right_is_missing(&error);
                        Err(Failure::from(&error))
                    }
                };
                if let Some(reply) = reply {
                    owner.answer(reply, answer);
                }
            }) as Then
        });
    }

    pub(super) fn stages_read(&mut self, stages: &[lever::Stage]) {
        self.right_is_proven(Right::ListStages);
        let stages: Vec<StageChoice> = stages
            .iter()
            .map(|stage| StageChoice {
                id: stage.id.clone(),
                text: stage.text.clone(),
            })
            .collect();
        let chosen = self.record.settings.trigger_stage.clone();
        match chosen
            .as_ref()
            .map(|chosen| stages.iter().find(|stage| stage.id == chosen.id))
        {
            // Renamed or gone: said, and never guessed by its name (lever-api.md §11).
            Some(None) => {
                let text = chosen.map(|chosen| chosen.text).unwrap_or_default();
                self.ail(Failure::new(Code::LevStageGone).with("stage", text), true);
            }
            Some(Some(stage)) => {
                self.heal(Code::LevStageGone);
                let stage = stage.clone();
                let was = chosen.map(|chosen| chosen.text).filter(|was| *was != stage.text);
                self.change(|record| {
                    // Renamed twice before anybody has read of it: what they knew it as counts.
                    record.stage_was = record.stage_was.take().or(was).filter(|was| *was != stage.text);
                    record.settings.trigger_stage = Some(stage);
                });
            }
            None => {}
        }
        self.change(|record| record.stages = stages);
        self.read_helped();
    }

    fn set_oauth_client(&mut self, id: &str, secret: Option<&Secret>) -> Result<(), Failure> {
        let id = id.trim();
        let none = secret.map_or(self.hints.client_secret.is_none(), Secret::is_empty);
        if id.is_empty() || none {
            let field = if id.is_empty() { "client id" } else { "client secret" };
            return Err(Failure::new(Code::AppInput).with("field", field));
        }
        if let Some(secret) = secret {
            self.keep_secret(SecretKind::OauthClientSecret, secret)?;
            self.hints.client_secret = Some(secret.hint());
        }
        self.cancel_oauth();
        self.change(|record| {
            record.client_id = Some(id.to_owned());
            record.way_in = Some(WayIn::OAuth);
        });
        Ok(())
    }

    fn set_acting_user(&mut self, user: &UserId) -> Result<(), Failure> {
        if !self.choices.iter().any(|choice| choice.id == *user) {
            return Err(Code::LevActingUser.into());
        }
        self.change(|record| record.settings.acting_user = Some(user.clone()));
        self.heal(Code::LevActingUser);
        Ok(())
    }

    pub(super) fn choose_stage(&mut self, stage: &StageId) -> Result<(), Failure> {
        let choice = self
            .record
            .stages
            .iter()
            .find(|known| known.id == *stage)
            .cloned()
            .ok_or(Code::AppNotFound)?;
        self.trigger_by(choice);
        Ok(())
    }

    pub(super) fn trigger_by(&mut self, choice: StageChoice) {
        let before = self
            .record
            .settings
            .trigger_stage
            .as_ref()
            .map(|stage| stage.id.clone());
        let now = self.now();
        let same = before.as_ref() == Some(&choice.id);
        self.change(|record| {
            record.settings.trigger_stage = Some(choice);
            if !same {
                // Whoever is in the stage already is listed, not started (rules.md 3). While the set-up goes on nobody is
                // followed yet: that begins with its last click, on another day perhaps.
                record.following_since = (record.standing == Standing::Running).then_some(now);
                record.watermark = None;
            }
        });
        self.heal(Code::LevStageGone);
        if !same {
            self.next_poll = now;
            self.wake.notify_one();
        }
    }

    /// The last click of the wizard: from now on events are acted on.
    pub(super) fn finish_setup(&mut self) -> Result<(), Failure> {
        let record = &self.record;
        if let Some(right) = record.missing() {
            return Err(Failure::new(Code::LevRight).with("right", right.label()));
        }
        let decided = match record.mode {
            Mode::Integration => {
                self.refapp.is_some()
                    && record.settings.trigger_stage.is_some()
                    && record.settings.acting_user.is_some()
            }
            Mode::Observer => true,
        };
        if !decided || self.lever.is_none() || record.rights_proven_at.is_none() {
            return Err(Code::AppNotNow.into());
        }
        if !self.has_channel() {
            return Err(Code::AppNoChannel.into());
        }
        let now = self.now();
        self.change(|record| {
            if record.standing != Standing::Running {
                record.standing = Standing::Running;
                // Connecting again goes on where it was left; the first time, it begins here.
                record.following_since = record.following_since.or(Some(now));
            }
        });
        self.next_poll = now;
        // What is new is due now, not at the next turn of the clock.
        self.wake.notify_one();
        Ok(())
    }

    pub(super) fn form_query(&self) -> FormQuery {
        let acting = self.record.settings.acting_user.as_ref();
        let recruiter = acting
            .and_then(|id| self.choices.iter().find(|user| user.id == *id))
            .map(|user| user.email.clone());
        FormQuery {
            job: None,
            lang: Some(self.record.settings.default_language.clone()),
            recruiter,
            values: None,
        }
    }
}

/// The data centre that knows a key which another one refused: asked by a read, so that the error can name it
/// (`lever-api.md §12` row 2).
async fn home_of(key: &Secret, places: Vec<(DataCentre, LeverPlace)>) -> Option<DataCentre> {
    for (data_centre, place) in places {
        let Ok(client) = lever::Client::new(place, lever::Auth::ApiKey(key.clone())) else {
            continue;
        };
        match client.stages().await {
            Ok(_) => return Some(data_centre),
            Err(error) if error.kind == lever::Kind::Forbidden => return Some(data_centre),
            Err(_) => {}
        }
    }
    None
}

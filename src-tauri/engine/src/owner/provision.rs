//! A connection that a configuration file sets up: the wizard's steps, taken by themselves and again until all is there.

use model::{Code, Failure, MINUTE, Millis, Mode, Right, Secret, StageChoice, TemplateId};
use store::Standing;

use super::trouble::pause;
use super::{Owner, Then};
use crate::state::{Oauth, proposed};
use crate::{Integration, LeverLogin, Provision, Purpose, SecretKind};

/// What is still to be carried out.
pub(super) struct Provisioning {
    file: Provision,
    next_at: Millis,
    tries: u32,
    asking_refapp: bool,
    /// Stages and users are on their way, and the next step waits for them.
    reading: bool,
}

impl Owner {
    pub(super) fn provision(&mut self, file: Provision) -> Result<(), Failure> {
        self.left_out = false;
        self.by_file = true;
        let way_in = file.lever.way_in();
        self.set_mode(file.purpose.mode()).map_err(|_| {
            let problem = format!(
                "{}: what a connection is for stays; give this one another name",
                file.name
            );
            Failure::new(Code::AppConfig)
                .with("where", "mode")
                .with("problem", problem)
        })?;
        if self.record.data_centre.is_some_and(|before| before != file.data_centre) {
            self.forget_account()?;
        }
        if let Purpose::Integration(with) = &file.purpose {
            self.take_over(with)?;
        }
        let other = match &file.lever {
            LeverLogin::ApiKey(key) => self.replace_secret(SecretKind::LeverKey, key)?,
            LeverLogin::OAuth { client_secret, .. } => {
                self.keep_secret(SecretKind::OauthClientSecret, client_secret)?;
                false
            }
        };
        if other || self.record.way_in != Some(way_in) {
            self.open_rights();
        }
        // Nobody calls an observer.
        let public_url = file
            .public_url
            .clone()
            .filter(|_| file.purpose.mode() == Mode::Integration);
        if public_url.is_some() && self.secret(SecretKind::ReceiverPath)?.is_none() {
            self.keep_secret(SecretKind::ReceiverPath, &Secret::new(&super::channels::random_hex()?))?;
        }
        self.change(|record| {
            record.data_centre = Some(file.data_centre);
            record.way_in = Some(way_in);
            if let LeverLogin::OAuth { client_id, .. } = &file.lever {
                record.client_id = Some(client_id.clone());
            }
            record.settings.poll_interval = file.poll_interval;
            record.settings.limits = file.limits;
            if record.standing == Standing::Disconnected {
                record.standing = Standing::Draft;
            }
        });
        if self.record.settings.retention_days != file.retention_days {
            self.set_retention(file.retention_days)?;
        }
        // It left the file once, and is back.
        if self.record.standing == Standing::Paused {
            self.resume()?;
        }
        self.provision = Some(Provisioning {
            file,
            next_at: Millis(0),
            tries: 0,
            asking_refapp: false,
            reading: false,
        });
        self.connect_clients();
        self.public_url_becomes(public_url.unwrap_or_default());
        self.prove_public_url();
        Ok(())
    }

    fn take_over(&mut self, with: &Integration) -> Result<(), Failure> {
        self.keep_secret(SecretKind::RefappToken, &with.refapp_token)?;
        match &with.update_bearer {
            Some(bearer) => self.keep_bearer(bearer)?,
            None => self.world.vault.delete(&self.secret_name(SecretKind::UpdateBearer))?,
        }
        self.change(|record| {
            record.refapp_url = Some(with.refapp_url.clone());
            record.settings.default_language.clone_from(&with.default_language);
        });
        Ok(())
    }

    pub(super) fn provision_next(&self) -> Option<Millis> {
        self.provision.as_ref().map(|provisioning| provisioning.next_at)
    }

    /// Takes the next step, if its time has come.
    pub(super) fn carry_on_provision(&mut self, now: Millis) {
        let Some(provisioning) = &self.provision else { return };
        if self.proving.is_some() || now < provisioning.next_at {
            return;
        }
        let file = provisioning.file.clone();
        self.ask_refapp_once(now);
        match self.next_step(&file) {
            Ok(Step::Wait) => self.provision_later(now),
            Ok(Step::Read) => {
                self.provision_later(now);
                if let Some(provisioning) = &mut self.provision {
                    provisioning.reading = true;
                }
                self.read_stages(None);
                self.read_users();
            }
            Ok(Step::Prove) => {
                self.provision_later(now);
                self.prove_rights(true, None);
            }
            Ok(Step::Finished) => {
                for code in [Code::AppConfig, Code::AppNoChannel] {
                    self.heal(code);
                }
                let all_there = match &file.purpose {
                    Purpose::Integration(with) => {
                        let no_template = with.default_template.is_some() && self.record.templates.is_empty();
                        self.record.refapp_proven_at.is_some() && !no_template
                    }
                    Purpose::Observer => true,
                };
                if all_there {
                    self.provision = None;
                } else {
                    self.provision_later(now);
                }
            }
            Err(failure) => {
                self.ail(failure, true);
                self.provision_later(now);
                self.read_stages(None);
            }
        }
    }

    /// The grant has ended. Where a file set the connection up nobody can press Connect: the consent is asked for by
    /// itself, unless it is under way.
    pub(super) fn ask_consent_again(&mut self) {
        let under_way = matches!(
            self.oauth,
            Oauth::InBrowser { .. } | Oauth::Returned | Oauth::Exchanging
        );
        if self.by_file
            && !under_way
            && let Err(failure) = self.begin_oauth(model::Redirect::DeepLink)
        {
            self.ail(failure, true);
        }
    }

    fn next_step(&mut self, file: &Provision) -> Result<Step, Failure> {
        if self.lever.is_none() {
            if matches!(file.lever, LeverLogin::OAuth { .. })
                && matches!(self.oauth, Oauth::Idle | Oauth::Failed { .. })
            {
                self.begin_oauth(model::Redirect::DeepLink)?;
            }
            if matches!(self.oauth, Oauth::Returned) {
                // Nobody sits here to press Connect.
                let (reply, _) = tokio::sync::oneshot::channel();
                self.connect_oauth(reply);
            }
            return Ok(Step::Wait);
        }
        let with = match &file.purpose {
            Purpose::Integration(with) => with,
            Purpose::Observer => return self.look_on(),
        };
        if self.record.stages.is_empty() || self.choices.is_empty() {
            return Ok(Step::Read);
        }
        if self.record.lever_proven_at.is_none() {
            let now = self.now();
            self.change(|record| record.lever_proven_at = Some(now));
        }
        self.choose_acting_user(with)?;
        let stage = self.find_stage(&with.trigger_stage)?;
        self.trigger_by(stage);
        self.find_template(with)?;
        let needs_person = self.carrier_needs_person();
        if needs_person && self.record.rights_proven_at.is_none() {
            return Ok(Step::Wait);
        }
        let proven = self.record.rights_proven_at.is_some() && (self.carrier().is_some() || needs_person);
        let registered = file.public_url.is_none() || self.has_stage_webhook();
        if !proven || !registered {
            return Ok(Step::Prove);
        }
        if self.record.standing == Standing::Draft {
            self.finish_setup()?;
        }
        if !self.has_channel() {
            return Err(Code::AppNoChannel.into());
        }
        Ok(Step::Finished)
    }

    /// An observer needs no more than the right to list, which is proven by reading.
    fn look_on(&mut self) -> Result<Step, Failure> {
        if self.record.rights_proven_at.is_none() {
            // A proof tells of rights; whether Lever lets us in at all, a read does.
            self.read_stages(None);
            return Ok(Step::Prove);
        }
        if self.record.standing == Standing::Draft {
            let now = self.now();
            self.change(|record| record.lever_proven_at = record.lever_proven_at.or(Some(now)));
            self.finish_setup()?;
        }
        Ok(Step::Finished)
    }

    fn choose_acting_user(&mut self, with: &Integration) -> Result<(), Failure> {
        let found = match &with.acting_user {
            Some(email) => self
                .choices
                .iter()
                .find(|user| user.email.eq_ignore_ascii_case(email.trim())),
            None => proposed(&self.choices),
        };
        let user = found.map(|user| user.id.clone()).ok_or(Code::LevActingUser)?;
        self.change(|record| record.settings.acting_user = Some(user));
        self.heal(Code::LevActingUser);
        Ok(())
    }

    /// By id, then by name.
    fn find_stage(&self, wanted: &str) -> Result<StageChoice, Failure> {
        let wanted = wanted.trim();
        let stages = &self.record.stages;
        let found = stages
            .iter()
            .find(|stage| stage.id.as_str() == wanted)
            .or_else(|| stages.iter().find(|stage| stage.text.trim() == wanted))
            .or_else(|| {
                stages
                    .iter()
                    .find(|stage| stage.text.trim().to_lowercase() == wanted.to_lowercase())
            });
        found
            .cloned()
            .ok_or_else(|| Failure::new(Code::LevStageGone).with("stage", wanted))
    }

    fn find_template(&mut self, with: &Integration) -> Result<(), Failure> {
        let Some(wanted) = with
            .default_template
            .as_deref()
            .map(str::trim)
            .filter(|wanted| !wanted.is_empty())
        else {
            self.change(|record| record.settings.default_template = None);
            return Ok(());
        };
        match self.template_called(wanted) {
            Some(id) => {
                self.change(|record| record.settings.default_template = Some(id));
                Ok(())
            }
            // Refapp has not shown its templates yet: it is taken as it is, so that nothing is sent without it, and
            // found or not by the first form that lists them.
            None if self.record.templates.is_empty() && self.form.is_none() => {
                self.change(|record| record.settings.default_template = Some(wanted.into()));
                Ok(())
            }
            None => Err(Failure::new(Code::AppConfig)
                .with("where", "default_template")
                .with("problem", "Refapp has no project template of this name or id")),
        }
    }

    /// By id, or by name.
    fn template_called(&self, wanted: &str) -> Option<TemplateId> {
        let mut known = self.record.templates.iter();
        let found = known.find(|template| template.id.as_str() == wanted || template.name.trim() == wanted);
        found.map(|template| template.id.clone())
    }

    /// Looks up what a settings file asked for, now that more is known. What is not there is left to a person: the wizard
    /// asks for it. What a person has chosen meanwhile counts.
    pub(super) fn grant_wishes(&mut self) {
        let wishes = self.record.wishes.clone();
        if !self.record.stages.is_empty()
            && let Some(wanted) = wishes.trigger_stage
        {
            let found = self.find_stage(&wanted);
            self.change(|record| record.wishes.trigger_stage = None);
            if let (Ok(stage), None) = (found, &self.record.settings.trigger_stage) {
                self.trigger_by(stage);
            }
        }
        if !self.choices.is_empty()
            && let Some(wanted) = wishes.acting_user
        {
            let found = self
                .choices
                .iter()
                .find(|user| user.email.eq_ignore_ascii_case(&wanted));
            let user = found.map(|user| user.id.clone());
            self.change(|record| {
                record.wishes.acting_user = None;
                record.settings.acting_user = record.settings.acting_user.take().or(user);
            });
        }
        if !self.record.templates.is_empty()
            && let Some(wanted) = wishes.default_template
        {
            let template = self.template_called(&wanted);
            self.change(|record| {
                record.wishes.default_template = None;
                record.settings.default_template = record.settings.default_template.take().or(template);
            });
        }
    }

    /// Refapp has shown its templates: the one that the file names is among them, or the next step says that it is not.
    pub(super) fn templates_are_known(&mut self) {
        self.grant_wishes();
        let Some(provisioning) = &self.provision else { return };
        if let Purpose::Integration(with) = provisioning.file.purpose.clone()
            && self.find_template(&with).is_err()
        {
            self.provision_soon();
        }
    }

    /// Proves the token, beside the steps at Lever: neither half waits for the other.
    fn ask_refapp_once(&mut self, now: Millis) {
        let waits = self.refapp_trouble.as_ref().is_some_and(|trouble| now < trouble.until);
        let asking = self
            .provision
            .as_ref()
            .is_some_and(|provisioning| provisioning.asking_refapp);
        if waits || asking || self.record.refapp_proven_at.is_some() {
            return;
        }
        let Some(client) = self.refapp.clone() else { return };
        if let Some(provisioning) = &mut self.provision {
            provisioning.asking_refapp = true;
        }
        let query = self.form_query();
        self.job(async move {
            let form = client.form(&query).await;
            Box::new(move |owner: &mut Self| {
                if let Some(provisioning) = &mut owner.provision {
                    provisioning.asking_refapp = false;
                }
                match form {
                    Err(error) if !super::templates::is_refused(&error) => {
                        owner.refapp_answered(Some(&error));
                    }
                    form => {
                        owner.refapp_answered(None);
                        let now = owner.now();
                        owner.change(|record| record.refapp_proven_at = Some(now));
                        if let Ok(form) = form {
                            owner.account_form_read(form);
                        }
                        owner.provision_soon();
                    }
                }
            }) as Then
        });
    }

    /// What was asked is not answered any more.
    pub(super) fn begin_provision_again(&mut self) {
        if let Some(provisioning) = &mut self.provision {
            provisioning.asking_refapp = false;
            provisioning.reading = false;
        }
    }

    /// Something came back: the next step need not wait.
    pub(super) fn provision_soon(&mut self) {
        if let Some(provisioning) = &mut self.provision {
            provisioning.next_at = Millis(0);
        }
    }

    fn provision_later(&mut self, now: Millis) {
        if let Some(provisioning) = &mut self.provision {
            provisioning.next_at = now.plus(pause(provisioning.tries).min(MINUTE));
            provisioning.tries += 1;
        }
    }

    /// Stages or users were read: with both there, the next step need not wait.
    pub(super) fn read_helped(&mut self) {
        self.grant_wishes();
        let read = !self.choices.is_empty() && !self.record.stages.is_empty();
        if let Some(provisioning) = self
            .provision
            .as_mut()
            .filter(|provisioning| provisioning.reading && read)
        {
            provisioning.reading = false;
            provisioning.next_at = Millis(0);
        }
    }

    /// A proof came to its end. If it brought something, the next step need not wait.
    pub(super) fn proof_helped(&mut self) {
        let helped = match self.record.mode {
            Mode::Integration => {
                let has_any = Right::REQUIRED.iter().any(|right| self.record.has(*right));
                !self.choices.is_empty() && has_any && self.carrier().is_some()
            }
            Mode::Observer => true,
        };
        if helped && self.record.rights_proven_at.is_some() {
            self.provision_soon();
        }
    }
}

enum Step {
    Wait,
    /// Stages and users, to choose from.
    Read,
    Prove,
    Finished,
}

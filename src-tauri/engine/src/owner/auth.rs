//! The way to Lever and Refapp: clients from what the vault holds, and consent by OAuth.

use std::sync::Arc;

use lever::oauth::{self, Credentials, RefreshTokenStore, TokenSource};
use model::{Code, Failure, LeverPlace, Millis, Place, Redirect, SECOND, Secret, WayIn};
use store::Standing;
use url::Url;

use super::{Owner, Then};
use crate::intake::Door;
use crate::order::{Answer, Reply};
use crate::state::Oauth;
use crate::{SecretKind, SecretName, Vault};

/// After this long without an answer the screen says "the browser did not come back" and offers other ways.
pub const SLOW: i64 = 20 * SECOND;

/// A try to get the consent of a Super Admin.
pub(super) struct Attempt {
    attempt: oauth::Attempt,
    /// The code that came back. **Connect** exchanges it (`mission.md` M3).
    code: Option<Secret>,
}

/// The one source of access tokens, and what it was made for.
pub(super) struct Source {
    place: LeverPlace,
    credentials: Credentials,
    tokens: Arc<TokenSource>,
}

/// A connection's refresh token, in the vault.
struct Kept {
    vault: Arc<dyn Vault>,
    name: SecretName,
}

impl RefreshTokenStore for Kept {
    fn load(&self) -> Result<Option<Secret>, Failure> {
        self.vault.get(&self.name)
    }

    fn save(&self, token: &Secret) -> Result<(), Failure> {
        self.vault.set(&self.name, token)
    }
}

impl Owner {
    /// The place of this connection; while no data centre is chosen, the one where Refapp is reached all the same.
    pub(super) fn place(&self) -> Result<Place, Failure> {
        let data_centre = self.record.data_centre.unwrap_or(model::DataCentre::Us);
        self.world.surroundings.place(&self.record.name, data_centre)
    }

    fn lever_place(&self) -> Result<LeverPlace, Failure> {
        let data_centre = self.record.data_centre.ok_or(Code::AppNotNow)?;
        Ok(self.place()?.lever(data_centre))
    }

    /// Makes the clients anew from what is stored. What cannot be read is a finding.
    pub(super) fn connect_clients(&mut self) {
        self.place = self.place().ok();
        match self.read_secrets() {
            Ok(()) => [Code::AppKeychain, Code::AppAddress]
                .into_iter()
                .for_each(|code| self.heal(code)),
            Err(failure) => self.ail(failure, true),
        }
    }

    fn read_secrets(&mut self) -> Result<(), Failure> {
        let token = self.secret(SecretKind::RefappToken)?;
        self.hints.refapp_token = token.as_ref().map(Secret::hint);
        self.hints.update_bearer = self.secret(SecretKind::UpdateBearer)?.map(|bearer| bearer.hint());
        self.hints.client_secret = self.secret(SecretKind::OauthClientSecret)?.map(|secret| secret.hint());
        let key = self.secret(SecretKind::LeverKey)?;
        self.hints.lever_key = key.as_ref().map(Secret::hint);
        if let (Some(token), Some(url)) = (token, self.record.refapp_url.clone()) {
            let place = self.place()?.refapp(&url)?;
            self.refapp = Some(refapp::Client::new(place, &token)?);
        }
        if self.record.data_centre.is_none() {
            return Ok(());
        }
        let place = self.lever_place()?;
        self.lever = match self.record.way_in {
            Some(WayIn::ApiKey) => key
                .map(|key| lever::Client::new(place, lever::Auth::ApiKey(key)))
                .transpose()?,
            Some(WayIn::OAuth) if self.secret(SecretKind::OauthRefreshToken)?.is_some() => {
                let source = self.token_source(&place)?;
                Some(lever::Client::new(place, lever::Auth::OAuth(source))?)
            }
            _ => None,
        };
        Ok(())
    }

    fn credentials(&self) -> Result<Credentials, Failure> {
        let id = self.record.client_id.clone().ok_or(Code::OauthClient)?;
        let secret = self.secret(SecretKind::OauthClientSecret)?.ok_or(Code::OauthClient)?;
        Ok(Credentials { id, secret })
    }

    /// The same as before, as long as it is for the same: jobs still hold it, and two of them could refresh at once
    /// (`reliability.md` rule 14).
    fn token_source(&mut self, place: &LeverPlace) -> Result<Arc<TokenSource>, Failure> {
        let credentials = self.credentials()?;
        let same = |source: &&Source| {
            source.place == *place
                && source.credentials.id == credentials.id
                && source.credentials.secret.expose() == credentials.secret.expose()
        };
        if let Some(source) = self.source.as_ref().filter(same) {
            return Ok(source.tokens.clone());
        }
        let kept = Kept {
            vault: self.world.vault.clone(),
            name: self.secret_name(SecretKind::OauthRefreshToken),
        };
        let tokens = Arc::new(TokenSource::new(
            place,
            credentials.clone(),
            Arc::new(kept),
            self.world.clock.clone(),
        )?);
        self.source = Some(Source {
            place: place.clone(),
            credentials,
            tokens: tokens.clone(),
        });
        Ok(tokens)
    }

    /// Keeps a secret. Whether another one lay in its place.
    pub(super) fn replace_secret(&self, kind: SecretKind, secret: &Secret) -> Result<bool, Failure> {
        let before = self.secret(kind)?;
        self.keep_secret(kind, secret)?;
        Ok(before.is_some_and(|before| before.expose() != secret.expose()))
    }

    /// Another key or another consent: what the one before could do says nothing of it (`rules.md` 17).
    pub(super) fn open_rights(&mut self) {
        self.right_failures.clear();
        self.change(|record| {
            record.rights.clear();
            record.rights_proven_at = None;
        });
        self.heal(Code::LevRight);
    }

    /// The rights of what replaced another way in are proven at once, as far as somebody consented before.
    pub(super) fn prove_again(&mut self) {
        let consent = self.carrier().is_some();
        self.prove_rights(consent, None);
    }

    /// Opens the door to webhooks and updates, as far as there is what they are proven by.
    pub(super) fn open_door(&mut self) {
        let opened = self.secret(SecretKind::ReceiverPath).and_then(|path| {
            self.receiver_path = path;
            self.door()
        });
        match opened {
            Ok(door) => self.world.intake.set_door(self.id(), door),
            Err(failure) => self.ail(failure, true),
        }
    }

    fn door(&self) -> Result<Option<(String, Door)>, Failure> {
        // A draft of which no more is known than its name has no place yet; its secrets may be older than it.
        if self.record.standing == Standing::Disconnected || self.record.data_centre.is_none() {
            return Ok(None);
        }
        let Some(path) = &self.receiver_path else {
            return Ok(None);
        };
        let tokens = self.secret(SecretKind::WebhookTokens)?;
        let door = Door {
            connection: self.id(),
            signature_tokens: tokens.iter().flat_map(webhook_tokens).map(|(_, token)| token).collect(),
            bearer: self.secret(SecretKind::UpdateBearer)?,
            place: self.place()?,
            turned_away: self.turned_away.clone(),
            wake: self.wake.clone(),
        };
        Ok(Some((path.expose().to_owned(), door)))
    }

    /// The address to which Refapp sends its updates.
    pub(super) fn update_address(&self) -> Option<String> {
        self.hints.update_bearer.as_ref()?;
        self.address("refapp")
    }

    pub(super) fn address(&self, side: &str) -> Option<String> {
        let public = self.record.public_url.as_deref().filter(|url| !url.is_empty())?;
        let path = self.receiver_path.as_ref()?;
        Some(format!("{public}/{side}/{}", path.expose()))
    }

    /// Where the consent stands now. What came back astray before says nothing about it.
    pub(super) fn oauth_becomes(&mut self, oauth: Oauth) {
        self.oauth = oauth;
        self.oauth_stray = false;
    }

    pub(super) fn begin_oauth(&mut self, redirect: Redirect) -> Result<(), Failure> {
        let credentials = self.credentials()?;
        let data_centre = self.record.data_centre.ok_or(Code::AppNotNow)?;
        let address = self.world.surroundings.redirect(redirect, data_centre)?;
        let now = self.now();
        let attempt = oauth::begin(
            &self.lever_place()?,
            &credentials.id,
            oauth::scopes(self.record.mode),
            &address,
            now,
        );
        let url = attempt.url().clone();
        // An earlier try is forgotten: a second click leaves one, and a late return to the first is refused.
        self.attempt = Some(Attempt { attempt, code: None });
        // Where there is no browser, the address is on screen to be opened by hand.
        let opened = self.world.surroundings.open_in_browser(&url);
        if let Err(failure) = &opened {
            tracing::info!(%failure, "the browser was not opened");
        }
        self.oauth_becomes(Oauth::InBrowser {
            since: now,
            url: url.to_string(),
            redirect,
            opened: opened.is_ok(),
        });
        Ok(())
    }

    pub(super) fn oauth_returned(&mut self, url: &Url) -> Result<(), Failure> {
        let now = self.now();
        let Some(attempt) = &mut self.attempt else {
            return Err(Code::OauthState.into());
        };
        match oauth::read_return(&attempt.attempt, url, now) {
            Ok(oauth::Return::Granted { code }) => {
                // Single use: whoever returns again finds a code there already and changes nothing.
                if attempt.code.is_none() {
                    attempt.code = Some(code);
                    self.oauth_becomes(Oauth::Returned);
                }
                Ok(())
            }
            Ok(oauth::Return::Refused { error, .. }) => {
                let code = if error == "access_denied" {
                    Code::OauthDenied
                } else {
                    Code::OauthClient
                };
                self.attempt = None;
                self.oauth_becomes(Oauth::Failed { failure: code.into() });
                Ok(())
            }
            // Not the answer to this try: it goes on, as anybody can call our address.
            Err(oauth::ReturnError::Late) => {
                self.attempt = None;
                self.oauth_becomes(Oauth::Failed {
                    failure: Code::OauthLate.into(),
                });
                Err(Code::OauthLate.into())
            }
            Err(error) => Err(Failure::from(error)),
        }
    }

    pub(super) fn cancel_oauth(&mut self) {
        self.attempt = None;
        if !matches!(self.oauth, Oauth::Connected { .. }) {
            self.oauth_becomes(Oauth::Idle);
        }
    }

    pub(super) fn oauth_slow_at(&self) -> Option<Millis> {
        match self.oauth {
            Oauth::InBrowser { since, .. } => Some(since.plus(SLOW)),
            _ => None,
        }
    }

    /// Exchanges the code for tokens, and proves them by a first read.
    pub(super) fn connect_oauth(&mut self, reply: Reply) {
        let prepared = (|| {
            let place = self.lever_place()?;
            let credentials = self.credentials()?;
            let source = self.token_source(&place)?;
            match self.attempt.take() {
                Some(Attempt {
                    attempt,
                    code: Some(code),
                }) => Ok((place, credentials, source, attempt, code)),
                other => {
                    self.attempt = other;
                    Err(Failure::new(Code::AppNotNow))
                }
            }
        })();
        let (place, credentials, source, attempt, code) = match prepared {
            Ok(prepared) => prepared,
            Err(failure) => {
                self.answer(reply, Err(failure));
                return;
            }
        };
        self.oauth_becomes(Oauth::Exchanging);
        let asked = oauth::scopes(self.record.mode);
        let clock = self.world.clock.clone();
        self.job(async move {
            let connected: Result<_, Failure> = async {
                let tokens = oauth::exchange(&place, &credentials, attempt, code, clock).await?;
                // A person who may not consent gets through to here with hardly a right (lever-api.md §2.3).
                let missing = tokens.missing_scopes(asked);
                if !missing.is_empty() {
                    let code = if missing.len() + 1 >= asked.len() {
                        Code::OauthRole
                    } else {
                        Code::OauthScope
                    };
                    return Err(Failure::new(code).with("scopes", missing.join(" ")));
                }
                source.adopt(tokens).await?;
                let client = lever::Client::new(place, lever::Auth::OAuth(source))?;
                let stages = client.stages().await?;
                Ok((client, stages))
            }
            .await;
            Box::new(move |owner: &mut Self| {
                let now = owner.now();
                let answer = match connected {
                    Ok((client, stages)) => {
                        owner.oauth_becomes(Oauth::Connected { since: now });
                        let again = !owner.record.rights.is_empty();
                        if again {
                            owner.open_rights();
                        }
                        owner.lever_is_proven(client, &stages, now);
                        if again {
                            owner.prove_again();
                        }
                        Ok(Answer::Done)
                    }
                    Err(failure) => {
                        owner.oauth_becomes(Oauth::Failed {
                            failure: failure.clone(),
                        });
                        Err(failure)
                    }
                };
                owner.answer(reply, answer);
            }) as Then
        });
    }
}

/// `webhook id`, space, token; one a line.
pub(super) fn webhook_tokens(kept: &Secret) -> Vec<(String, Secret)> {
    let lines = kept.expose().lines();
    lines
        .filter_map(|line| {
            line.split_once(' ')
                .map(|(id, token)| (id.to_owned(), Secret::new(token)))
        })
        .collect()
}

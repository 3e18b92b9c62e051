//! Keeps one access token fresh for all calls of a connection (`reliability.md` rule 14).

use std::sync::Arc;

use http_client::Kind;
use model::sabotage::{self, Control};
use model::{Clock, Code, Failure, LeverPlace, Millis, Secret};
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

use super::endpoint::{Credentials, Endpoint, Tokens};
use crate::{Call, Error};

/// Where the refresh token lives: the system's keychain, or a file of 0600. It may block: it is called off the
/// async threads, and never twice at once by one source.
pub trait RefreshTokenStore: Send + Sync + 'static {
    /// The token that was saved last.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn load(&self) -> Result<Option<Secret>, Failure>;

    /// Replaces it. It is durable when this returns.
    ///
    /// # Errors
    /// Why it cannot be written.
    fn save(&self, token: &Secret) -> Result<(), Failure>;
}

/// One grant. The access token lives in memory only, the refresh token in its store.
///
/// A refresh happens once however many calls ask for it, reads the refresh token anew, and has the rotated one in
/// the store before any call gets the new access token. It runs in a task of its own: a caller that gives up
/// cannot lose a token that Lever has rotated already.
pub struct TokenSource(Arc<Grant>);

struct Grant {
    endpoint: Endpoint,
    clock: Clock,
    store: Arc<dyn RefreshTokenStore>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    current: Option<Access>,
    /// Lever has rotated, the store has failed: the old token is dead and the new one is nowhere but here.
    unsaved: Option<Tokens>,
    /// The refresh token that Lever called dead: it is not tried again.
    dead: Option<Secret>,
}

struct Access {
    token: Secret,
    /// By the wall clock, which goes on while the computer sleeps.
    fresh_until: Millis,
}

impl State {
    fn usable(&self, refused: Option<&Secret>, now: Millis) -> Option<Secret> {
        let access = self.current.as_ref()?;
        let is_refused = refused.is_some_and(|refused| refused.expose() == access.token.expose());
        (!is_refused && now < access.fresh_until).then(|| access.token.clone())
    }
}

impl TokenSource {
    /// For a grant whose refresh token is in the store, or will be by [`Self::adopt`].
    ///
    /// # Errors
    /// `APP-INTERNAL` if TLS cannot be set up on this computer.
    pub fn new(
        place: &LeverPlace,
        credentials: Credentials,
        store: Arc<dyn RefreshTokenStore>,
        clock: Clock,
    ) -> Result<Self, Failure> {
        Ok(Self(Arc::new(Grant {
            endpoint: Endpoint::new(place, credentials, clock.clone())?,
            clock,
            store,
            state: Mutex::default(),
        })))
    }

    /// Takes the tokens of an exchange; the refresh token is in the store before this returns.
    ///
    /// # Errors
    /// Why it could not be written: the tokens are kept, and written before they are first used.
    pub async fn adopt(&self, tokens: Tokens) -> Result<(), Failure> {
        let mut state = self.0.state.lock().await;
        state.current = None;
        state.dead = None;
        state.unsaved = Some(tokens);
        self.0.save(&mut state).await.map(drop)
    }

    /// The client that the grant was given to.
    pub(crate) fn client_id(&self) -> &str {
        self.0.endpoint.client_id()
    }

    /// An access token that is not `refused`.
    pub(crate) async fn access_token(&self, refused: Option<&Secret>) -> Result<Secret, Error> {
        if let Some(token) = self.0.state.lock().await.usable(refused, self.0.clock.now())
            && !(refused.is_some() && sabotage::is(Control::RefreshEach))
        {
            return Ok(token);
        }
        let (grant, refused) = (self.0.clone(), refused.cloned());
        tokio::spawn(async move { grant.renew(refused.as_ref()).await })
            .await
            .unwrap_or_else(|_| Err(Kind::SecretStore(Code::AppInternal.into())))
            .map_err(|kind| Error::new(Call::RefreshToken, kind))
    }
}

impl Grant {
    async fn renew(&self, refused: Option<&Secret>) -> Result<Secret, Kind> {
        let mut state = self.state.lock().await;
        // Somebody else may have done it while we waited for the lock.
        if let Some(token) = state.usable(refused, self.clock.now())
            && !sabotage::is(Control::RefreshEach)
        {
            return Ok(token);
        }
        if state.unsaved.is_none() {
            let old = self.load().await?.ok_or(Kind::Revoked)?;
            if state.dead.as_ref().is_some_and(|dead| dead.expose() == old.expose()) {
                return Err(Kind::Revoked);
            }
            match self.endpoint.refresh(&old).await {
                Ok(tokens) => state.unsaved = Some(tokens),
                Err(kind) => {
                    if kind == Kind::Revoked {
                        state.dead = Some(old);
                    }
                    return Err(kind);
                }
            }
        }
        self.save(&mut state).await.map_err(Kind::SecretStore)
    }

    /// Persists the rotated refresh token, and only then lets the access token out.
    async fn save(&self, state: &mut State) -> Result<Secret, Failure> {
        let Some(tokens) = state.unsaved.take() else {
            return Err(Code::AppInternal.into());
        };
        // A refresh that brings no refresh token leaves the old one in force (RFC 6749 §6).
        if let Some(refresh) = tokens.refresh.clone() {
            sabotage::crash_at("refresh", "before-persist");
            let store = self.store.clone();
            let saved = spawn_blocking(move || store.save(&refresh))
                .await
                .unwrap_or_else(|_| Err(Code::AppInternal.into()));
            if let Err(failure) = saved {
                state.unsaved = Some(tokens);
                return Err(failure);
            }
        }
        sabotage::crash_at("refresh", "after-persist");
        let token = tokens.access.clone();
        state.current = Some(Access {
            token: tokens.access,
            fresh_until: tokens.fresh_until,
        });
        Ok(token)
    }

    async fn load(&self) -> Result<Option<Secret>, Kind> {
        let store = self.store.clone();
        spawn_blocking(move || store.load())
            .await
            .unwrap_or_else(|_| Err(Code::AppInternal.into()))
            .map_err(Kind::SecretStore)
    }
}

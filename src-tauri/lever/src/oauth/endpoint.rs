//! The token endpoint (`lever-api.md §2.3`, step 3): client secret in the body, no redirects, every refusal of a
//! grant alike whatever its status.

use std::borrow::Cow;
use std::pin::Pin;

use http_client::{Answer, Http, Kind, Limits};
use model::{Clock, Failure, LeverPlace, Millis, Secret};
use oauth2::basic::{BasicClient, BasicTokenResponse};
use oauth2::http::Response;
use oauth2::{
    AsyncHttpClient, AuthType, AuthorizationCode, ClientId, ClientSecret, EndpointNotSet, EndpointSet, HttpRequest,
    HttpResponse, RedirectUrl, RefreshToken, RequestTokenError, TokenResponse, TokenUrl,
};
use serde::Deserialize;
use url::Url;

use super::attempt::Attempt;
use crate::{Call, Error};

/// What Lever documents, for an answer that does not say.
const USUAL_LIFETIME: i64 = 3_600_000;
/// An access token is replaced this much before it expires.
const MARGIN: i64 = 60_000;

/// The organisation's own OAuth client at Lever (`mission.md` M2).
#[derive(Clone, Debug)]
pub struct Credentials {
    pub id: String,
    pub secret: Secret,
}

/// What the token endpoint gives. It cannot be printed.
pub struct Tokens {
    pub(super) access: Secret,
    /// By the wall clock, with the margin taken off.
    pub(super) fresh_until: Millis,
    /// A new one with every refresh; the old one counts as dead (`lever-api.md §2.3`).
    pub(super) refresh: Option<Secret>,
    scopes: Option<Vec<String>>,
}

impl Tokens {
    /// Those of these scopes, which were asked for, that were not granted. An answer that names none grants what was asked for (RFC 6749
    /// §5.1); but the refresh token itself says whether `offline_access` was.
    pub fn missing_scopes(&self, asked: &[&'static str]) -> Vec<&'static str> {
        let granted = |scope: &&str| match &self.scopes {
            _ if *scope == super::OFFLINE_ACCESS => self.refresh.is_some(),
            Some(scopes) => scopes.iter().any(|granted| granted == scope),
            None => true,
        };
        asked.iter().copied().filter(|scope| !granted(scope)).collect()
    }
}

/// Exchanges the code of a grant for tokens; the attempt is used up. Keep them, if no scope is missing, by
/// [`super::TokenSource::adopt`] before anything else.
///
/// # Errors
/// `Revoked` for a code that is too old or used, `Unauthorized` for a wrong client secret, `Forbidden` when the person
/// who consented may not connect an app.
pub async fn exchange(
    place: &LeverPlace,
    credentials: &Credentials,
    attempt: Attempt,
    code: Secret,
    clock: Clock,
) -> Result<Tokens, Error> {
    let fail = |kind| Error::new(Call::ExchangeCode, kind);
    let endpoint =
        Endpoint::new(place, credentials.clone(), clock).map_err(|failure| fail(Kind::SecretStore(failure)))?;
    endpoint.exchange(attempt, &code).await.map_err(fail)
}

/// The token endpoint, as one client of it.
pub(super) struct Endpoint {
    bridge: Bridge,
    clock: Clock,
    client: BasicClient<EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>,
}

impl Endpoint {
    pub(super) fn new(place: &LeverPlace, credentials: Credentials, clock: Clock) -> Result<Self, Failure> {
        let client = BasicClient::new(ClientId::new(credentials.id))
            .set_client_secret(ClientSecret::new(credentials.secret.expose().to_owned()))
            .set_auth_type(AuthType::RequestBody)
            .set_token_uri(TokenUrl::from_url(below(&place.auth, &["oauth", "token"])));
        Ok(Self {
            bridge: Bridge(Http::new(&place.auth, Limits::default())?),
            clock,
            client,
        })
    }

    pub(super) fn client_id(&self) -> &str {
        self.client.client_id()
    }

    async fn exchange(&self, attempt: Attempt, code: &Secret) -> Result<Tokens, Kind> {
        let (redirect, verifier) = attempt.into_redirect_and_verifier();
        let answer = self
            .client
            .exchange_code(AuthorizationCode::new(code.expose().to_owned()))
            .set_redirect_uri(Cow::Owned(RedirectUrl::from_url(redirect)))
            .set_pkce_verifier(verifier)
            .request_async(&self.bridge)
            .await;
        read(answer, self.clock.now()).map_err(Refused::of_code)
    }

    pub(super) async fn refresh(&self, token: &Secret) -> Result<Tokens, Kind> {
        let answer = self
            .client
            .exchange_refresh_token(&RefreshToken::new(token.expose().to_owned()))
            .request_async(&self.bridge)
            .await;
        read(answer, self.clock.now()).map_err(Refused::of_grant)
    }
}

/// `oauth2` speaks through our transport. Only a success reaches it as an answer, so that no status is lost.
struct Bridge(Http);

impl Bridge {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Refused> {
        let (parts, body) = request.into_parts();
        let url = Url::parse(&parts.uri.to_string()).map_err(|_| Kind::Unreachable)?;
        let request = self.0.request(parts.method, url).headers(parts.headers).body(body);
        let answer = self.0.send(request).await?;
        match answer.success() {
            Ok(answer) => Ok(Response::new(answer.body().to_vec())),
            Err(kind) => Err(Refused {
                kind,
                word: word(&answer),
            }),
        }
    }
}

impl<'c> AsyncHttpClient<'c> for Bridge {
    type Error = Refused;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Refused>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

/// How a call failed, and the endpoint's own word for it, if it said one.
#[derive(Debug, thiserror::Error)]
#[error("{kind}")]
struct Refused {
    kind: Kind,
    word: Option<String>,
}

impl From<Kind> for Refused {
    fn from(kind: Kind) -> Self {
        Self { kind, word: None }
    }
}

impl Refused {
    /// 400, 401 and 403 are alike (`lever-api.md §12` 4).
    fn is_refusal(&self) -> bool {
        matches!(
            self.kind,
            Kind::Unauthorized | Kind::Forbidden | Kind::BadRequest { status: 400, .. }
        )
    }

    fn says(&self, word: &str) -> bool {
        self.word.as_deref() == Some(word)
    }

    fn of_code(self) -> Kind {
        if self.is_refusal() && self.says("invalid_grant") {
            return Kind::Revoked;
        }
        self.kind
    }

    /// Of a refused refresh the bodies are not documented: whatever it says, the grant is dead, unless it is the client
    /// that is not known. No other refusal keeps its kind: whoever asked wanted something of the Data API, and must not
    /// take it for an answer about that.
    fn of_grant(self) -> Kind {
        match &self.kind {
            _ if self.is_refusal() && self.says("invalid_client") => Kind::Unauthorized,
            _ if self.is_refusal() => Kind::Revoked,
            Kind::NotFound | Kind::BadRequest { .. } => Kind::Garbage,
            _ => self.kind,
        }
    }
}

/// `error` of the token endpoint's envelope (`lever-api.md §2.3`).
fn word(answer: &Answer) -> Option<String> {
    #[derive(Deserialize)]
    struct Envelope {
        error: String,
    }
    let envelope: Envelope = answer.json().ok()?;
    Some(envelope.error)
}

fn read<E: oauth2::ErrorResponse + 'static>(
    answer: Result<BasicTokenResponse, RequestTokenError<Refused, E>>,
    now: Millis,
) -> Result<Tokens, Refused> {
    let answer = answer.map_err(|error| match error {
        RequestTokenError::Request(refused) => refused,
        _ => Kind::Garbage.into(),
    })?;
    let lifetime = answer.expires_in().map_or(USUAL_LIFETIME, |span| {
        i64::try_from(span.as_millis()).unwrap_or(USUAL_LIFETIME)
    });
    Ok(Tokens {
        access: Secret::new(answer.access_token().secret()),
        fresh_until: now.plus(lifetime - MARGIN),
        refresh: answer
            .refresh_token()
            .map(|token| Secret::new(token.secret()))
            .filter(|token| !token.is_empty()),
        scopes: answer
            .scopes()
            .map(|scopes| scopes.iter().map(|scope| scope.to_string()).collect()),
    })
}

/// An address below another, whether that ends with a slash or not.
pub(super) fn below(root: &Url, path: &[&str]) -> Url {
    let mut url = root.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path);
    }
    url
}

//! How one call goes over the wire: credentials, turns, pauses, redirects, repetition.

use std::time::Duration;

use http_client::{Answer, Kind};
use model::Secret;
use reqwest::{Method, RequestBuilder};
use url::Url;

use crate::client::{Auth, Body, Client};
use crate::{Call, Error};

/// How long a call waits out refusals, all in all, before it fails as rate limited: a moment's crowd is nobody's news, and
/// of a longer one whoever asked is told.
const PATIENCE: Duration = Duration::from_secs(20);
const MOST_REDIRECTS: usize = 3;
/// How often a read is repeated.
const REPEATS: u32 = 2;
const FIRST_BACK_OFF: Duration = Duration::from_millis(250);

impl Client {
    /// A read: repeated with full jitter when the connection broke or Lever failed (`lever-api.md §4`).
    pub(crate) async fn read(&self, call: Call, url: Url) -> Result<Answer, Error> {
        let mut repeat = 0;
        loop {
            match self.call(call, Method::GET, url.clone(), None).await {
                Err(Error {
                    call: failed,
                    kind: Kind::Cut | Kind::Server(_),
                }) if failed == call && repeat < REPEATS => {
                    let span = FIRST_BACK_OFF * 2_u32.pow(repeat);
                    tokio::time::sleep(span.mul_f64(rand::random())).await;
                    repeat += 1;
                }
                other => return other,
            }
        }
    }

    /// One call, to a complete 2xx. It is sent again only where the first try certainly did nothing: after a 429,
    /// after a 401 that a fresh access token may mend, after a redirect that keeps the method.
    pub(crate) async fn call(&self, call: Call, method: Method, mut url: Url, body: Body<'_>) -> Result<Answer, Error> {
        let fail = |kind| Error::new(call, kind);
        let gate = &self.shared.gate;
        let (mut refused_at, mut renewed, mut redirects) = (None, false, 0);
        let mut token = self.access_token(None).await?;
        loop {
            let waited = refused_at.map_or(Duration::ZERO, |at| gate.now().saturating_sub(at));
            let sent = gate
                .pass(self.priority, PATIENCE.saturating_sub(waited))
                .await
                .map_err(|pause| {
                    fail(Kind::RateLimited {
                        retry_after: Some(pause),
                    })
                })?;
            let mut request = self.shared.http.request(method.clone(), url.clone());
            if let Some(body) = body {
                request = request.json(body);
            }
            let request = self.authorised(request, token.as_ref());
            let answer = self.shared.http.send(request).await.map_err(fail)?;
            if answer.status() == 429 {
                gate.pause(sent, answer.retry_after());
                refused_at.get_or_insert(sent);
                continue;
            }
            gate.answered(sent);
            if answer.status() == 401 && token.is_some() && !renewed {
                renewed = true;
                token = self.access_token(token.as_ref()).await?;
                continue;
            }
            match self.redirect(&method, &answer) {
                Some(next) if redirects < MOST_REDIRECTS => {
                    redirects += 1;
                    url = next;
                }
                _ => {
                    answer.success().map_err(fail)?;
                    return Ok(answer);
                }
            }
        }
    }

    /// Where to go on: only among Lever's own hosts, and for a write only where the method is kept
    /// (`lever-api.md §1`). Any other redirect is the answer.
    fn redirect(&self, method: &Method, answer: &Answer) -> Option<Url> {
        let follows = match answer.status() {
            307 | 308 => true,
            301 | 302 => *method == Method::GET,
            _ => false,
        };
        answer
            .location()
            .filter(|next| follows && self.shared.place.may_redirect_to(next))
    }

    /// The access token, for a grant; a new one if Lever has refused `refused`.
    async fn access_token(&self, refused: Option<&Secret>) -> Result<Option<Secret>, Error> {
        match &self.shared.auth {
            Auth::ApiKey(_) => Ok(None),
            Auth::OAuth(source) => source.access_token(refused).await.map(Some),
        }
    }

    fn authorised(&self, request: RequestBuilder, token: Option<&Secret>) -> RequestBuilder {
        match (&self.shared.auth, token) {
            (Auth::OAuth(_), Some(token)) => request.bearer_auth(token.expose()),
            // The key is the user name, the password is empty (lever-api.md §2.1).
            (Auth::ApiKey(key), _) => request.basic_auth(key.expose(), Some("")),
            (Auth::OAuth(_), None) => request,
        }
    }
}

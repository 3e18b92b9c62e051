//! The two calls.

use http_client::{Http, Limits};
use model::{Code, Failure, Millis, PostingId, RefappPlace, Secret};
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use serde_json::Value as Json;
use url::Url;

use crate::{Call, Error, Event, Form, Kind, Values};

/// What a form is asked for (`refapp-api.md §2`). It holds an e-mail address, so it does not print.
#[derive(Clone, Default)]
pub struct FormQuery {
    /// `job_id`, as in the event; none asks for what the account presets.
    pub job: Option<PostingId>,
    /// Language of the labels.
    pub lang: Option<String>,
    /// The recruiter's e-mail.
    pub recruiter: Option<String>,
    /// `webhook_data`: only on a refetch, all current values (`refapp-api.md §2.2`).
    pub values: Option<Values>,
}

/// A client for one account token. It follows no redirect and repeats nothing.
#[derive(Clone)]
pub struct Client {
    http: Http,
    place: RefappPlace,
    authorization: HeaderValue,
}

impl Client {
    /// # Errors
    /// `REF-TOKEN` if no token can look like this; `APP-INTERNAL` if TLS cannot be set up on this computer.
    pub fn new(place: RefappPlace, token: &Secret) -> Result<Self, Failure> {
        Self::with_limits(place, token, Limits::default())
    }

    pub(crate) fn with_limits(place: RefappPlace, token: &Secret, limits: Limits) -> Result<Self, Failure> {
        let mut authorization =
            HeaderValue::from_str(&format!("Bearer {}", token.expose())).map_err(|_| Code::RefToken)?;
        authorization.set_sensitive(true);
        Ok(Self {
            http: Http::new(&place.integration, limits)?,
            place,
            authorization,
        })
    }

    /// What Refapp's clock shows: see [`Http::their_clock`].
    pub fn their_clock(&self) -> Option<Millis> {
        self.http.their_clock()
    }

    /// GET config: the form for a job (`refapp-api.md §2`).
    ///
    /// # Errors
    /// `Unauthorized` for a wrong token, `Forbidden` or `NotFound` presumably for one of another environment.
    pub async fn form(&self, query: &FormQuery) -> Result<Form, Error> {
        let fail = |kind| Error::new(Call::Form, kind);
        let values = query
            .values
            .as_ref()
            .map(|values| serde_json::to_string(values).expect("texts, booleans and numbers are JSON"));
        let parameters = [
            ("job_id", query.job.as_ref().map(PostingId::as_str)),
            ("lang", query.lang.as_deref()),
            ("recruiter", query.recruiter.as_deref()),
            ("webhook_data", values.as_deref()),
        ];
        let mut url = self.config_url();
        for (name, value) in parameters {
            if let Some(value) = value {
                url.query_pairs_mut().append_pair(name, value);
            }
        }
        let request = self
            .http
            .request(Method::GET, url)
            .header(AUTHORIZATION, self.authorization.clone());
        let answer = self.http.send(request).await.map_err(fail)?;
        let body: Json = answer.success().and_then(|answer| answer.json()).map_err(fail)?;
        Form::read(&body).ok_or(fail(Kind::Garbage))
    }

    /// POST event: **starts a real reference check**. It is sent once. Any 2xx that was read to its end is an
    /// acceptance, whatever it says (`refapp-api.md §3.5`).
    ///
    /// # Errors
    /// See [`Error::outcome`]: after `Unknown` only a person, or Refapp's own update, can say whether it was started.
    pub async fn send(&self, event: &Event) -> Result<(), Error> {
        let fail = |kind| Error::new(Call::Send, kind);
        let request = self
            .http
            .request(Method::POST, self.place.integration.clone())
            .header(AUTHORIZATION, self.authorization.clone())
            .json(&event.body());
        let answer = self.http.send(request).await.map_err(fail)?;
        answer.success().map_err(fail)?;
        Ok(())
    }

    fn config_url(&self) -> Url {
        let mut url = self.place.integration.clone();
        url.path_segments_mut()
            .expect("a place has http addresses")
            .push("config");
        url
    }
}

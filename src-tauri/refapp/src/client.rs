//! The two calls.

use model::{Failure, PostingId, RefappPlace, Secret};

use crate::{Error, Event, Form, Values};

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

/// A 2xx that was read to its end: the check has been started.
pub struct Accepted {
    /// The start of the answer, whose content is not published (`refapp-api.md §3.5`). It may hold anything,
    /// personal data included; nothing is needed from it.
    pub answer: Option<String>,
}

/// A client for one account token.
#[derive(Clone)]
pub struct Client {}

#[allow(unused_variables, clippy::todo, clippy::unused_async)]
impl Client {
    /// `company` is the company UUID, where Refapp gave one (`refapp-api.md §1`).
    ///
    /// # Errors
    /// `REF-TOKEN` if no token can look like this; `APP-INTERNAL` if TLS cannot be set up on this computer.
    pub fn new(
        place: RefappPlace,
        token: &Secret,
        company: Option<String>,
    ) -> Result<Self, Failure> {
        todo!()
    }
    pub async fn form(&self, query: &FormQuery) -> Result<Form, Error> {
        todo!()
    }
    pub async fn send(&self, event: &Event) -> Result<Accepted, Error> {
        todo!()
    }
}

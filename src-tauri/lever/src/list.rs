//! Lists: pages, and where the next one begins (`lever-api.md §5`).

use std::collections::HashSet;

use http_client::{Answer, Kind};
use model::Millis;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use crate::client::Client;
use crate::{Call, Error};

/// Lists with more pages than this have no end: 100 rows a page.
const MOST_PAGES: usize = 1_000;
/// How often a list may move on under its token before we give up.
const MOST_RESTARTS: usize = 3;

/// Lever's `next`: opaque, given back as it came. It is encoded once by Lever and once more by the query.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Offset(String);

impl Offset {
    pub(crate) fn append_to(&self, url: &mut Url) {
        url.query_pairs_mut().append_pair("offset", &self.0);
    }
}

/// One page of a list.
#[derive(Clone)]
pub struct Page<T> {
    pub rows: Vec<T>,
    /// The next page; `None` after the last.
    pub next: Option<Offset>,
    /// Lever's clock at the time of the answer, to the second (`reliability.md` rule 10).
    pub date: Option<Millis>,
}

/// `hasNext` has to be there: a page without it is a page that was cut, never the last one (`reliability.md` rule 9).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<T> {
    data: Vec<T>,
    has_next: bool,
    next: Option<String>,
}

impl<T: DeserializeOwned> Page<T> {
    pub(crate) fn read(answer: &Answer) -> Result<Self, Kind> {
        let envelope: Envelope<T> = answer.json()?;
        let next = match (envelope.has_next, envelope.next) {
            (false, _) => None,
            (true, Some(next)) if !next.is_empty() => Some(Offset(next)),
            (true, _) => return Err(Kind::Garbage),
        };
        Ok(Self {
            rows: envelope.data,
            next,
            date: answer.date(),
        })
    }
}

impl Client {
    async fn page<T: DeserializeOwned>(
        &self,
        call: Call,
        list: &Url,
        offset: Option<&Offset>,
    ) -> Result<Page<T>, Error> {
        let mut url = list.clone();
        if let Some(offset) = offset {
            offset.append_to(&mut url);
        }
        let answer = self.read(call, url).await?;
        Page::read(&answer).map_err(|kind| Error::new(call, kind))
    }

    /// All pages. Rows that move while they are read may come twice: the first counts. If the token goes stale, the
    /// list is read again from the start.
    pub(crate) async fn all<T: DeserializeOwned>(
        &self,
        call: Call,
        list: &Url,
        id: impl Fn(&T) -> &str,
    ) -> Result<Vec<T>, Error> {
        let (mut rows, mut seen, mut offset, mut restarts) = (Vec::new(), HashSet::new(), None, 0);
        for _ in 0..MOST_PAGES {
            match self.page::<T>(call, list, offset.as_ref()).await {
                Ok(page) => {
                    for row in page.rows {
                        if seen.insert(id(&row).to_owned()) {
                            rows.push(row);
                        }
                    }
                    match page.next {
                        None => return Ok(rows),
                        Some(next) if offset.as_ref() == Some(&next) => {
                            return Err(Error::new(call, Kind::Garbage));
                        }
                        next => offset = next,
                    }
                }
                Err(error) if error.is_stale_offset() && offset.is_some() && restarts < MOST_RESTARTS => {
                    restarts += 1;
                    offset = None;
                    rows.clear();
                    seen.clear();
                }
                Err(error) => return Err(error),
            }
        }
        Err(Error::new(call, Kind::TooLarge))
    }
}

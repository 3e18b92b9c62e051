//! Lists: pages, and where the next one begins (`lever-api.md §5`).

use std::collections::HashSet;

use http_client::Kind;
use model::Millis;
use model::sabotage::{self, Control};
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
pub(crate) struct Offset(String);

impl Offset {
    fn append_to(&self, url: &mut Url) {
        url.query_pairs_mut().append_pair("offset", &self.0);
    }
}

/// A whole list.
#[derive(Clone)]
pub struct List<T> {
    /// Each row once.
    pub rows: Vec<T>,
    /// Lever's clock when the first page was answered, to the second (`reliability.md` rule 10).
    pub date: Option<Millis>,
}

/// One page of a list.
pub(crate) struct Page<T> {
    pub(crate) rows: Vec<T>,
    /// The next page; `None` after the last.
    pub(crate) next: Option<Offset>,
    date: Option<Millis>,
}

/// How the pages of a list are asked for.
#[derive(Clone, Copy)]
pub(crate) enum Rows {
    Plain,
    /// With `expand=applications`, where the key may do that.
    Expanded,
}

/// `hasNext` has to be there: a page without it is a page that was cut, never the last one (`reliability.md` rule 9).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Envelope<T> {
    data: Vec<T>,
    has_next: bool,
    next: Option<String>,
}

impl<T> Page<T> {
    pub(crate) fn of(envelope: Envelope<T>, date: Option<Millis>) -> Result<Self, Kind> {
        let next = match (envelope.has_next, envelope.next) {
            (false, _) => None,
            (true, Some(next)) if !next.is_empty() => Some(Offset(next)),
            (true, _) => return Err(Kind::Garbage),
        };
        Ok(Self {
            rows: envelope.data,
            next,
            date,
        })
    }
}

impl Client {
    async fn page<T: DeserializeOwned>(
        &self,
        call: Call,
        list: &Url,
        rows: Rows,
        offset: Option<&Offset>,
    ) -> Result<Page<T>, Error> {
        let mut url = list.clone();
        if let Some(offset) = offset {
            offset.append_to(&mut url);
        }
        let answer = match rows {
            Rows::Plain => self.read(call, url).await?,
            Rows::Expanded => self.read_expanded(call, url).await?,
        };
        match answer.json().and_then(|envelope| Page::of(envelope, answer.date())) {
            Err(_) if sabotage::is(Control::TrustPages) => Ok(Page {
                rows: Vec::new(),
                next: None,
                date: answer.date(),
            }),
            page => page.map_err(|kind| Error::new(call, kind)),
        }
    }

    /// All rows of a list.
    pub(crate) async fn all<T: DeserializeOwned>(
        &self,
        call: Call,
        list: &Url,
        id: impl Fn(&T) -> &str,
    ) -> Result<Vec<T>, Error> {
        self.list(call, list, Rows::Plain, id).await.map(|list| list.rows)
    }

    /// All pages. Rows that move while they are read may come twice: the first counts. If the token goes stale, the
    /// list is read again from the start.
    pub(crate) async fn list<T: DeserializeOwned>(
        &self,
        call: Call,
        list: &Url,
        how: Rows,
        id: impl Fn(&T) -> &str,
    ) -> Result<List<T>, Error> {
        let (mut rows, mut seen, mut offset, mut restarts) = (Vec::new(), HashSet::new(), None, 0);
        let mut date = None;
        for _ in 0..MOST_PAGES {
            match self.page::<T>(call, list, how, offset.as_ref()).await {
                Ok(page) => {
                    date = date.or(page.date);
                    for row in page.rows {
                        if seen.insert(id(&row).to_owned()) {
                            rows.push(row);
                        }
                    }
                    match page.next {
                        None => return Ok(List { rows, date }),
                        Some(next) if offset.as_ref() == Some(&next) => {
                            return Err(Error::new(call, Kind::Garbage));
                        }
                        next => offset = next,
                    }
                }
                Err(error) if error.is_stale_offset() && offset.is_some() && restarts < MOST_RESTARTS => {
                    restarts += 1;
                    (offset, date) = (None, None);
                    rows.clear();
                    seen.clear();
                }
                Err(error) => return Err(error),
            }
        }
        Err(Error::new(call, Kind::TooLarge))
    }
}

//! An answer that was read to its end.

use std::time::{Duration, SystemTime};

use model::Millis;
use reqwest::header::{DATE, HeaderMap, LOCATION, RETRY_AFTER};
use serde::de::DeserializeOwned;
use url::Url;

use crate::{Kind, Message};

/// A complete answer, whatever its status.
pub struct Answer {
    pub(crate) url: Url,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The status as a number.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The whole body.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// 2xx, or the kind of failure that the status is.
    ///
    /// # Errors
    /// Every status that is not 2xx.
    pub fn success(&self) -> Result<&Self, Kind> {
        match self.status {
            200..=299 => Ok(self),
            status => Err(Kind::of_status(status, self.message(), self.retry_after())),
        }
    }

    /// The body as JSON. The content type is not asked: HTML does not parse, and JSON under a wrong name is JSON.
    ///
    /// # Errors
    /// [`Kind::Garbage`]. What the parser says is dropped, as it may quote the body.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Kind> {
        serde_json::from_slice(&self.body).map_err(|_| Kind::Garbage)
    }

    /// `message` of a JSON body, as both APIs have it (`lever-api.md §3`, `refapp-api.md §2.6`), else its start.
    pub fn message(&self) -> Message {
        let json: Option<serde_json::Value> = self.json().ok();
        match json.as_ref().and_then(|body| body["message"].as_str()) {
            Some(text) => Message::new(text),
            None => Message::new(&String::from_utf8_lossy(&self.body[..self.body.len().min(1_000)])),
        }
    }

    /// `Retry-After`, in seconds or as a date; a date is measured by the other side's own clock, and says nothing
    /// without one.
    pub fn retry_after(&self) -> Option<Duration> {
        let text = self.headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
        if let Ok(seconds) = text.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let until = httpdate::parse_http_date(text).ok()?;
        Some(until.duration_since(self.clock()?).unwrap_or_default())
    }

    /// The other side's clock: its `Date` header, to the second.
    pub fn date(&self) -> Option<Millis> {
        let since = self.clock()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        i64::try_from(since.as_millis()).ok().map(Millis)
    }

    /// Where a redirect leads, made absolute.
    pub fn location(&self) -> Option<Url> {
        self.url.join(self.headers.get(LOCATION)?.to_str().ok()?).ok()
    }

    fn clock(&self) -> Option<SystemTime> {
        httpdate::parse_http_date(self.headers.get(DATE)?.to_str().ok()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(headers: &[(&'static str, &'static str)], body: &str) -> Answer {
        Answer {
            url: "http://127.0.0.1/v1/stages".parse().expect("an address"),
            status: 429,
            headers: headers
                .iter()
                .map(|(name, value)| {
                    let value = value.parse().expect("a header value");
                    (name.parse().expect("a header name"), value)
                })
                .collect(),
            body: body.into(),
        }
    }

    #[test]
    fn retry_after_is_read_in_seconds_and_as_a_date() {
        let seconds = answer(&[("retry-after", " 7")], "");
        assert_eq!(seconds.retry_after(), Some(Duration::from_secs(7)));
        let date = answer(
            &[
                ("date", "Sun, 06 Nov 1994 08:49:37 GMT"),
                ("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT"),
            ],
            "",
        );
        assert_eq!(date.retry_after(), Some(Duration::from_secs(30)));
        assert_eq!(date.date(), Some(Millis(784_111_777_000)));
        for bad in ["", "-1", "soon", "Sun, 06 Nov 1994 08:50:07 GMT"] {
            assert_eq!(answer(&[("retry-after", bad)], "").retry_after(), None);
        }
    }

    #[test]
    fn the_message_is_that_of_the_envelope_or_the_start_of_the_body() {
        let envelope = answer(&[], r#"{"code":"BadRequestError","message":"No such user"}"#);
        assert_eq!(envelope.message().as_str(), "No such user");
        assert_eq!(answer(&[], "<h1>Oh</h1>").message().as_str(), "<h1>Oh</h1>");
    }

    #[test]
    fn a_location_may_be_relative() {
        let location = answer(&[("location", "/v2/stages")], "").location();
        assert_eq!(location.expect("an address").as_str(), "http://127.0.0.1/v2/stages");
    }
}

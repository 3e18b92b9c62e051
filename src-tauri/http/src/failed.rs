//! How a call failed, by what the failure says about its effect.

use std::fmt;
use std::time::Duration;

use model::Failure;

/// What is known of the effect of a write that failed (`reliability.md` rule 6).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// Certainly not applied: it may be tried again.
    NotApplied,
    /// Perhaps applied. Only an effect that may happen twice may be tried again.
    Unknown,
}

/// How a call failed.
///
/// It carries no address, no header and no body, so it can be logged: a query may hold an e-mail address. The one
/// text of the other side is a [`Message`], which does not print.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Kind {
    /// 401.
    #[error("not authorised")]
    Unauthorized,
    /// 403.
    #[error("forbidden")]
    Forbidden,
    /// 404 or 410.
    #[error("not found")]
    NotFound,
    /// 400, or another 4xx that has no kind of its own.
    #[error("refused with status {status}")]
    BadRequest { status: u16, message: Message },
    /// 429, for longer than the call could wait.
    #[error("rate limited")]
    RateLimited { retry_after: Option<Duration> },
    /// 408, 409 or 425: an answer that does not say whether the request was carried out.
    #[error("no telling, status {0}")]
    Ambiguous(u16),
    /// 5xx.
    #[error("server error, status {0}")]
    Server(u16),
    /// A redirect that was not followed.
    #[error("redirected with status {0}")]
    Redirect(u16),
    /// The answer did not come, or did not end, in time.
    #[error("timed out")]
    TimedOut,
    /// No connection came about: name, route, refusal, TLS, or all that in time. Not a byte of the request was sent.
    #[error("unreachable")]
    Unreachable,
    /// The same, because of a certificate that nobody whom this computer trusts vouches for.
    #[error("certificate of an unknown issuer")]
    Untrusted,
    /// The connection broke after the request had begun, before the answer had ended.
    #[error("connection cut")]
    Cut,
    /// A complete answer with a status of success that is not what the contract says.
    #[error("unreadable answer")]
    Garbage,
    /// An answer above the cap, or a list without end.
    #[error("answer too large")]
    TooLarge,
    /// The grant behind the access token is dead: a person has to authorise again. Renewable grants only.
    #[error("grant revoked or expired")]
    Revoked,
    /// The place where a renewed credential is kept failed, so nothing was sent. Renewable grants only.
    #[error("secret store: {0}")]
    SecretStore(Failure),
}

impl Kind {
    /// The kind of a status that is no success. `message` is what [`crate::Answer::message`] found.
    pub fn of_status(status: u16, message: Message, retry_after: Option<Duration>) -> Self {
        match status {
            401 => Self::Unauthorized,
            403 => Self::Forbidden,
            404 | 410 => Self::NotFound,
            408 | 409 | 425 => Self::Ambiguous(status),
            429 => Self::RateLimited { retry_after },
            300..=399 => Self::Redirect(status),
            400..=499 => Self::BadRequest { status, message },
            500..=599 => Self::Server(status),
            _ => Self::Garbage,
        }
    }

    /// What is known of a write that failed like this (`reliability.md` rule 6).
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Unauthorized
            | Self::Forbidden
            | Self::NotFound
            | Self::BadRequest { .. }
            | Self::RateLimited { .. }
            | Self::Unreachable
            | Self::Untrusted
            | Self::Revoked
            | Self::SecretStore(_) => Outcome::NotApplied,
            Self::Ambiguous(_)
            | Self::Server(_)
            | Self::Redirect(_)
            | Self::TimedOut
            | Self::Cut
            | Self::Garbage
            | Self::TooLarge => Outcome::Unknown,
        }
    }
}

/// Words of the other side: its `message`, or the start of its answer. At most 200 characters, for the screen only.
/// It may quote what was sent, personal data included, so it does not print.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Message(String);

impl Message {
    const LENGTH: usize = 200;

    /// The first 200 characters, line breaks and other control characters as spaces.
    pub fn new(text: &str) -> Self {
        let plain = |c: char| if c.is_control() { ' ' } else { c };
        Self(text.trim().chars().take(Self::LENGTH).map(plain).collect())
    }

    /// The same without these, whatever their case: what is kept must not quote what was sent of a person.
    #[must_use]
    pub fn without<'p>(self, personal: impl IntoIterator<Item = &'p str>) -> Self {
        let personal = personal
            .into_iter()
            .map(str::trim)
            .filter(|part| part.chars().count() > 1);
        Self(personal.fold(self.0, |words, part| {
            let (lower, part) = (words.to_lowercase(), part.to_lowercase());
            // Lower case may have another length in a few scripts: then nothing of the words is kept.
            match (lower.contains(&part), lower.len() == words.len()) {
                (false, _) => words,
                (true, true) => {
                    let mut kept = String::new();
                    let mut from = 0;
                    for (at, found) in lower.match_indices(&part) {
                        kept.push_str(words.get(from..at).unwrap_or_default());
                        kept.push('…');
                        from = at + found.len();
                    }
                    kept + words.get(from..).unwrap_or_default()
                }
                (true, false) => "…".to_owned(),
            }
        }))
    }

    /// The words, for a screen that shows them as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Message({} characters)", self.0.chars().count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16) -> Kind {
        Kind::of_status(status, Message::default(), None)
    }

    #[test]
    fn every_status_has_the_outcome_that_the_rules_give_it() {
        for status in 300..600 {
            let expected = match status {
                300..=399 | 408 | 409 | 425 | 500.. => Outcome::Unknown,
                _ => Outcome::NotApplied,
            };
            assert_eq!(of(status).outcome(), expected, "{status}");
        }
        for kind in [Kind::TimedOut, Kind::Cut, Kind::Garbage, Kind::TooLarge] {
            assert_eq!(kind.outcome(), Outcome::Unknown, "{kind}");
        }
        for kind in [Kind::Unreachable, Kind::Untrusted] {
            assert_eq!(kind.outcome(), Outcome::NotApplied, "{kind}");
        }
    }

    #[test]
    fn what_was_sent_of_a_person_is_taken_out_of_the_words_of_the_other_side() {
        let words = Message::new("\"KIM.Berg@example.com\" (Kim Berg) is not valid; Åsa is fine");
        let kept = words.without(["kim.berg@example.com", "Kim Berg", "åsa", "", " "]);
        assert_eq!(kept.as_str(), "\"…\" (…) is not valid; … is fine");
        let odd = Message::new("İpek is not valid").without(["İpek"]);
        assert!(!odd.as_str().contains("pek"), "{}", odd.as_str());
    }

    #[test]
    fn the_words_of_the_other_side_are_bounded_and_do_not_print() {
        let message = Message::new(&format!("kim.berg@example.com\r\n{}", "å".repeat(500)));
        assert_eq!(message.as_str().chars().count(), 200);
        assert!(!message.as_str().contains('\n'));
        let kind = Kind::of_status(422, message, None);
        assert!(!format!("{kind} {kind:?}").contains("kim"), "{kind:?}");
    }
}

//! What a person hands in for a dry run: a candidate or an event.

use model::{Code, Failure, OpportunityId};
use url::Url;

use crate::delivery::Delivery;

/// Longer than any id that was seen.
const LONGEST: usize = 100;

pub(crate) enum Subject {
    Opportunity(OpportunityId),
    /// Of the form in which Lever sends it; whether it is genuine is another question.
    Event(Delivery),
}

impl Subject {
    /// Reads an opportunity's id, the address of its page at Lever (`lever-api.md §10`), or an event as JSON.
    ///
    /// # Errors
    /// `APP-SUBJECT` if it is none of them.
    pub fn read(text: &str) -> Result<Self, Failure> {
        let text = text.trim();
        let subject = if text.starts_with('{') {
            Delivery::parse(text.as_bytes()).map(Self::Event)
        } else {
            let id = if text.contains("://") {
                of_address(text)
            } else {
                Some(text.to_owned())
            };
            id.filter(|id| is_id(id)).map(|id| Self::Opportunity(OpportunityId(id)))
        };
        subject.ok_or_else(|| Failure::new(Code::AppSubject))
    }
}

/// `…/candidates/<opportunity>`, whatever follows.
fn of_address(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let mut parts = url.path_segments()?;
    parts.find(|part| *part == "candidates")?;
    parts.next().map(str::to_owned)
}

fn is_id(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    !text.is_empty() && text.len() <= LONGEST && text.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn opportunity(text: &str) -> Option<String> {
        match Subject::read(text) {
            Ok(Subject::Opportunity(id)) => Some(id.0),
            _ => None,
        }
    }

    #[test]
    fn an_id_and_the_address_of_its_page_mean_the_same_candidate() {
        let id = "69168fc1-fff7-413d-96fc-df860b1ab892";
        for text in [
            id.to_owned(),
            format!("  {id}\n"),
            format!("https://hire.lever.co/candidates/{id}"),
            format!("https://hire.eu.lever.co/candidates/{id}?origin=applied#notes"),
            format!("https://hire.sandbox.lever.co/candidates/{id}/profile"),
        ] {
            assert_eq!(opportunity(&text).as_deref(), Some(id), "{text}");
        }
    }

    #[test]
    fn an_event_is_read_in_the_form_in_which_lever_sends_it() {
        // lever-api.md §8.3
        let event = r#"{"triggeredAt":1772618523118,"event":"candidateStageChange","data":{"opportunityId":"o"},
            "signature":"s","token":"t"}"#;
        assert!(matches!(Subject::read(event), Ok(Subject::Event(_))));
    }

    #[test]
    fn what_is_neither_is_refused() {
        for text in [
            "",
            "Kim Berg",
            "{}",
            "{\"event\":1}",
            "https://hire.lever.co/candidates",
            "https://hire.lever.co/candidates/",
            "https://hire.lever.co/search/application/ee8f6454",
            "https://hire.lever.co/candidates/a%2Fb",
            "a/../b",
        ] {
            assert_eq!(
                Subject::read(text).err().map(|failure| failure.code),
                Some(Code::AppSubject),
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn whatever_is_pasted_an_id_never_leads_elsewhere(text in ".*") {
            if let Some(id) = opportunity(&text) {
                prop_assert!(!id.contains(['/', '?', '#', '%', '.']));
            }
        }
    }
}

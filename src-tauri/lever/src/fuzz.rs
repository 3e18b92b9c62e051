//! The bodies of the fuzz targets `page` and `deep_link`. Built for tests and for cargo-fuzz only (`fuzz/README.md`).

use model::{DataCentre, Millis, Place};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use crate::list::{Envelope, Page};
use crate::oauth::{Return, begin, read_return};
use crate::{resource, wire};

/// Any bytes as a page of each list: it counts only whole (`reliability.md` rule 9), with each row as it stands there.
pub fn page(body: &[u8]) {
    read::<wire::Opportunity>(body, |row| {
        let bare = row.bare_applications();
        let opportunity = resource::Opportunity::from(row);
        let known = matches!(opportunity.applications, resource::Applications::Known(_));
        assert!(
            bare.is_empty() || !known,
            "an application that was not read is no known one"
        );
        opportunity.id.0
    });
    read::<wire::Posting>(body, |row| resource::Posting::from(row).id.0);
    read::<wire::User>(body, |row| resource::User::from(row).id.0);
    read::<wire::Note>(body, |row| resource::Note::from(row).id.0);
    read::<wire::Webhook>(body, |row| resource::Webhook::from(row).id.0);
    read::<wire::Stage>(body, |row| resource::Stage::from(row).id.0);
}

fn read<T: DeserializeOwned>(body: &[u8], id: impl Fn(T) -> String) {
    let Ok(envelope) = serde_json::from_slice::<Envelope<T>>(body) else {
        return;
    };
    let Ok(page) = Page::of(envelope, None) else {
        return;
    };
    // A number that is too big for a `Value`, in a field that nobody reads, is no reason to refuse a page.
    let Ok(json) = serde_json::from_slice::<Value>(body) else {
        return;
    };
    let more = json["hasNext"].as_bool().expect("a page without hasNext was read");
    assert_eq!(page.next.is_some(), more);
    assert!(!more || json["next"].as_str().is_some_and(|next| !next.is_empty()));
    let rows = json["data"].as_array().expect("a page without rows was read");
    assert_eq!(page.rows.len(), rows.len());
    for (row, json) in page.rows.into_iter().zip(rows) {
        assert_eq!(Some(id(row).as_str()), json["id"].as_str());
    }
}

/// Any text as the address that a browser comes back with; `STATE` stands for the state of the attempt that waits for
/// it. A code is taken from the exact redirect address only, with that state, and with every parameter once.
pub fn deep_link(text: &[u8]) {
    let Ok(text) = str::from_utf8(text) else {
        return;
    };
    let redirect = Url::parse("com.refapp.lever://oauth/us").expect("an address");
    let now = Millis(1_772_438_400_000);
    let attempt = begin(&Place::Real.lever(DataCentre::Us), "client", &[], &redirect, now);
    let mut pairs = attempt.url().query_pairs();
    let (_, state) = pairs.find(|(name, _)| name == "state").expect("a state");
    let Ok(url) = Url::parse(&text.replace("STATE", &state)) else {
        return;
    };
    if let Ok(Return::Granted { code }) = read_return(&attempt, &url, now) {
        assert!(!code.is_empty());
        let shown = url.as_str();
        let (address, query) = shown.split_once('?').expect("an answer without a query was taken");
        assert_eq!(address, redirect.as_str());
        assert!(query.contains(&*state), "taken without the state of the attempt");
        let mut names: Vec<_> = url.query_pairs().map(|(name, _)| name).collect();
        let given = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), given, "taken with a parameter that came twice");
    }
    let late = Millis(now.0 + 600_001);
    assert!(read_return(&attempt, &url, late).is_err(), "taken after ten minutes");
}

#[cfg(test)]
#[path = "../../../fuzz/replay.rs"]
mod replay;

#[cfg(test)]
mod tests {
    use super::replay::replay;

    #[test]
    fn the_kept_pages_do_no_harm() {
        replay("page", super::page);
    }

    #[test]
    fn the_kept_deep_links_do_no_harm() {
        replay("deep_link", super::deep_link);
    }
}

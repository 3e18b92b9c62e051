//! What Refapp PUTs to our update address (`refapp-api.md §4`).

use std::collections::BTreeSet;

use model::{Progress, WireStatus};
use percent_encoding::percent_decode_str;
use serde_json::Value as Json;
use url::Url;

/// One update. Deliberately not in it: `summary` and `details`, which may hold personal text, `criteria`, and the
/// candidate's own submission page, which nobody else may see.
#[derive(Clone, PartialEq, Debug)]
pub struct Update {
    /// `partner-result.id` as it came.
    pub result_id: String,
    pub progress: Progress,
}

/// Not an update.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadUpdate {
    #[error("not JSON")]
    NotJson,
    #[error("no id")]
    NoId,
    #[error("no attributes")]
    NoAttributes,
}

/// The path of submission pages. Such a link is dropped wherever it stands (`refapp-api.md §4`).
const SUBMISSION: &str = "reference-entry";
/// Codes of warnings are short words; more or longer ones are not kept.
const WARNINGS: usize = 32;
const WARNING: usize = 64;

/// Reads an update: the bare object or `{"data": …}` (`refapp-api.md §6`). Apart from the id everything is read
/// tolerantly: an unknown status is unknown, `null` is absent, what has the wrong shape is left out. Only links that
/// `may_open` are kept.
///
/// # Errors
/// [`BadUpdate`]. Nesting is bounded by the parser, the size by whoever received it.
pub fn parse_update(body: &[u8], may_open: impl Fn(&Url) -> bool) -> Result<Update, BadUpdate> {
    let json: Json = serde_json::from_slice(body).map_err(|_| BadUpdate::NotJson)?;
    let update = match &json["data"] {
        data @ Json::Object(_) if json["attributes"].is_null() => data,
        _ => &json,
    };
    let result_id = update["id"]
        .as_str()
        .map(str::trim)
        .filter(|id| !id.is_empty())
        .ok_or(BadUpdate::NoId)?;
    let attributes = &update["attributes"];
    if !attributes.is_object() {
        return Err(BadUpdate::NoAttributes);
    }
    Ok(Update {
        result_id: result_id.to_owned(),
        progress: progress(attributes, may_open),
    })
}

fn progress(attributes: &Json, may_open: impl Fn(&Url) -> bool) -> Progress {
    let links = Links {
        submission: &attributes["candidateSubmissionPageLink"]["url"],
        may_open,
    };
    let assessment = &attributes["assessment"];
    Progress {
        status: status(&attributes["status"]),
        total: count(&assessment["total"]),
        remaining_to_submit: count(&assessment["remainingToSubmit"]),
        completed: count(&assessment["completed"]),
        declined: count(&assessment["declined"]),
        warnings: warnings(&assessment["fraudWarnings"]),
        report_url: links
            .keep(&attributes["url"])
            .or_else(|| links.attached(attributes, "report-url")),
        candidate_url: links
            .keep(&attributes["candidateLink"]["url"])
            .or_else(|| links.attached(attributes, "candidate-url")),
    }
}

fn status(json: &Json) -> WireStatus {
    match json.as_str().unwrap_or_default() {
        "sending" => WireStatus::Sending,
        "sent" => WireStatus::Sent,
        "pending" => WireStatus::Pending,
        "completed" => WireStatus::Completed,
        "failed" => WireStatus::Failed,
        _ => WireStatus::Unknown,
    }
}

/// A whole number that is not negative, also as a text or with an empty fraction.
fn count(json: &Json) -> Option<u32> {
    let number = match json {
        Json::Number(number) => number.as_f64()?,
        Json::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    let is_count = number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number);
    // In range and whole, so the cast is exact.
    is_count.then_some(number as u32)
}

fn warnings(json: &Json) -> BTreeSet<String> {
    json.as_array()
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
        .map(str::trim)
        .filter(|code| !code.is_empty() && code.len() <= WARNING)
        .take(WARNINGS)
        .map(str::to_owned)
        .collect()
}

struct Links<'a, F> {
    /// The candidate's own page in this update, whatever it looks like.
    submission: &'a Json,
    may_open: F,
}

impl<F: Fn(&Url) -> bool> Links<'_, F> {
    fn attached(&self, attributes: &Json, kind: &str) -> Option<String> {
        attributes["attachments"]
            .as_array()?
            .iter()
            .filter(|attachment| attachment["type"] == kind)
            .find_map(|attachment| self.keep(&attachment["url"]))
    }

    fn keep(&self, json: &Json) -> Option<String> {
        let url = Url::parse(json.as_str()?.trim()).ok()?;
        let submission = self.submission.as_str().map(str::trim).map(Url::parse);
        let is_submission = is_submission(&url) || submission == Some(Ok(url.clone()));
        ((self.may_open)(&url) && !is_submission).then(|| url.into())
    }
}

/// However it is written: servers decode escapes and many do not mind case.
fn is_submission(url: &Url) -> bool {
    let mut text = url.as_str().to_lowercase();
    // Twice: an escape may itself be escaped, in a query for one.
    for _ in 0..2 {
        text = percent_decode_str(&text).decode_utf8_lossy().to_lowercase();
    }
    text.contains(SUBMISSION)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn parse(json: &Json) -> Result<Update, BadUpdate> {
        parse_update(json.to_string().as_bytes(), |url| {
            url.scheme() == "https" && url.host_str() == Some("app.refapp.se")
        })
    }

    /// The second example of `refapp-api.md §4`.
    fn finished() -> Json {
        json!({
          "type": "partner-results",
          "id": "b5d5e8a3-6cc6-4f3d-b09f-6a453fba8475",
          "attributes": {
            "status": "completed",
            "summary": "All references received from Planted Person",
            "url": "https://app.refapp.se/report/uEg9PkBx",
            "candidateLink": {"url": "https://app.refapp.se/candidate/x0N1AzXX", "description": "Candidate in Refapp",
                              "type": "candidate-url"},
            "candidateSubmissionPageLink": {"url": "https://app.refapp.se/reference-entry/x0N1AzXX"},
            "assessment": {"type": "reference-check", "score": 100, "total": 3, "remainingToSubmit": 0,
                           "completed": 3, "declined": 0, "fraudWarnings": ["same-ip-address"]},
            "attachments": [{"url": "https://app.refapp.se/report/uEg9PkBx", "description": "Report",
                             "type": "report-url"}],
            "criteria": {"background-check": "clear", "reference-score": 82},
            "details": {"Result": "Planted detail", "Breakdown": {"Answered": "3", "Declined": "0"}}
          }
        })
    }

    #[test]
    fn the_example_of_the_contract_is_read_with_and_without_wrapper() {
        let expected = Update {
            result_id: "b5d5e8a3-6cc6-4f3d-b09f-6a453fba8475".to_owned(),
            progress: Progress {
                status: WireStatus::Completed,
                total: Some(3),
                remaining_to_submit: Some(0),
                completed: Some(3),
                declined: Some(0),
                warnings: BTreeSet::from(["same-ip-address".to_owned()]),
                report_url: Some("https://app.refapp.se/report/uEg9PkBx".to_owned()),
                candidate_url: Some("https://app.refapp.se/candidate/x0N1AzXX".to_owned()),
            },
        };
        assert_eq!(parse(&finished()), Ok(expected.clone()));
        assert_eq!(parse(&json!({"data": finished()})), Ok(expected));
    }

    #[test]
    fn texts_for_people_and_the_submission_page_are_not_kept() {
        let update = format!("{:?}", parse(&finished()).unwrap());
        for planted in ["Planted", "reference-entry", "clear"] {
            assert!(!update.contains(planted), "{update}");
        }
    }

    #[test]
    fn the_submission_page_is_dropped_wherever_it_hides() {
        for hidden in [
            "https://app.refapp.se/reference-entry/x0N1AzXX",
            "https://app.refapp.se/Reference%2DEntry/x0N1AzXX",
            "https://app.refapp.se/go?to=%2Freference%252Dentry%2Fx",
            "https://app.refapp.se/own-page",
        ] {
            let mut json = finished();
            let attributes = &mut json["attributes"];
            attributes["candidateSubmissionPageLink"]["url"] = json!("https://app.refapp.se/own-page");
            attributes["url"] = json!(hidden);
            attributes["candidateLink"]["url"] = json!(hidden);
            attributes["attachments"] = json!([
                {"url": hidden, "type": "report-url"}, {"url": hidden, "type": "candidate-url"}
            ]);
            let progress = parse(&json).unwrap().progress;
            assert_eq!(progress.report_url, None, "{hidden}");
            assert_eq!(progress.candidate_url, None, "{hidden}");
        }
    }

    #[test]
    fn links_come_from_attachments_too_and_only_to_known_hosts() {
        let mut json = finished();
        let attributes = &mut json["attributes"];
        attributes["url"] = json!("https://evil.example/report/1");
        attributes["candidateLink"] = json!(null);
        attributes["attachments"] = json!([
            {"url": "javascript:alert(1)", "type": "report-url"},
            {"url": "https://app.refapp.se/pdf", "type": "report-pdf-data"},
            {"url": "https://app.refapp.se/report/2", "type": "report-url"},
            {"url": "https://app.refapp.se/candidate/2", "type": "candidate-url"}
        ]);
        let progress = parse(&json).unwrap().progress;
        assert_eq!(progress.report_url.as_deref(), Some("https://app.refapp.se/report/2"));
        assert_eq!(
            progress.candidate_url.as_deref(),
            Some("https://app.refapp.se/candidate/2")
        );
    }

    #[test]
    fn counts_are_tolerant_of_how_a_number_is_written_and_of_nothing_else() {
        for (json, expected) in [
            (json!(3), Some(3)),
            (json!(3.0), Some(3)),
            (json!(" 3 "), Some(3)),
            (json!(0), Some(0)),
            (json!(-1), None),
            (json!(2.5), None),
            (json!("NaN"), None),
            (json!("inf"), None),
            (json!("three"), None),
            (json!(1e99), None),
            (json!(null), None),
            (json!([3]), None),
        ] {
            assert_eq!(count(&json), expected, "{json}");
        }
    }

    #[test]
    fn what_is_unknown_or_null_is_no_failure() {
        let update = parse(&json!({"id": "r", "attributes": {
            "status": "archived", "summary": null, "assessment": {"fraudWarnings": ["new-code", 7, null, ""]},
            "attachments": null, "candidateLink": "https://app.refapp.se/candidate/1"
        }}))
        .unwrap();
        assert_eq!(update.progress.status, WireStatus::Unknown);
        assert_eq!(update.progress.warnings, BTreeSet::from(["new-code".to_owned()]));
        assert!(!update.progress.has_counts());
        let bare = parse(&json!({"id": "r", "attributes": {}})).unwrap();
        assert_eq!(bare.progress.status, WireStatus::Unknown);
    }

    #[test]
    fn d03_what_is_no_update_is_refused() {
        for (body, expected) in [
            ("", BadUpdate::NotJson),
            ("<html>", BadUpdate::NotJson),
            ("null", BadUpdate::NoId),
            ("[]", BadUpdate::NoId),
            (r#"{"data":[]}"#, BadUpdate::NoId),
            (r#"{"id":" ","attributes":{}}"#, BadUpdate::NoId),
            (r#"{"id":"r"}"#, BadUpdate::NoAttributes),
            (r#"{"id":"r","attributes":[]}"#, BadUpdate::NoAttributes),
        ] {
            assert_eq!(parse_update(body.as_bytes(), |_| true), Err(expected), "{body}");
        }
        let deep = "[".repeat(100_000);
        assert_eq!(parse_update(deep.as_bytes(), |_| true), Err(BadUpdate::NotJson));
    }

    fn any_json() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            any::<f64>().prop_map(Json::from),
            "\\PC{0,12}".prop_map(Json::from),
            Just(json!("https://app.refapp.se/reference-entry/1")),
            Just(json!("https://app.refapp.se/report/1")),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            let key = prop_oneof![
                Just("url".to_owned()),
                Just("candidateLink".to_owned()),
                Just("attachments".to_owned()),
                Just("assessment".to_owned()),
                Just("fraudWarnings".to_owned()),
                Just("total".to_owned()),
                Just("type".to_owned()),
                Just("data".to_owned()),
            ];
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
                prop::collection::btree_map(key, inner, 0..6).prop_map(|map| Json::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn no_bytes_panic(body in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = parse_update(&body, |_| true);
        }

        #[test]
        fn no_json_panics_and_no_submission_page_gets_through(attributes in any_json()) {
            let is_object = attributes.is_object();
            let update = parse(&json!({"id": "r", "attributes": attributes}));
            prop_assert_eq!(update.is_ok(), is_object);
            if let Ok(update) = update {
                let shown = format!("{update:?}");
                prop_assert!(!shown.contains("reference-entry"), "{}", shown);
            }
        }
    }
}

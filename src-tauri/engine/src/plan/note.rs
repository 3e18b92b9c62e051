//! The note in Lever (`rules.md` 12): status, answered of expected, links, and a short reference. No name, no address,
//! no free text from Refapp. English, like the tags: a team may speak both languages.

use model::{Check, Code, Failure, Language, Phase, Status, derive, explain};

/// The note's text.
pub fn text(check: &Check) -> String {
    text_with(check, &check.reference())
}

/// The same with another reference: of a check that is not made yet nobody knows it.
pub fn text_with(check: &Check, reference: &str) -> String {
    let (status, _) = derive(check);
    let mut lines = Vec::new();
    let counts = match (check.answered(), check.progress.total) {
        (Some(answered), Some(total)) if status != Status::NeedsAttention => {
            let declined = match check.progress.declined {
                Some(declined) if declined > 0 => format!(", {declined} declined"),
                _ => String::new(),
            };
            format!(" ({answered} of {total} answered{declined})")
        }
        _ => String::new(),
    };
    lines.push(format!("Refapp: {}{counts}", status.tag()));
    if let Phase::Parked(reason) = &check.phase {
        let failure = match reason.code() {
            // Tags are Lever's own words; everything else that a reason carries may be Refapp's.
            Code::TagStale | Code::TagMulti => reason.failure(),
            code => Failure::new(code),
        };
        let entry = explain(&failure, Language::En);
        lines.push(entry.what);
        lines.push(entry.mend);
    }
    if let Some(url) = &check.progress.report_url {
        lines.push(format!("Report: {url}"));
    }
    if let Some(url) = &check.progress.candidate_url {
        lines.push(format!("Candidate in Refapp: {url}"));
    }
    lines.push(reference_line(reference));
    lines.join("\n")
}

/// Whether a note's text is one of ours about the check with this reference.
pub fn is_of(text: &str, reference: &str) -> bool {
    text.starts_with("Refapp: ") && text.trim_end().ends_with(&reference_line(reference))
}

fn reference_line(reference: &str) -> String {
    format!("Reference: {reference}")
}

//! The subcommands' answers as text for a terminal.

use std::fmt::Write;

use api::{
    Changed, Channel, CheckDetail, CheckRow, ConnectionReport, ConnectionView, EventReport, Finding, Happening,
    OauthState, Overview, Reach, RightView, TemplateReport,
};
use model::{
    AuditedOwner, AuditedTemplate, Code, DAY, Entry, Grade, HOUR, MINUTE, Millis, Mode, PostingAudit, RightState,
    TemplateBy,
};
use serde::Serialize;

use crate::doctor::Diagnosis;
use crate::trouble::told;

/// Names come from Lever and from people: what would steer a terminal is taken out.
pub fn clean(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

/// An enum of the API as words: `waiting-for-referees` reads `waiting for referees`.
pub fn words<T: Serialize>(value: T) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or("?").replace('-', " ")
}

fn when(time: Option<Millis>) -> String {
    time.map_or_else(|| "never".to_owned(), |time| time.to_string())
}

fn age(since: Millis, now: Millis) -> String {
    match now.since(since).max(0) {
        span if span >= 2 * DAY => format!("{} d", span / DAY),
        span if span >= 2 * HOUR => format!("{} h", span / HOUR),
        span => format!("{} min", span / MINUTE),
    }
}

macro_rules! line {
    ($out:expr, $($text:tt)*) => {
        writeln!($out, $($text)*).expect("writing to a String does not fail")
    };
}

/// `named` are the connections of the configuration file.
pub fn overview(overview: &Overview, named: &[String]) -> String {
    let mut out = format!("Refapp for Lever {}\n", overview.version);
    out += &findings(&overview.findings);
    for view in &overview.connections {
        out += &connection(view, named.contains(&view.name));
    }
    out
}

fn connection(view: &ConnectionView, is_named: bool) -> String {
    let mut out = String::new();
    let data_centre = view.data_centre.map_or("no data centre", |centre| centre.word());
    let absent = if is_named { "" } else { "not in the file, " };
    line!(
        out,
        "\n{} ({data_centre}): {absent}{}",
        clean(&view.name),
        words(view.health)
    );
    line!(out, "  {}", clean(&view.read_out.en));
    line!(out, "  last verified   {}", when(view.last_verified));
    if view.mode == Mode::Integration {
        line!(out, "  stage changes   {}", channel(&view.stage_changes));
        line!(out, "  status updates  {}", channel(&view.status_updates));
        let stage = view
            .settings
            .trigger_stage
            .as_ref()
            .map_or("not known yet".to_owned(), |stage| clean(&stage.text));
        line!(out, "  trigger stage   {stage}");
    }
    let counts = view.counts;
    line!(
        out,
        "  checks          {} to act on, {} running ({} of them queued), {} completed, {} events waiting",
        counts.needs_attention,
        counts.running,
        counts.queued,
        counts.completed,
        counts.waiting
    );
    if let OauthState::InBrowser { url, .. } = &view.setup.lever.oauth {
        line!(
            out,
            "  consent         open this address in a browser as Lever Super Admin:\n    {url}"
        );
    }
    out + &findings(&view.findings)
}

fn channel(channel: &Channel) -> String {
    let mut out = words(channel.state);
    if let Some(away) = channel.turned_away {
        let times = if away.times == 1 {
            "once"
        } else {
            &format!("{} times", away.times)
        };
        out += &format!(
            " since {}, {times}, last at {}; last taken {}",
            away.since,
            away.last,
            when(channel.last)
        );
    } else if let Some(last) = channel.last {
        out += &format!(", last {last}");
    } else if let Some(since) = channel.since {
        out += &format!(", since {since}");
    }
    if let Some(away) = &channel.away {
        out += &format!(", not reached from {} to {}", away.from, away.to);
    }
    if let Some(failure) = &channel.failure {
        out += &format!(": {}", told(failure));
    }
    out
}

pub fn findings(findings: &[Finding]) -> String {
    let mut out = String::new();
    for finding in findings {
        let mark = match (finding.stops, finding.passes) {
            (true, false) => "stops",
            (true, true) => "waits",
            (false, _) => "note",
        };
        line!(
            out,
            "  [{mark}] {} (who: {}; since {})",
            told(&finding.failure),
            words(finding.owner),
            finding.since
        );
    }
    out
}

/// What `doctor` has found.
pub fn diagnosis(diagnosis: &Diagnosis) -> String {
    let mut out = String::new();
    match &diagnosis.diagnostics {
        Some(diagnostics) => {
            let app = &diagnostics.app;
            line!(
                out,
                "Refapp for Lever {} on {}",
                clean(&app.version),
                clean(&app.system)
            );
            for report in &diagnostics.connections {
                out += &report_of(report);
            }
            out.push('\n');
        }
        None => line!(out, "No server is running with this configuration. Checked without it:"),
    }
    for one in &diagnosis.findings {
        let mark = match (one.stops, one.unproven) {
            (true, _) => "stops",
            (false, true) => "not known yet",
            (false, false) => "note",
        };
        let of = one.connection.as_deref().map(|name| format!("{}: ", clean(name)));
        line!(
            out,
            "[{mark}] {}{}  {}",
            of.unwrap_or_default(),
            one.failure.code,
            clean(&one.title)
        );
        for text in [&one.what, &one.why, &one.mend] {
            line!(out, "  {}", clean(text));
        }
        let since = one.since.map(|since| format!("; since {since}")).unwrap_or_default();
        let worked = one
            .worked
            .map(|worked| format!("; last worked {worked}"))
            .unwrap_or_default();
        line!(out, "  (who: {}{since}{worked})", words(one.owner));
    }
    if diagnosis.findings.is_empty() {
        line!(out, "Nothing wrong was found.");
    }
    if let Some(diagnostics) = &diagnosis.diagnostics {
        out += &failures(&diagnostics.events);
    }
    out
}

/// So many failures of the last events are printed; `--json` has every event.
const FAILURES: usize = 10;

fn failures(events: &[EventReport]) -> String {
    let mut out = String::new();
    for event in events.iter().filter(|event| event.is_failure()).take(FAILURES) {
        if out.is_empty() {
            line!(out, "\nWhat failed last, the newest first:");
        }
        let what = match &event.what {
            Happening::Found { code } => format!("began  {code}"),
            Happening::Step { step, code, right, .. } => {
                let code = code.map(|code| format!("  {code}")).unwrap_or_default();
                let right = right.as_deref().map(|right| format!("  {right}")).unwrap_or_default();
                format!("{}{code}{right}", words(step))
            }
            // What came in and what was mended is no failure.
            Happening::Webhook { .. } | Happening::Update { .. } | Happening::Mended { .. } => continue,
        };
        let about = event.opportunity.as_deref().unwrap_or_default();
        line!(out, "  {}  {}  {what}  {about}", event.at, clean(&event.connection));
    }
    out
}

fn report_of(report: &ConnectionReport) -> String {
    let mut out = String::new();
    line!(out, "\n{}", clean(&report.read_out.en));
    if let Some(way) = report.way_in {
        line!(out, "  Lever through   {}", words(way));
    }
    let counts = report.counts;
    line!(
        out,
        "  checks          {} queued, {} running in Refapp, {} to act on, {} completed",
        counts.queued,
        counts.running.saturating_sub(counts.queued),
        counts.needs_attention,
        counts.completed
    );
    let required = || report.rights.iter().filter(|right| right.required);
    let proven = required().filter(|right| right.state == RightState::Proven).count();
    let missing: Vec<&str> = required()
        .filter(|right| right.state == RightState::Missing)
        .map(|right| right.label.as_str())
        .collect();
    line!(
        out,
        "  rights          {proven} of {} proven{}",
        required().count(),
        if missing.is_empty() {
            String::new()
        } else {
            format!("; missing: {}", missing.join(", "))
        }
    );
    let ways = [
        ("stage changes", &report.stage_changes),
        ("status updates", &report.status_updates),
    ];
    for (name, way) in ways {
        if let Some(way) = way {
            line!(out, "  {name:<15} {}", channel(way));
        }
    }
    if let Some(host) = report.stage_changes.as_ref().and_then(|way| way.address.as_ref()) {
        line!(out, "  called at       {}", clean(host));
    }
    for (name, reach) in [("Lever", &report.lever), ("Refapp", &report.refapp)] {
        if let Some(reach) = reach {
            line!(out, "  {name:<15} {}", reached(reach));
        }
    }
    out
}

fn reached(reach: &Reach) -> String {
    let mut out = clean(&reach.host);
    if let Some(proxy) = &reach.proxy {
        out += &format!(", by the proxy {}", clean(proxy));
    }
    match reach.clock_seconds {
        Some(seconds) => out + &format!(", our clock {seconds:+} s"),
        None => out,
    }
}

/// A page of the error dictionary.
pub fn entry(code: Code, entry: &Entry) -> String {
    let mut out = String::new();
    line!(out, "{code}  {}", entry.title);
    for text in [&entry.what, &entry.why, &entry.mend] {
        line!(out, "  {text}");
    }
    line!(out, "  (who: {})", words(code.owner()));
    out
}

/// What somebody changed in Lever of what the app wrote there.
fn changed_by_hand(changed: &Changed) -> String {
    let gone = changed.tag_gone.as_ref().map(|tag| format!("{} is gone", clean(tag)));
    let added = changed.tags_added.iter().map(|tag| format!("{} was added", clean(tag)));
    let note = changed.note_gone.then(|| "the note is gone".to_owned());
    gone.into_iter().chain(added).chain(note).collect::<Vec<_>>().join(", ")
}

pub fn checks(rows: &[CheckRow], now: Millis) -> String {
    let mut out = String::new();
    for row in rows {
        line!(
            out,
            "{}  {:<22} {:>7}  {} · {}{}",
            row.reference,
            row.status.tag(),
            age(row.active_at, now),
            clean(&row.candidate),
            clean(&row.posting_title),
            row.reason
                .as_ref()
                .map(|reason| format!(" · {}", reason.code))
                .unwrap_or_default()
        );
    }
    line!(out, "{} checks", rows.len());
    out
}

pub fn check(detail: &CheckDetail) -> String {
    let row = &detail.row;
    let mut out = String::new();
    line!(out, "{} · {}", clean(&row.candidate), clean(&row.posting_title));
    line!(out, "  reference    {}", row.reference);
    line!(out, "  id           {}", row.id);
    line!(out, "  opportunity  {}", clean(row.opportunity.as_str()));
    line!(out, "  status       {}", row.status.tag());
    line!(out, "  who acts     {}", words(row.who_acts));
    if let Some(expected) = row.expected {
        line!(out, "  answered     {} of {expected}", row.answered.unwrap_or(0));
    }
    if let Some(template) = &row.template {
        line!(out, "  template     {}", clean(template));
    }
    if let Some(reason) = &row.reason {
        line!(out, "  reason       {}", told(reason));
    }
    if let Some(hitch) = row.hitch {
        line!(out, "  in Lever     {}", told(&hitch.into()));
    }
    if let Some(changed) = &row.changed {
        line!(out, "  by hand      {}", changed_by_hand(changed));
    }
    let links = [
        ("Lever", &row.lever_url),
        ("candidate", &row.candidate_url),
        ("report", &row.report_url),
    ];
    for (name, link) in links {
        if let Some(link) = link {
            line!(out, "  {name:<12} {}", clean(link));
        }
    }
    if !row.decisions.is_empty() {
        let decisions: Vec<String> = row.decisions.iter().map(words).collect();
        line!(out, "  can be       {}", decisions.join(", "));
    }
    for entry in &detail.timeline {
        let params = entry
            .params
            .iter()
            .map(|(name, value)| format!("  {name}={}", clean(value)));
        line!(
            out,
            "  {}  {}{}",
            entry.at,
            words(entry.step),
            params.collect::<String>()
        );
    }
    out
}

pub fn templates(name: &str, report: &TemplateReport) -> String {
    let mut out = String::new();
    line!(
        out,
        "{}: {} added, {} removed, {} renamed, {} unchanged",
        clean(name),
        report.added.len(),
        report.removed.len(),
        report.renamed.len(),
        report.unchanged
    );
    for tag in &report.added {
        line!(out, "  + {}", clean(tag));
    }
    for tag in &report.removed {
        line!(out, "  - {}", clean(tag));
    }
    for renamed in &report.renamed {
        line!(out, "  ~ {} → {}", clean(&renamed.from), clean(&renamed.to));
    }
    for carried in &report.still_carried {
        line!(
            out,
            "  ! {} is still carried by {}",
            clean(&carried.tag),
            clean(&carried.by)
        );
    }
    if let Some(failure) = &report.not_seen {
        line!(
            out,
            "  what still carries a dead tag was not seen in full: {}",
            told(failure)
        );
    }
    out
}

pub fn audit(name: &str, audit: &PostingAudit) -> String {
    let mut out = String::new();
    let many = |grade| audit.postings.iter().filter(|posting| posting.grade == grade).count();
    line!(
        out,
        "{}: {} open postings, {} would stop checks, {} with a warning, {} fine",
        clean(name),
        audit.postings.len(),
        many(Grade::Stops),
        many(Grade::Warns),
        many(Grade::Fine)
    );
    for posting in &audit.postings {
        line!(out, "  [{}] {}", words(posting.grade), clean(&posting.title));
        let template = match &posting.template {
            AuditedTemplate::Parks { failure } => told(failure),
            AuditedTemplate::Chosen { name, by } => template(name.as_deref(), *by),
        };
        line!(out, "    template   {template}");
        let owner = match &posting.owner {
            AuditedOwner::Fine { name } => clean(name),
            AuditedOwner::WithoutEmail { name } => format!("{}, without an e-mail address", clean(name)),
            AuditedOwner::Deactivated { name } => format!("{}, deactivated", clean(name)),
            AuditedOwner::Nobody => "nobody".to_owned(),
            AuditedOwner::Unread { failure } => told(failure),
        };
        line!(out, "    owner      {owner}");
        if let Some(coverage) = posting.coverage {
            line!(out, "    questions  {}", words(coverage));
        }
    }
    if audit.left > 0 {
        line!(out, "  {} were not looked at", audit.left);
    }
    if let Some(failure) = &audit.failure {
        line!(out, "  it ended early: {}", told(failure));
    }
    out
}

/// Which template, and how it was chosen.
pub fn template(name: Option<&str>, by: TemplateBy) -> String {
    let name = name.map(clean).unwrap_or_default();
    match by {
        TemplateBy::Tag => format!("{name} (the posting's tag)"),
        TemplateBy::FormerName => format!("{name} (the posting's tag, by a former name)"),
        TemplateBy::Default => format!("{name} (the default of the settings)"),
        TemplateBy::Refapp => "Refapp's own default".to_owned(),
        TemplateBy::NotAsked => "none is asked for".to_owned(),
        TemplateBy::WithoutEffect => "none can be chosen any more; the posting's tag has no effect".to_owned(),
    }
}

pub fn rights(name: &str, rights: &[RightView]) -> String {
    let mut out = String::new();
    line!(out, "{}", clean(name));
    for required in [true, false] {
        line!(out, "  {}", if required { "required" } else { "optional" });
        for right in rights.iter().filter(|right| right.required == required) {
            let state = match right.state {
                RightState::Proven => "proven",
                RightState::Missing => "missing",
                RightState::NotProvableYet => "not provable yet",
            };
            let why = right
                .failure
                .as_ref()
                .map(|failure| format!("  {}", failure.code))
                .unwrap_or_default();
            line!(out, "    {:<26} {state}{why}", right.label);
        }
    }
    out
}

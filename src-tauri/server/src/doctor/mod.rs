//! `doctor`: what is wrong, worst first, with who can mend it and how. It changes nothing.
//!
//! Where a host runs, that one is asked: it knows. Where none does, what can be checked without it is ([`alone`]).

mod alone;

use std::path::Path;
use std::process::ExitCode;

use api::{ConnectionReport, Diagnostics, Finding, Health, Reply, Request};
use model::{About, Code, Failure, Language, Millis, Owner, WayIn, explain_by};
use serde::Serialize;

use crate::client::Client;
use crate::commands::{meant_by, show};
use crate::config::Config;
use crate::print;
use crate::trouble::Trouble;

/// What was found.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Diagnosis {
    /// Whether a host runs and was asked.
    pub server: bool,
    /// Worst first.
    pub findings: Vec<Ailment>,
    /// What the host says, with the connections in question.
    pub diagnostics: Option<Diagnostics>,
}

/// One thing that is wrong.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ailment {
    /// Of this connection; `None` if it concerns the host.
    pub connection: Option<String>,
    #[serde(flatten)]
    pub failure: Failure,
    pub owner: Owner,
    /// Something does not work until it is mended.
    pub stops: bool,
    /// Nobody knows yet whether it works.
    pub unproven: bool,
    pub since: Option<Millis>,
    /// When what it is about was last seen to work, where that is known.
    pub worked: Option<Millis>,
    pub title: String,
    pub what: String,
    pub why: String,
    pub mend: String,
}

impl Ailment {
    fn of(connection: Option<&str>, failure: Failure, stops: bool) -> Self {
        Self::by(connection, failure, stops, None)
    }

    /// `way`: how the connection reaches Lever, where that is known.
    fn by(connection: Option<&str>, failure: Failure, stops: bool, way: Option<WayIn>) -> Self {
        let entry = explain_by(&failure, About { way, ..About::SERVER }, Language::En);
        Self {
            connection: connection.map(str::to_owned),
            owner: failure.code.owner(),
            stops,
            unproven: failure.code.is_unproven(),
            failure,
            since: None,
            worked: None,
            title: entry.title,
            what: entry.what,
            why: entry.why,
            mend: entry.mend,
        }
    }

    fn found(connection: Option<&str>, finding: &Finding, way: Option<WayIn>) -> Self {
        Self {
            since: Some(finding.since),
            worked: finding.worked,
            ..Self::by(connection, finding.failure.clone(), finding.stops, way)
        }
    }
}

/// How it went, as an exit status.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Verdict {
    Fine,
    Stopped,
    /// The configuration is at fault.
    Misconfigured,
    NoServer,
    /// It works, and something is to be mended or not proven yet.
    Warned,
}

impl From<Verdict> for ExitCode {
    fn from(verdict: Verdict) -> Self {
        Self::from(match verdict {
            Verdict::Fine => 0,
            Verdict::Stopped => 1,
            Verdict::Misconfigured => 2,
            Verdict::NoServer => 3,
            Verdict::Warned => 4,
        })
    }
}

/// Looks, and prints what was found.
///
/// # Errors
/// `APP-NOT-FOUND` if there is no connection of that name; [`Trouble::Unreachable`] if a host runs and cannot be talked to.
pub fn run(file: &Path, only: Option<&str>, json: bool) -> Result<ExitCode, Trouble> {
    let diagnosis = match Config::read(file) {
        Ok(config) => match ask(&config, only) {
            Err(Trouble::NoServer) => alone::look(&config, only)?,
            asked => asked?,
        },
        Err(failure) => Diagnosis::alone(vec![Ailment::of(None, failure, true)]),
    };
    show(json, &diagnosis, || print::diagnosis(&diagnosis))?;
    Ok(diagnosis.verdict().into())
}

fn ask(config: &Config, only: Option<&str>) -> Result<Diagnosis, Trouble> {
    let client = Client::of(&config.data_dir)?;
    let Reply::TextFile(bundle) = client.ask(&Request::Diagnostics { connection: None })? else {
        return Err(Code::AppInternal.into());
    };
    let mut diagnostics = Diagnostics::read(&bundle.text, env!("CARGO_PKG_VERSION"))?;
    let meant = meant_by(config, only);
    diagnostics.connections.retain(|one| meant.contains(&one.name));
    diagnostics.events.retain(|event| meant.contains(&event.connection));
    if diagnostics.connections.is_empty() && only.is_some() {
        return Err(Code::AppNotFound.into());
    }
    Ok(Diagnosis::by_host(diagnostics))
}

impl Diagnosis {
    fn by_host(diagnostics: Diagnostics) -> Self {
        let of_host = diagnostics
            .findings
            .iter()
            .map(|finding| Ailment::found(None, finding, None));
        let of_connections = diagnostics.connections.iter().flat_map(ailments);
        Self {
            server: true,
            findings: worst_first(of_host.chain(of_connections).collect()),
            diagnostics: Some(diagnostics),
        }
    }

    fn alone(findings: Vec<Ailment>) -> Self {
        Self {
            server: false,
            findings: worst_first(findings),
            diagnostics: None,
        }
    }

    fn verdict(&self) -> Verdict {
        let stopping = || self.findings.iter().filter(|one| one.stops);
        if stopping().any(|one| one.failure.code == Code::AppConfig) {
            return Verdict::Misconfigured;
        }
        let stands = |health| matches!(health, Health::NotSetUp | Health::ActionNeeded | Health::Offline);
        let reports = || self.diagnostics.iter().flat_map(|diagnostics| &diagnostics.connections);
        if stopping().next().is_some() || reports().any(|one| stands(one.health)) {
            return Verdict::Stopped;
        }
        match self.server {
            false => Verdict::NoServer,
            true if self.findings.is_empty() && reports().all(|one| one.health == Health::Healthy) => Verdict::Fine,
            true => Verdict::Warned,
        }
    }
}

/// What is found of a connection, and what its ways in say of themselves.
fn ailments(report: &ConnectionReport) -> Vec<Ailment> {
    let name = Some(report.name.as_str());
    let mut ailments: Vec<Ailment> = report
        .findings
        .iter()
        .map(|finding| Ailment::found(name, finding, report.way_in))
        .collect();
    let channels = [&report.stage_changes, &report.status_updates];
    let channels = channels.into_iter().flatten();
    for failure in channels.filter_map(|channel| channel.failure.as_ref()) {
        if ailments.iter().all(|one| one.failure.code != failure.code) {
            ailments.push(Ailment::by(name, failure.clone(), false, report.way_in));
        }
    }
    ailments
}

fn worst_first(mut findings: Vec<Ailment>) -> Vec<Ailment> {
    findings.sort_by_key(|one| !one.stops);
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(failure: Failure, stops: bool) -> Vec<Ailment> {
        vec![Ailment::of(Some("Main"), failure, stops)]
    }

    #[test]
    fn without_a_host_the_status_tells_what_keeps_it_from_running_from_nothing_but_that_none_runs() {
        let verdict = |findings| Diagnosis::alone(findings).verdict();
        assert_eq!(verdict(Vec::new()), Verdict::NoServer);
        assert_eq!(verdict(found(Code::NetClock.into(), false)), Verdict::NoServer);
        assert_eq!(verdict(found(Code::LevUnreachable.into(), true)), Verdict::Stopped);
        assert_eq!(verdict(found(Code::AppConfig.into(), true)), Verdict::Misconfigured);
    }

    #[test]
    fn what_stops_comes_before_what_warns() {
        let findings = [
            found(Code::NetClock.into(), false),
            found(Code::AppLocked.into(), true),
            found(Code::LevWebhookOff.into(), false),
        ];
        let codes = Diagnosis::alone(findings.into_iter().flatten().collect()).findings;
        let codes: Vec<Code> = codes.iter().map(|one| one.failure.code).collect();
        assert_eq!(codes, [Code::AppLocked, Code::NetClock, Code::LevWebhookOff]);
    }
}

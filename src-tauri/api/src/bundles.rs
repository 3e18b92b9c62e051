//! The diagnostics of a host that runs: what is looked at. What they say is `diagnostics`' matter, and saving them
//! `text_file`'s.

use std::path::PathBuf;
use std::{env, fs};

use engine::{Engine, State, Surroundings, in_place};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{Code, ConnectionId, Failure, HostKind, Millis};

use crate::diagnostics::{AppFacts, EVENTS, Facts, Seen, make};
use crate::{ConnectionView, Overview, TextFile};

/// Which program it is.
pub enum Program {
    Desktop {
        /// Version of the web view that draws the window.
        web_view: Option<String>,
        /// Where the user looks for what was saved.
        downloads: Option<PathBuf>,
    },
    Headless {
        /// Where the subcommands fetch what was exported.
        exports: PathBuf,
    },
}

/// What never changes about the host.
pub(crate) struct Bundles {
    program: Program,
}

/// How many steps are looked through for the last ones of one connection.
const LOOKED_THROUGH: usize = 10 * EVENTS;

const PROXY_VARIABLES: [&str; 4] = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"];

impl Bundles {
    pub fn of(program: Program) -> Self {
        Self { program }
    }

    /// Makes the bundle, of one connection or of all.
    ///
    /// # Errors
    /// `APP-STORE` if the database cannot be read; `APP-NOT-FOUND` if there is no such connection.
    pub fn make(
        &self,
        engine: &Engine,
        surroundings: &dyn Surroundings,
        overview: Overview,
        only: Option<ConnectionId>,
        now: Millis,
    ) -> Result<TextFile, Failure> {
        let (told, arrived) = engine.happened(u32::try_from(LOOKED_THROUGH).unwrap_or(u32::MAX))?;
        let app = AppFacts {
            version: overview.version,
            practice: overview.practice.is_some(),
            system: in_place(system),
            architecture: env::consts::ARCH.to_owned(),
            host: match self.program {
                Program::Desktop { .. } => HostKind::Desktop,
                Program::Headless { .. } => HostKind::Headless,
            },
            web_view: match &self.program {
                Program::Desktop { web_view, .. } => web_view.clone(),
                Program::Headless { .. } => None,
            },
        };
        let facts = Facts {
            app,
            size: engine.size(),
            time_zone: TimeZone::system().iana_name().map(str::to_owned),
            proxy_variables: proxy_variables(),
            findings: overview.findings,
            told,
            arrived,
        };
        let states = engine.states();
        let views = overview.connections.into_iter();
        let seen: Vec<Seen> = views
            .filter(|view| only.is_none_or(|only| view.id == only))
            .filter_map(|view| {
                let state = states.iter().find(|state| state.record.id == view.id)?;
                Some(see(view, state, surroundings))
            })
            .collect();
        if only.is_some() && seen.is_empty() {
            return Err(Code::AppNotFound.into());
        }
        let local = Timestamp::from_millisecond(now.0).map_err(|_| Code::AppInternal)?;
        make(facts, &seen, &rand::random(), now)
            .bundle(&local.to_zoned(TimeZone::system()))
            .map_err(|_| Code::AppInternal.into())
    }
}

fn see(view: ConnectionView, state: &State, surroundings: &dyn Surroundings) -> Seen {
    let record = &state.record;
    let place = record
        .data_centre
        .and_then(|data_centre| Some((data_centre, surroundings.place(&record.name, data_centre).ok()?)));
    let side = |url: &url::Url| Some((url.host_str()?.to_owned(), http_client::proxy_for(url)));
    let lever = place
        .as_ref()
        .and_then(|(data_centre, place)| side(&place.lever(*data_centre).api));
    let refapp = place.as_ref().and_then(|(_, place)| {
        let place = place.refapp(record.refapp_url.as_deref()?).ok()?;
        side(&place.integration)
    });
    Seen {
        view,
        clocks: state.clocks,
        healthy_since: state.healthy_since,
        tally: state.tally.clone(),
        turns: state.turns.clone(),
        lever,
        refapp,
    }
}

/// Name and version of the operating system, as far as it says them in a file.
fn system() -> String {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let name = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="));
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let name = name.map_or(env::consts::OS, |name| name.trim_matches('"'));
    // Without what follows its number: that may name the computer's owner.
    let kernel = kernel.trim().split(['-', '+']).next().unwrap_or_default();
    format!("{name} {kernel}").trim_end().to_owned()
}

/// The names only: what they say may hold a password.
fn proxy_variables() -> Vec<String> {
    let names = PROXY_VARIABLES
        .into_iter()
        .flat_map(|name| [name.to_owned(), name.to_lowercase()]);
    names
        .filter(|name| env::var_os(name).is_some_and(|value| !value.is_empty()))
        .collect()
}

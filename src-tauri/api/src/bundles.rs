//! The diagnostics of a host that runs: what is looked at, what was shown last, and where that is saved.
//!
//! What is saved is what was shown, byte for byte: the text never comes back from the window, which so has no way to
//! write a file of its own making.

use std::env;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use engine::{Engine, State, Surroundings, in_place};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{Code, ConnectionId, Failure, Millis};

use crate::diagnostics::{AppFacts, Bundle, EVENTS, Facts, HostKind, Seen, make};
use crate::{ConnectionView, Overview};

/// Which program it is.
pub enum Program {
    Desktop {
        /// Version of the web view that draws the window.
        web_view: Option<String>,
        /// Where the user looks for what was saved.
        downloads: Option<PathBuf>,
    },
    Headless,
}

/// The bundle that was shown last, and what never changes about the host.
pub(crate) struct Bundles {
    program: Program,
    shown: Mutex<Option<Bundle>>,
}

/// How many steps are looked through for the last ones of one connection.
const LOOKED_THROUGH: usize = 10 * EVENTS;
/// How many files of one name are kept apart: one bundle a minute has a name of its own.
const MOST: u32 = 100;

const PROXY_VARIABLES: [&str; 4] = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"];

impl Bundles {
    pub fn of(program: Program) -> Self {
        Self {
            program,
            shown: Mutex::default(),
        }
    }

    /// Makes the bundle that is to be shown, of one connection or of all.
    ///
    /// # Errors
    /// `APP-STORE` if the database cannot be read; `APP-NOT-FOUND` if there is no such connection.
    pub fn show(
        &self,
        engine: &Engine,
        surroundings: &dyn Surroundings,
        overview: Overview,
        only: Option<ConnectionId>,
        now: Millis,
    ) -> Result<Bundle, Failure> {
        let (told, arrived) = engine.happened(u32::try_from(LOOKED_THROUGH).unwrap_or(u32::MAX))?;
        let app = AppFacts {
            version: overview.version,
            practice: overview.practice.is_some(),
            system: in_place(system),
            architecture: env::consts::ARCH.to_owned(),
            host: match self.program {
                Program::Desktop { .. } => HostKind::Desktop,
                Program::Headless => HostKind::Headless,
            },
            web_view: match &self.program {
                Program::Desktop { web_view, .. } => web_view.clone(),
                Program::Headless => None,
            },
        };
        let facts = Facts {
            app,
            size: engine.size(),
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
        let bundle = make(facts, &seen, &rand::random(), now)
            .bundle(&local.to_zoned(TimeZone::system()))
            .map_err(|_| Code::AppInternal)?;
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = Some(bundle.clone());
        Ok(bundle)
    }

    /// Saves what was shown last among the user's downloads. No other file is ever touched.
    ///
    /// # Errors
    /// `APP-NOT-NOW` if nothing was shown, or where nobody has downloads; `APP-SAVE`, `APP-DISK-FULL` or `APP-READ-ONLY`
    /// if it cannot be written.
    pub fn save(&self) -> Result<PathBuf, Failure> {
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (Program::Desktop { downloads, .. }, Some(bundle)) = (&self.program, shown) else {
            return Err(Code::AppNotNow.into());
        };
        let folder = downloads.as_deref().ok_or(Code::AppSave)?;
        in_place(|| write(folder, &bundle)).map_err(|error| {
            tracing::warn!(kind = %error.kind(), "the diagnostics could not be saved");
            Code::of_disk(error.kind()).unwrap_or(Code::AppSave).into()
        })
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
    format!("{name} {}", kernel.trim()).trim_end().to_owned()
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

/// Under its own name, or under one that is free.
fn write(folder: &Path, bundle: &Bundle) -> io::Result<PathBuf> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let stem = bundle.name.trim_end_matches(".json");
    let names = std::iter::once(bundle.name.clone()).chain((2..MOST).map(|number| format!("{stem}-{number}.json")));
    for path in names.map(|name| folder.join(name)) {
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Ok(mut file) => {
                let written = file.write_all(bundle.text.as_bytes()).and_then(|()| file.sync_all());
                if written.is_err() {
                    // Half of it is worse than nothing: somebody would send it.
                    let _ = fs::remove_file(&path);
                }
                return written.map(|()| path);
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn bundle(text: &str) -> Bundle {
        Bundle {
            name: "refapp-lever-diagnostics-2026-11-26-1002.json".to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn a_bundle_is_written_for_its_owner_alone_and_never_over_another_file() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("Downloads");
        let first = write(&folder, &bundle("first")).unwrap();
        let second = write(&folder, &bundle("second")).unwrap();
        assert_eq!(first.file_name().unwrap(), bundle("").name.as_str());
        assert_eq!(
            second.file_name().unwrap(),
            "refapp-lever-diagnostics-2026-11-26-1002-2.json"
        );
        assert_eq!(fs::read_to_string(&first).unwrap(), "first");
        assert_eq!(fs::read_to_string(&second).unwrap(), "second");
        assert_eq!(first.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn nothing_is_saved_before_it_was_shown_nor_by_a_host_without_downloads() {
        let home = tempfile::tempdir().unwrap();
        let desktop = |downloads| {
            Bundles::of(Program::Desktop {
                web_view: None,
                downloads,
            })
        };
        let unseen = desktop(Some(home.path().to_owned()));
        assert_eq!(unseen.save(), Err(Code::AppNotNow.into()));
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);

        let nowhere = desktop(None);
        let file = home.path().join("file");
        fs::write(&file, "not a folder").unwrap();
        let blocked = desktop(Some(file));
        let headless = Bundles::of(Program::Headless);
        for (bundles, code) in [
            (nowhere, Code::AppSave),
            (blocked, Code::AppSave),
            (headless, Code::AppNotNow),
        ] {
            *bundles.shown.lock().unwrap() = Some(bundle("text"));
            assert_eq!(bundles.save(), Err(code.into()));
        }
    }
}

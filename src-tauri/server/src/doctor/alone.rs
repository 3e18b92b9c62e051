//! What can be checked where no host runs: its files, its folder, the network, the clock. Credentials are not sent.

use std::fs::{self, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::Path;

use http_client::{Kind, knock};
use model::{Clock, Code, Failure, MINUTE, Millis};
use url::Url;

use super::{Ailment, Diagnosis};
use crate::config::{Config, Connection};
use crate::trouble::Trouble;

/// As the host itself takes it.
const OFF: i64 = 2 * MINUTE;

/// Looks.
///
/// # Errors
/// `APP-NOT-FOUND` if there is no connection of that name.
pub fn look(config: &Config, only: Option<&str>) -> Result<Diagnosis, Trouble> {
    let is_meant = |one: &&Connection| only.is_none_or(|only| one.name == only);
    let meant: Vec<&Connection> = config.connections.iter().filter(is_meant).collect();
    if meant.is_empty() && only.is_some() {
        return Err(Code::AppNotFound.into());
    }
    let mut findings: Vec<Ailment> = folder(&config.data_dir)
        .err()
        .map(|failure| Ailment::of(None, failure, true))
        .into_iter()
        .collect();
    for connection in &meant {
        findings.extend(secrets(connection));
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|_| Code::AppInternal)?;
    findings.extend(runtime.block_on(network(&meant)));
    Ok(Diagnosis::alone(findings))
}

/// Whether the host could have the data directory, and write into it.
fn folder(data_dir: &Path) -> Result<(), Failure> {
    let of_disk = |error: io::Error| Failure::from(Code::of_disk(error.kind()).unwrap_or(Code::AppStore));
    match fs::metadata(data_dir) {
        Ok(found) if found.is_dir() => {}
        Ok(_) => return Err(Code::AppStore.into()),
        // The host makes it.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(of_disk(error)),
    }
    let lock = OpenOptions::new().write(true).open(data_dir.join("lock"));
    // It is let go at once; a host that starts meanwhile tries again, as whoever watches over it sees to.
    if let Ok(lock) = lock
        && matches!(lock.try_lock(), Err(TryLockError::WouldBlock))
    {
        return Err(Code::AppLocked.into());
    }
    let trial = data_dir.join("doctor");
    let made = OpenOptions::new().write(true).create_new(true).open(&trial);
    made.map_err(of_disk)?;
    fs::remove_file(&trial).map_err(of_disk)
}

fn secrets(connection: &Connection) -> Vec<Ailment> {
    let name = Some(connection.name.as_str());
    let mut ailments = Vec::new();
    for file in connection.secret_files() {
        if let Err(failure) = file.read() {
            ailments.push(Ailment::of(name, failure, true));
        }
        if let Some(mode) = file.too_open() {
            let problem = format!("others than its owner can use it (mode {mode:o}): set its mode to 600");
            let failure = Failure::new(Code::AppConfig)
                .with("where", file.path.display())
                .with("problem", problem);
            ailments.push(Ailment::of(name, failure, false));
        }
    }
    ailments
}

async fn network(connections: &[&Connection]) -> Vec<Ailment> {
    let mut ailments = Vec::new();
    let mut off = Vec::new();
    for connection in connections {
        let lever = connection.place.lever(connection.data_centre).api;
        let refapp = connection
            .refapp_url()
            .and_then(|url| connection.place.refapp(url).ok());
        let sides = [
            (Some(lever), Code::LevUnreachable),
            (refapp.map(|refapp| refapp.integration), Code::RefUnreachable),
        ];
        for (url, unreachable) in sides {
            let Some(url) = url else { continue };
            match reached(&url, unreachable).await {
                Ok(theirs) => off.extend(theirs.map(|theirs| Clock::system().now().since(theirs))),
                Err(failure) => ailments.push(Ailment::of(Some(&connection.name), failure, true)),
            }
        }
    }
    // The one that is nearest to ours is believed, as by the host.
    if let Some(least) = off.into_iter().map(i64::abs).min()
        && least > OFF
    {
        let minutes = (least + MINUTE / 2) / MINUTE;
        let failure = Failure::new(Code::NetClock).with("minutes", minutes);
        ailments.push(Ailment::of(None, failure, false));
    }
    ailments
}

/// Whether somebody answers there, and what their clock shows.
async fn reached(url: &Url, unreachable: Code) -> Result<Option<Millis>, Failure> {
    match knock(url).await {
        Ok(theirs) => Ok(theirs),
        Err(Kind::Untrusted) => Err(Code::NetProxy.into()),
        Err(_) => Err(unreachable.into()),
    }
}

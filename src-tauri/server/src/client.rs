//! The subcommands' end of the control socket.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::path::Path;
use std::time::Duration;

use api::{CheckRow, CheckWindow, Overview, Reply, Request};
use model::{Code, ConnectionId};

use crate::control::{Address, Answer};
use crate::trouble::Trouble;

/// The host may itself wait for Lever, whose rate limit can make a proof of rights long.
const PATIENCE: Duration = Duration::from_secs(600);
/// Bytes of an answer.
const ANSWER: u64 = 64 << 20;
/// Rows of checks asked for at once.
const WINDOW: u32 = 500;

/// A host that runs, as seen from a subcommand.
pub struct Client {
    address: Address,
}

impl Client {
    /// # Errors
    /// [`Trouble::NoServer`] if there is no data directory yet.
    pub fn of(data_dir: &Path) -> Result<Self, Trouble> {
        let address = Address::of(data_dir).map_err(|_| Trouble::NoServer)?;
        Ok(Self { address })
    }

    /// Asks one thing.
    ///
    /// # Errors
    /// [`Trouble::NoServer`], or what the host answers.
    pub fn ask(&self, request: &Request) -> Result<Reply, Trouble> {
        match self.exchange(request) {
            Ok(answer) => Result::from(answer).map_err(Trouble::Failed),
            Err(error) => Err(match error.kind() {
                // Reset or cut: it was there, and has just stopped.
                ErrorKind::NotFound
                | ErrorKind::ConnectionRefused
                | ErrorKind::ConnectionReset
                | ErrorKind::BrokenPipe
                | ErrorKind::UnexpectedEof => Trouble::NoServer,
                kind => Trouble::Unreachable(kind),
            }),
        }
    }

    fn exchange(&self, request: &Request) -> io::Result<Answer> {
        let mut stream = self.address.connect()?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut line = serde_json::to_vec(request)?;
        line.push(b'\n');
        stream.write_all(&line)?;
        let mut answer = Vec::new();
        BufReader::new(stream).take(ANSWER).read_until(b'\n', &mut answer)?;
        if !answer.ends_with(b"\n") {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        Ok(serde_json::from_slice(&answer)?)
    }

    /// # Errors
    /// As [`Client::ask`].
    pub fn overview(&self) -> Result<Overview, Trouble> {
        match self.ask(&Request::Overview)? {
            Reply::Overview(overview) => Ok(*overview),
            _ => Err(Code::AppInternal.into()),
        }
    }

    /// Every check of a connection.
    ///
    /// # Errors
    /// As [`Client::ask`].
    pub fn checks(&self, connection: ConnectionId) -> Result<Vec<CheckRow>, Trouble> {
        let mut rows: Vec<CheckRow> = Vec::new();
        let mut offset = 0;
        loop {
            let reply = self.ask(&Request::Checks {
                connection,
                look: model::Look::default(),
                offset,
                limit: WINDOW,
                anchor: None,
            })?;
            let Reply::CheckWindow(CheckWindow { rows: found, total, .. }) = reply else {
                return Err(Code::AppInternal.into());
            };
            offset += u32::try_from(found.len()).unwrap_or(u32::MAX);
            let is_last = found.is_empty() || offset >= total;
            for row in found {
                // Rows move between two windows: one may come twice.
                if !rows.iter().rev().take(WINDOW as usize).any(|known| known.id == row.id) {
                    rows.push(row);
                }
            }
            if is_last {
                return Ok(rows);
            }
        }
    }
}

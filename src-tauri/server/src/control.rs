//! The control socket: how the subcommands reach the host that runs.
//!
//! A Unix socket in the data directory, mode 0600, and only its owner (or root) is answered. One connection, one
//! line each way: a [`Request`] as JSON, then an [`Answer`] as JSON. It is the list that the window has, no more.

use std::fs::{self, File, Permissions};
use std::future::Future;
use std::io::{self, ErrorKind};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener as StdListener, UnixStream as StdStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use api::{Reply, Request};
use model::{Code, Failure};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// Bytes of a request's line. The longest carries a list of checks to decide about.
const LINE: u64 = 1 << 20;
/// For a client to send its line, and to take the answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Clients at a time; more wait.
const CLIENTS: usize = 16;
/// After an accept that failed.
const PAUSE: Duration = Duration::from_millis(200);

/// The host's line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    Reply(Reply),
    Failure(Failure),
}

impl From<Answer> for Result<Reply, Failure> {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Reply(reply) => Ok(reply),
            Answer::Failure(failure) => Err(failure),
        }
    }
}

/// Where a data directory's socket is. A socket's address holds 108 bytes at most; a longer path is reached through
/// the open directory, where the system offers that.
pub struct Address {
    path: PathBuf,
    _folder: Option<File>,
}

impl Address {
    /// # Errors
    /// The data directory is not there.
    pub fn of(data_dir: &Path) -> io::Result<Self> {
        let path = data_dir.join("control.sock");
        if path.as_os_str().len() <= 100 || !cfg!(target_os = "linux") {
            return Ok(Self { path, _folder: None });
        }
        let folder = File::open(data_dir)?;
        let path = PathBuf::from(format!("/proc/self/fd/{}/control.sock", folder.as_raw_fd()));
        Ok(Self {
            path,
            _folder: Some(folder),
        })
    }

    /// # Errors
    /// `NotFound` or `ConnectionRefused` if nobody answers there.
    pub fn connect(&self) -> io::Result<StdStream> {
        StdStream::connect(&self.path)
    }
}

/// The open socket. Its file is removed when it is dropped.
pub struct Control {
    listener: UnixListener,
    address: Address,
    owner: u32,
}

impl Control {
    /// Opens the socket. A file that an earlier process left is replaced, if nobody answers there.
    ///
    /// # Errors
    /// `APP-LOCKED` if somebody answers, `APP-STORE` if there can be no socket.
    pub fn open(data_dir: &Path) -> Result<Self, Failure> {
        let unusable = |error: io::Error| {
            tracing::error!(kind = %error.kind(), "the control socket cannot be opened");
            Failure::from(Code::AppStore)
        };
        let address = Address::of(data_dir).map_err(unusable)?;
        match address.connect() {
            Ok(_) => return Err(Code::AppLocked.into()),
            // Connecting to a plain file is refused as well: only a socket is ever removed.
            Err(error) if error.kind() == ErrorKind::ConnectionRefused && is_socket(&address.path) => {
                fs::remove_file(&address.path).map_err(unusable)?;
            }
            // Not there; or something else is there, which `bind` then says.
            Err(_) => {}
        }
        let open = || {
            let listener = StdListener::bind(&address.path)?;
            fs::set_permissions(&address.path, Permissions::from_mode(0o600))?;
            listener.set_nonblocking(true)?;
            Ok((UnixListener::from_std(listener)?, fs::metadata(&address.path)?.uid()))
        };
        let (listener, owner) = open().map_err(unusable)?;
        Ok(Self {
            listener,
            address,
            owner,
        })
    }

    /// Answers until it is dropped.
    pub async fn serve<A, R>(self, ask: A)
    where
        A: Fn(Request) -> R + Clone + Send + 'static,
        R: Future<Output = Result<Reply, Failure>> + Send,
    {
        let room = Arc::new(Semaphore::new(CLIENTS));
        let mut clients = JoinSet::new();
        loop {
            while clients.try_join_next().is_some() {}
            let permit = Arc::clone(&room)
                .acquire_owned()
                .await
                .expect("the semaphore is never closed");
            let Ok((stream, _)) = self.listener.accept().await else {
                sleep(PAUSE).await;
                continue;
            };
            // The mode keeps others out; this also covers the moment before it was set.
            let known = stream
                .peer_cred()
                .is_ok_and(|peer| peer.uid() == self.owner || peer.uid() == 0);
            if known {
                let ask = ask.clone();
                clients.spawn(async move {
                    // A client that went away is its own trouble.
                    let _ = client(stream, ask).await;
                    drop(permit);
                });
            }
        }
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.address.path);
    }
}

fn is_socket(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.file_type().is_socket())
}

async fn client<A, R>(stream: UnixStream, ask: A) -> io::Result<()>
where
    A: Fn(Request) -> R,
    R: Future<Output = Result<Reply, Failure>>,
{
    let (reading, mut writing) = stream.into_split();
    let mut line = Vec::new();
    let mut reader = BufReader::new(reading).take(LINE);
    timeout(PATIENCE, reader.read_until(b'\n', &mut line)).await??;
    let request = line
        .ends_with(b"\n")
        .then(|| serde_json::from_slice(&line).ok())
        .flatten();
    let answer = match request {
        Some(request) => ask(request).await,
        None => Err(Failure::new(Code::AppInput).with("field", "request")),
    };
    let mut line = serde_json::to_vec(&match answer {
        Ok(reply) => Answer::Reply(reply),
        Err(failure) => Answer::Failure(failure),
    })?;
    line.push(b'\n');
    timeout(PATIENCE, writing.write_all(&line)).await?
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::{Read, Write};

    use model::ConnectionId;
    use tempfile::TempDir;
    use uuid::Uuid;

    use super::*;

    fn talk(data_dir: &Path, line: &[u8]) -> String {
        let mut stream = Address::of(data_dir).unwrap().connect().unwrap();
        stream.write_all(line).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    async fn ask_over(data_dir: &Path, line: impl Into<Vec<u8>>) -> String {
        let (data_dir, line) = (data_dir.to_owned(), line.into());
        tokio::task::spawn_blocking(move || talk(&data_dir, &line))
            .await
            .unwrap()
    }

    async fn answers(request: Request) -> Result<Reply, Failure> {
        match request {
            Request::CreateConnection { name } if name == "a" => Ok(Reply::Connection(ConnectionId(Uuid::nil()))),
            Request::CreateConnection { .. } => Err(Failure::new(Code::AppInput).with("field", "name")),
            _ => Ok(Reply::Done),
        }
    }

    #[tokio::test]
    async fn one_line_each_way_speaks_the_list_of_the_window() {
        let dir = TempDir::new().unwrap();
        let control = Control::open(dir.path()).unwrap();
        let mode = fs::metadata(dir.path().join("control.sock"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        let served = tokio::spawn(control.serve(answers));
        let cases = [
            (
                r#"{"ask":"create-connection","name":"a"}"#,
                r#"{"reply":{"reply":"connection","value":"00000000-0000-0000-0000-000000000000"}}"#,
            ),
            (
                r#"{"ask":"create-connection","name":"b"}"#,
                r#"{"failure":{"code":"APP-INPUT","params":{"field":"name"}}}"#,
            ),
            (r#"{"ask":"overview"}"#, r#"{"reply":{"reply":"done"}}"#),
        ];
        for (request, answer) in cases {
            assert_eq!(
                ask_over(dir.path(), format!("{request}\n")).await,
                format!("{answer}\n")
            );
        }
        served.abort();
        assert!(served.await.unwrap_err().is_cancelled());
        assert!(!dir.path().join("control.sock").exists());
    }

    #[tokio::test]
    async fn what_is_no_request_is_refused_and_the_socket_goes_on() {
        let dir = TempDir::new().unwrap();
        let served = tokio::spawn(Control::open(dir.path()).unwrap().serve(answers));
        let refusal = "{\"failure\":{\"code\":\"APP-INPUT\",\"params\":{\"field\":\"request\"}}}\n";
        for line in ["\n", "{}\n", "not json\n", "{\"ask\":\"reboot\"}\n", "[[[[[[\n"] {
            assert_eq!(ask_over(dir.path(), line).await, refusal, "{line}");
        }
        assert!(ask_over(dir.path(), "{\"ask\":\"overview\"}\n").await.contains("done"));
        served.abort();
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_is_refused_without_being_read_to_its_end() {
        let dir = TempDir::new().unwrap();
        let served = tokio::spawn(Control::open(dir.path()).unwrap().serve(answers));
        let limit = usize::try_from(LINE).unwrap();
        assert!(ask_over(dir.path(), vec![b' '; limit]).await.contains("APP-INPUT"));
        served.abort();
    }

    #[tokio::test]
    async fn a_socket_that_somebody_answers_is_left_alone_and_one_that_nobody_does_is_replaced() {
        let dir = TempDir::new().unwrap();
        let first = Control::open(dir.path()).unwrap();
        let second = Control::open(dir.path()).err().expect("the first is there");
        assert_eq!(second.code, Code::AppLocked);
        drop(first);

        // As after a kill: the file is there, and nobody listens.
        drop(StdListener::bind(dir.path().join("control.sock")).unwrap());
        assert!(dir.path().join("control.sock").exists());
        let served = tokio::spawn(Control::open(dir.path()).unwrap().serve(answers));
        assert!(ask_over(dir.path(), "{\"ask\":\"overview\"}\n").await.contains("done"));
        served.abort();
    }

    #[tokio::test]
    async fn something_else_under_the_sockets_name_is_not_removed() {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("control.sock");
        fs::write(&path, "precious").unwrap();
        let opened = Control::open(dir.path()).err().expect("a file is in the way");
        assert_eq!(opened.code, Code::AppStore);
        assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_data_directory_with_a_long_name_has_a_socket_too() {
        let dir = TempDir::new().unwrap();
        let long = dir.path().join("n".repeat(120));
        fs::create_dir(&long).unwrap();
        let served = tokio::spawn(Control::open(&long).unwrap().serve(answers));
        assert!(ask_over(&long, "{\"ask\":\"overview\"}\n").await.contains("done"));
        served.abort();
        let _ = served.await;
        assert!(!long.join("control.sock").exists());
    }
}

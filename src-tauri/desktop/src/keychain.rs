//! The vault of the desktop app: the system's own keychain. There is no other place, and no fallback.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use engine::{SecretName, Vault};
use keyring::{Entry, Error};
use model::{Code, Failure, Secret};
use zeroize::Zeroizing;

/// A locked keychain may wait for its user for ever; we do not.
const PATIENCE: Duration = Duration::from_secs(5);

/// Entries of one service name in the system's keychain.
pub struct Keychain {
    service: &'static str,
    queue: Queue,
}

impl Keychain {
    /// Real connections' entries.
    pub fn real() -> Self {
        Self::of("com.refapp.lever")
    }

    /// Practice mode's entries, apart from the real ones.
    pub fn practice() -> Self {
        Self::of("com.refapp.lever.practice")
    }

    fn of(service: &'static str) -> Self {
        Self {
            service,
            queue: Queue::start(PATIENCE),
        }
    }

    /// Calls the keychain. An entry that is not there is no error.
    fn call<T: Send + 'static>(
        &self,
        name: &SecretName,
        work: impl FnOnce(&Entry) -> keyring::Result<T> + Send + 'static,
    ) -> Result<Option<T>, Failure> {
        let service = self.service;
        let user = name.to_string();
        let answer = self
            .queue
            .run(move || Entry::new(service, &user).and_then(|entry| work(&entry)));
        let reason = match answer {
            Some(Ok(value)) => return Ok(Some(value)),
            Some(Err(Error::NoEntry)) => return Ok(None),
            Some(Err(error)) => reason(&error),
            None => "no answer in time",
        };
        tracing::warn!(kind = name.kind.word(), reason, "the keychain failed");
        Err(Code::AppKeychain.into())
    }
}

impl Vault for Keychain {
    fn get(&self, name: &SecretName) -> Result<Option<Secret>, Failure> {
        let text = self.call(name, |entry| entry.get_password().map(Zeroizing::new))?;
        Ok(text.map(|text| Secret::new(&text)))
    }

    fn set(&self, name: &SecretName, secret: &Secret) -> Result<(), Failure> {
        let secret = secret.clone();
        self.call(name, move |entry| entry.set_password(secret.expose()))?;
        Ok(())
    }

    fn delete(&self, name: &SecretName) -> Result<(), Failure> {
        self.call(name, Entry::delete_credential)?;
        Ok(())
    }
}

/// A word for the log: the library's own text may quote what is stored.
fn reason(error: &Error) -> &'static str {
    match error {
        Error::NoDefaultStore => "missing",
        Error::NoStorageAccess(_) => "locked",
        Error::PlatformFailure(_) => "platform",
        Error::Ambiguous(_) => "ambiguous",
        Error::BadEncoding(_) => "encoding",
        Error::TooLong(_, _) => "too long",
        _ => "other",
    }
}

type Job = Box<dyn FnOnce() + Send>;

/// One call after the other, on a thread of its own, each with a bound. A call that has not begun when its bound is
/// over never begins: its caller has been told that it failed.
struct Queue {
    patience: Duration,
    jobs: mpsc::Sender<Job>,
}

impl Queue {
    fn start(patience: Duration) -> Self {
        let (jobs, queue) = mpsc::channel::<Job>();
        thread::Builder::new()
            .name("keychain".to_owned())
            .spawn(move || queue.into_iter().for_each(|job| job()))
            .expect("a thread can be started while the app starts");
        Self { patience, jobs }
    }

    /// What `work` returns, or `None` if that takes too long.
    fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let (answer, answered) = mpsc::sync_channel(1);
        let deadline = Instant::now() + self.patience;
        let job = move || {
            if Instant::now() < deadline {
                // The caller may have given up meanwhile.
                let _ = answer.send(work());
            }
        };
        self.jobs.send(Box::new(job)).ok()?;
        answered.recv_timeout(self.patience).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keychain_that_hangs_fails_in_time_and_recovers_when_it_answers() {
        let queue = Queue::start(Duration::from_millis(50));
        let (unlock, locked) = mpsc::channel::<()>();
        let (ended, end) = mpsc::channel();
        let hanging = move || {
            let unlocked = locked.recv();
            ended.send(unlocked.is_ok())
        };
        assert!(queue.run(hanging).is_none(), "it hangs");

        let (began, begun) = mpsc::channel();
        assert!(queue.run(move || began.send(())).is_none(), "one at a time");

        unlock.send(()).expect("the first call still waits");
        assert_eq!(end.recv(), Ok(true));
        assert!(begun.recv().is_err(), "what was given up never begins");
        let queue = Queue {
            patience: Duration::from_secs(60),
            ..queue
        };
        assert_eq!(queue.run(|| 7), Some(7));
    }
}

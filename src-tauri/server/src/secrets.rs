//! Where the headless host keeps secrets: files that nobody but its user can read.
//!
//! A secret that the host obtained itself is a file of its own, on disk before `set` returns. A secret that the
//! operator gave by a file is never copied: a link in the same place leads to the operator's file, so that what is
//! changed there counts the next time it is asked for, and removing the secret removes the link only.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use engine::{SecretName, Vault};
use model::{Code, Failure, Secret};

use crate::config::SecretFile;

/// A file on its way to its name. What a crash leaves of it is removed at the next start.
const UNFINISHED: &str = "unfinished";

/// `data_dir/secrets`.
pub struct Secrets {
    folder: PathBuf,
    given: Vec<SecretFile>,
    /// One change at a time: all of them use the same unfinished file.
    changing: Mutex<()>,
}

impl Secrets {
    /// Makes the folder, for this user alone. `given` are the files that the operator's configuration names.
    ///
    /// # Errors
    /// `APP-DISK-FULL` or `APP-READ-ONLY` if nothing can be stored there, else `APP-KEYCHAIN` if there can be no such
    /// folder.
    pub fn open(data_dir: &Path, given: Vec<SecretFile>) -> Result<Self, Failure> {
        let folder = data_dir.join("secrets");
        let prepare = || {
            DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
            // It may be older than this program, or come from a backup.
            fs::set_permissions(&folder, Permissions::from_mode(0o700))?;
            absent_is_fine(fs::remove_file(folder.join(UNFINISHED)))?;
            sync(data_dir)
        };
        prepare().map_err(|error| match Code::of_disk(error.kind()) {
            // Nothing can be stored, secrets or not.
            Some(code) => code.into(),
            None => unusable(&error),
        })?;
        Ok(Self {
            folder,
            given,
            changing: Mutex::default(),
        })
    }

    fn path(&self, name: &SecretName) -> PathBuf {
        self.folder.join(name.to_string())
    }

    fn replace(&self, path: &Path, make: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
        let _one = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let unfinished = self.folder.join(UNFINISHED);
        absent_is_fine(fs::remove_file(&unfinished))?;
        make(&unfinished)?;
        fs::rename(&unfinished, path)?;
        sync(&self.folder)
    }
}

impl Vault for Secrets {
    fn get(&self, name: &SecretName) -> Result<Option<Secret>, Failure> {
        let text = match fs::read_to_string(self.path(name)) {
            Ok(text) => text,
            // Also when the operator's file has moved: it is linked again when the configuration is read.
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unusable(&error)),
        };
        let secret = Secret::new(&text);
        if secret.is_empty() {
            // Somebody is just writing the operator's file: an empty key would be answered with 401.
            return Err(unusable(&ErrorKind::UnexpectedEof.into()));
        }
        Ok(Some(secret))
    }

    fn set(&self, name: &SecretName, secret: &Secret) -> Result<(), Failure> {
        let given = self
            .given
            .iter()
            .find(|file| file.kind == name.kind && file.read().is_ok_and(|theirs| theirs.expose() == secret.expose()));
        let path = self.path(name);
        let replaced = match given {
            Some(file) => self.replace(&path, |unfinished| symlink(&file.path, unfinished)),
            None => self.replace(&path, |unfinished| {
                let mut file = OpenOptions::new()
                    .write(true)
                    .create_new(true)
                    .mode(0o600)
                    .open(unfinished)?;
                file.write_all(secret.expose().as_bytes())?;
                file.sync_all()
            }),
        };
        replaced.map_err(|error| unusable(&error))
    }

    fn delete(&self, name: &SecretName) -> Result<(), Failure> {
        let _one = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        absent_is_fine(fs::remove_file(self.path(name)))
            .and_then(|()| sync(&self.folder))
            .map_err(|error| unusable(&error))
    }
}

/// Makes the names in a folder durable.
fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn absent_is_fine(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn unusable(error: &io::Error) -> Failure {
    tracing::error!(kind = %error.kind(), "the folder with secrets cannot be used");
    Code::AppKeychain.into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use engine::SecretKind;
    use model::ConnectionId;
    use tempfile::TempDir;
    use uuid::Uuid;

    use super::*;

    fn name(kind: SecretKind) -> SecretName {
        SecretName {
            connection: ConnectionId(Uuid::from_u128(7)),
            kind,
        }
    }

    fn mode(path: &Path) -> u32 {
        fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn text(vault: &Secrets, kind: SecretKind) -> Option<String> {
        vault.get(&name(kind)).unwrap().map(|secret| secret.expose().to_owned())
    }

    fn given(dir: &TempDir, kind: SecretKind, content: &str) -> SecretFile {
        let path = dir.path().join(kind.word());
        fs::write(&path, content).unwrap();
        SecretFile::of(kind, path)
    }

    #[test]
    fn s12_s23_what_is_set_is_there_after_a_restart_and_only_for_its_owner() {
        let dir = TempDir::new().unwrap();
        let data = dir.path().join("not/yet/there");
        let vault = Secrets::open(&data, Vec::new()).unwrap();
        let tokens = Secret::new("id-1 token-1\nid-2 token-2");
        vault.set(&name(SecretKind::WebhookTokens), &tokens).unwrap();
        vault
            .set(&name(SecretKind::OauthRefreshToken), &Secret::new("first"))
            .unwrap();
        vault
            .set(&name(SecretKind::OauthRefreshToken), &Secret::new("second"))
            .unwrap();

        assert_eq!(mode(&data), 0o700);
        assert_eq!(mode(&data.join("secrets")), 0o700);
        let file = data
            .join("secrets")
            .join(name(SecretKind::OauthRefreshToken).to_string());
        assert_eq!(mode(&file), 0o600);

        let again = Secrets::open(&data, Vec::new()).unwrap();
        assert_eq!(text(&again, SecretKind::OauthRefreshToken).as_deref(), Some("second"));
        assert_eq!(
            text(&again, SecretKind::WebhookTokens).as_deref(),
            Some(tokens.expose())
        );
        assert_eq!(text(&again, SecretKind::ReceiverPath), None);
    }

    #[test]
    fn a_folder_that_others_can_read_is_closed() {
        let dir = TempDir::new().unwrap();
        let folder = dir.path().join("secrets");
        fs::create_dir(&folder).unwrap();
        fs::set_permissions(&folder, Permissions::from_mode(0o755)).unwrap();
        Secrets::open(dir.path(), Vec::new()).unwrap();
        assert_eq!(mode(&folder), 0o700);
    }

    #[test]
    fn a_crash_before_the_rename_leaves_the_old_secret_whole_and_nothing_else_after_the_next_start() {
        let dir = TempDir::new().unwrap();
        let vault = Secrets::open(dir.path(), Vec::new()).unwrap();
        vault
            .set(&name(SecretKind::OauthRefreshToken), &Secret::new("old"))
            .unwrap();
        let path = vault.path(&name(SecretKind::OauthRefreshToken));
        let crash = vault.replace(&path, |unfinished| {
            fs::write(unfinished, "ne")?;
            Err(io::Error::other("power cut"))
        });
        assert!(crash.is_err());
        let again = Secrets::open(dir.path(), Vec::new()).unwrap();
        assert_eq!(text(&again, SecretKind::OauthRefreshToken).as_deref(), Some("old"));
        assert_eq!(fs::read_dir(dir.path().join("secrets")).unwrap().count(), 1);
    }

    #[test]
    fn many_at_once_never_show_half_a_secret() {
        let dir = TempDir::new().unwrap();
        let vault = Secrets::open(dir.path(), Vec::new()).unwrap();
        let long = |letter: &str| Secret::new(&letter.repeat(10_000));
        vault.set(&name(SecretKind::WebhookTokens), &long("a")).unwrap();
        std::thread::scope(|scope| {
            for letter in ["a", "b", "c"] {
                let vault = &vault;
                scope.spawn(move || {
                    for _ in 0..20 {
                        vault.set(&name(SecretKind::WebhookTokens), &long(letter)).unwrap();
                        let seen = text(vault, SecretKind::WebhookTokens).unwrap();
                        assert_eq!(seen.len(), 10_000);
                        assert!(seen.bytes().all(|b| b == seen.as_bytes()[0]));
                    }
                });
            }
        });
    }

    #[test]
    fn a_secret_that_the_operator_gave_is_linked_and_never_copied() {
        let dir = TempDir::new().unwrap();
        let key = given(&dir, SecretKind::LeverKey, "planted-key\n");
        let operators = key.path.clone();
        let data = dir.path().join("data");
        let vault = Secrets::open(&data, vec![key.clone()]).unwrap();
        vault
            .set(&name(SecretKind::LeverKey), &Secret::new("planted-key"))
            .unwrap();
        let entry = vault.path(&name(SecretKind::LeverKey));
        assert_eq!(fs::read_link(&entry).unwrap(), operators);
        assert_eq!(text(&vault, SecretKind::LeverKey).as_deref(), Some("planted-key"));

        // What the operator changes counts, also after a restart and before the configuration was read again.
        fs::write(&operators, "changed").unwrap();
        let again = Secrets::open(&data, vec![key]).unwrap();
        assert_eq!(text(&again, SecretKind::LeverKey).as_deref(), Some("changed"));

        // Nothing that we do reaches the operator's file.
        again
            .set(&name(SecretKind::LeverKey), &Secret::new("of the wizard"))
            .unwrap();
        assert_eq!(fs::read_to_string(&operators).unwrap(), "changed");
        assert_eq!(text(&again, SecretKind::LeverKey).as_deref(), Some("of the wizard"));
        again.set(&name(SecretKind::LeverKey), &Secret::new("changed")).unwrap();
        again.delete(&name(SecretKind::LeverKey)).unwrap();
        again.delete(&name(SecretKind::LeverKey)).unwrap();
        assert_eq!(fs::read_to_string(&operators).unwrap(), "changed");
        assert_eq!(text(&again, SecretKind::LeverKey), None);
    }

    #[test]
    fn an_operators_file_that_moved_is_no_secret_and_an_empty_one_is_an_error() {
        let dir = TempDir::new().unwrap();
        let key = given(&dir, SecretKind::LeverKey, "key");
        let vault = Secrets::open(dir.path(), vec![key.clone()]).unwrap();
        vault.set(&name(SecretKind::LeverKey), &Secret::new("key")).unwrap();
        fs::write(&key.path, "").unwrap();
        let failure = vault.get(&name(SecretKind::LeverKey)).expect_err("empty");
        assert_eq!(failure.code, Code::AppKeychain);
        fs::remove_file(&key.path).unwrap();
        assert_eq!(text(&vault, SecretKind::LeverKey), None);
    }

    #[test]
    fn s14_a_folder_that_cannot_be_is_said_by_its_code() {
        let dir = TempDir::new().unwrap();
        fs::write(dir.path().join("secrets"), "a file").unwrap();
        let failure = Secrets::open(dir.path(), Vec::new()).err().expect("a file is there");
        assert_eq!(failure.code, Code::AppKeychain);
    }
}

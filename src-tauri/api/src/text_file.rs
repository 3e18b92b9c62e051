//! A text that is shown to the last byte, and saved among the user's downloads if they want it.
//!
//! What is saved is what was shown: the text never comes back from the window, which so has no way to write a file of its
//! own making.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use engine::in_place;
use model::{Code, Failure};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Program;

/// A file before it is one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TextFile {
    pub name: String,
    pub text: String,
}

/// What was shown last, and where files are saved.
pub(crate) struct Shown {
    /// The code says why there is no such place.
    folder: Result<PathBuf, Code>,
    file: Mutex<Option<TextFile>>,
    /// What was saved last: no other file is ever shown in its folder.
    saved: Mutex<Option<PathBuf>>,
}

/// How many files of one name are kept apart.
const MOST: u32 = 100;

impl Shown {
    pub fn of(program: &Program) -> Self {
        Self {
            folder: match program {
                Program::Desktop { downloads, .. } => downloads.clone().ok_or(Code::AppSave),
                Program::Headless { exports } => Ok(exports.clone()),
            },
            file: Mutex::default(),
            saved: Mutex::default(),
        }
    }

    /// Keeps it in mind.
    pub fn show(&self, file: TextFile) -> TextFile {
        *self.file.lock().unwrap_or_else(PoisonError::into_inner) = Some(file.clone());
        file
    }

    /// Makes an empty file of this name, or of one that is free, for somebody to write to.
    ///
    /// # Errors
    /// As [`Shown::save`].
    pub fn create(&self, name: &str) -> Result<(File, PathBuf), Failure> {
        let folder = self.folder.as_ref().map_err(|code| *code)?;
        create(folder, name).map_err(|error| as_failure(&error))
    }

    /// Saves what was shown last. No other file is ever touched.
    ///
    /// # Errors
    /// `APP-NOT-NOW` if nothing was shown; `APP-SAVE`, `APP-DISK-FULL` or `APP-READ-ONLY`
    /// if it cannot be written.
    pub fn save(&self) -> Result<PathBuf, Failure> {
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let file = file.ok_or(Code::AppNotNow)?;
        let folder = self.folder.as_ref().map_err(|code| *code)?;
        let path = in_place(|| write(folder, &file)).map_err(|error| as_failure(&error))?;
        self.note(&path);
        Ok(path)
    }

    /// Keeps in mind that this one was saved.
    pub fn note(&self, path: &Path) {
        *self.saved.lock().unwrap_or_else(PoisonError::into_inner) = Some(path.to_owned());
    }

    /// # Errors
    /// `APP-NOT-NOW` if none was, or if it is not there any more.
    pub fn saved(&self) -> Result<PathBuf, Failure> {
        let saved = self.saved.lock().unwrap_or_else(PoisonError::into_inner).clone();
        saved.filter(|path| path.exists()).ok_or_else(|| Code::AppNotNow.into())
    }
}

fn as_failure(error: &io::Error) -> Failure {
    tracing::warn!(kind = %error.kind(), "a file could not be saved");
    Code::of_disk(error.kind()).unwrap_or(Code::AppSave).into()
}

fn write(folder: &Path, file: &TextFile) -> io::Result<PathBuf> {
    let (mut saved, path) = create(folder, &file.name)?;
    let written = saved.write_all(file.text.as_bytes()).and_then(|()| saved.sync_all());
    if written.is_err() {
        // Half of it is worse than nothing: somebody would send it.
        let _ = fs::remove_file(&path);
    }
    written.map(|()| path)
}

/// Under its own name, or under one that is free.
fn create(folder: &Path, name: &str) -> io::Result<(File, PathBuf)> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let names = std::iter::once(name.to_owned()).chain((2..MOST).map(|number| format!("{stem}-{number}.{ending}")));
    for path in names.map(|name| folder.join(name)) {
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            opened => return opened.map(|file| (file, path)),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn file(text: &str) -> TextFile {
        TextFile {
            name: "refapp-lever-diagnostics-2026-11-26-1002.json".to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn a_file_is_written_for_its_owner_alone_and_never_over_another_one() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("Downloads");
        let first = write(&folder, &file("first")).unwrap();
        let second = write(&folder, &file("second")).unwrap();
        assert_eq!(first.file_name().unwrap(), file("").name.as_str());
        assert_eq!(
            second.file_name().unwrap(),
            "refapp-lever-diagnostics-2026-11-26-1002-2.json"
        );
        assert_eq!(fs::read_to_string(&first).unwrap(), "first");
        assert_eq!(fs::read_to_string(&second).unwrap(), "second");
        assert_eq!(first.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn nothing_is_saved_before_it_was_shown_nor_where_it_cannot_be() {
        let home = tempfile::tempdir().unwrap();
        let desktop = |downloads| {
            Shown::of(&Program::Desktop {
                web_view: None,
                downloads,
            })
        };
        let unseen = desktop(Some(home.path().to_owned()));
        assert_eq!(unseen.save(), Err(Code::AppNotNow.into()));
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);

        let blocked = home.path().join("file");
        fs::write(&blocked, "not a folder").unwrap();
        for (shown, code) in [(desktop(None), Code::AppSave), (desktop(Some(blocked)), Code::AppSave)] {
            shown.show(file("text"));
            assert_eq!(shown.save(), Err(code.into()));
        }
    }
}

//! Starting with the user's session: an entry in the folder that desktops on Linux start programs from (freedesktop.org's
//! Desktop Application Autostart Specification and Desktop Entry Specification 1.5).
//!
//! Not here: macOS and Windows, where the app is not tried yet. Written by hand because the crates for it do not quote the
//! program's path, and know no other folder than `~/.config`.

use std::fs;
use std::io;
use std::path::PathBuf;

use tauri::{App, Manager};

use crate::arguments::BACKGROUND;

/// The app's own entry.
#[derive(Clone)]
pub struct Autostart {
    file: PathBuf,
    program: PathBuf,
}

impl Autostart {
    /// `None` where there is no such folder, or nobody knows where the program lies.
    pub fn of(app: &App) -> Option<Self> {
        if !cfg!(target_os = "linux") {
            return None;
        }
        let name = format!("{}.desktop", app.config().identifier);
        Some(Self {
            file: app.path().config_dir().ok()?.join("autostart").join(name),
            // What is mounted of an AppImage is gone with its process: the file itself is started.
            program: match app.env().appimage {
                Some(image) => image.into(),
                None => std::env::current_exe().ok()?,
            },
        })
    }

    /// Whether the session starts it: an entry may also be there, and say no.
    ///
    /// # Errors
    /// If that cannot be read.
    pub fn is_on(&self) -> io::Result<bool> {
        match fs::read_to_string(&self.file) {
            Ok(entry) => Ok(!entry.lines().any(|line| OFF.contains(&line.trim()))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// # Errors
    /// If the entry can be neither written nor removed.
    pub fn set(&self, on: bool) -> io::Result<()> {
        if !on {
            return match fs::remove_file(&self.file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            };
        }
        let program = self.program.to_str().ok_or(io::ErrorKind::InvalidFilename)?;
        if let Some(folder) = self.file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&self.file, entry(program))
    }
}

/// How an entry says no: as the specification has it, and as GNOME's own settings do.
const OFF: [&str; 2] = ["Hidden=true", "X-GNOME-Autostart-enabled=false"];

fn entry(program: &str) -> String {
    format!(
        "[Desktop Entry]\nType=Application\nName=Refapp for Lever\nExec={} {BACKGROUND}\nTerminal=false\nStartupNotify=false\n",
        quoted(program)
    )
}

/// As an argument of `Exec`: quoted, and then escaped once more as every text of an entry is.
fn quoted(argument: &str) -> String {
    let mut quoted = String::from('"');
    for sign in argument.chars() {
        match sign {
            '"' | '`' | '$' => quoted.extend(['\\', '\\', sign]),
            '\\' => quoted.push_str("\\\\\\\\"),
            '%' => quoted.push_str("%%"),
            '\n' => quoted.push_str("\\n"),
            sign => quoted.push(sign),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn in_folder(folder: &std::path::Path) -> Autostart {
        Autostart {
            file: folder.join("autostart/com.refapp.lever.desktop"),
            program: "/opt/Refapp for Lever/refapp-lever".into(),
        }
    }

    #[test]
    fn it_is_off_at_first_and_as_it_was_set_last() {
        let folder = tempfile::tempdir().unwrap();
        let autostart = in_folder(folder.path());
        assert!(!autostart.is_on().unwrap());
        autostart.set(false).unwrap();
        autostart.set(true).unwrap();
        assert!(autostart.is_on().unwrap());
        let entry = fs::read_to_string(&autostart.file).unwrap();
        let exec = r#"Exec="/opt/Refapp for Lever/refapp-lever" --background"#;
        assert!(entry.lines().any(|line| line == exec), "{entry}");
        autostart.set(false).unwrap();
        assert!(!autostart.is_on().unwrap());
    }

    #[test]
    fn what_the_desktop_switched_off_is_off() {
        let folder = tempfile::tempdir().unwrap();
        let autostart = in_folder(folder.path());
        for off in OFF {
            autostart.set(true).unwrap();
            let entry = fs::read_to_string(&autostart.file).unwrap();
            fs::write(&autostart.file, format!("{entry}{off}\n")).unwrap();
            assert!(!autostart.is_on().unwrap(), "{off}");
        }
    }

    #[test]
    fn where_nothing_can_be_written_that_is_said() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("autostart"), "a file").unwrap();
        assert!(in_folder(folder.path()).set(true).is_err());
    }

    #[test]
    fn a_path_is_one_argument_whatever_it_contains() {
        assert_eq!(quoted("/a b/c"), r#""/a b/c""#);
        assert_eq!(quoted(r#"/a"$`\%"#), r#""/a\\"\\$\\`\\\\%%""#);
    }
}

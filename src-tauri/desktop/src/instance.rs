//! Which instance of the app a start is. Practice and the real app are one: a deep link starts the program without
//! arguments, and must find whichever of the two runs.
//!
//! The single-instance plugin knows a second start on every system, but only once the window's toolkit is up, and then
//! it ends the process under that toolkit's threads, which can crash. On Linux a second start is over before that; the
//! plugin still listens for it in the first, and still catches two that start in the same moment.

use std::process::ExitCode;

/// What this start is.
pub enum Instance {
    /// The first: it opens the window, and keeps this until its end.
    First(Known),
    /// There is nothing more to do here.
    Over(ExitCode),
}

#[cfg(target_os = "linux")]
pub use linux::{Known, enter};

#[cfg(not(target_os = "linux"))]
pub use elsewhere::{Known, enter};

#[cfg(target_os = "linux")]
mod linux {
    use zbus::blocking::Connection;
    use zbus::blocking::fdo::DBusProxy;

    use super::{ExitCode, Instance};

    /// Practice's own name on the session bus, for as long as it is kept: by it another start knows it from the app.
    pub struct Known {
        _practice: Option<Connection>,
    }

    /// Finds out, and passes the arguments on to the first instance if this is not it.
    pub fn enter(identifier: &str, practice: bool) -> Instance {
        // Without a bus nobody can be found; then the lock on the data holds.
        look(identifier, practice).unwrap_or_else(|error| {
            eprintln!("refapp-lever: whether the app runs already cannot be told: {error}");
            Instance::First(Known { _practice: None })
        })
    }

    fn look(identifier: &str, practice: bool) -> zbus::Result<Instance> {
        let bus = Connection::session()?;
        let names = DBusProxy::new(&bus)?;
        let is_there = |name: &str| -> zbus::Result<bool> { Ok(names.name_has_owner(name.try_into()?)?) };
        // As the plugin has it, which takes this name for either of the two.
        let first = format!("{identifier}.SingleInstance");
        let own = format!("{identifier}.Practice");
        if is_there(&first)? {
            if practice && !is_there(&own)? {
                eprintln!("refapp-lever: the app is running already, and is one window with practice. Quit it first.");
                return Ok(Instance::Over(ExitCode::FAILURE));
            }
            pass_on(&bus, &first)?;
            return Ok(Instance::Over(ExitCode::SUCCESS));
        }
        if practice {
            // Refused if another practice was faster: then the plugin hands this start over.
            let _ = bus.request_name(own);
        }
        Ok(Instance::First(Known {
            _practice: practice.then_some(bus),
        }))
    }

    /// The plugin's own call (tauri-plugin-single-instance 2, for Linux): arguments and folder.
    fn pass_on(bus: &Connection, first: &str) -> zbus::Result<()> {
        let path = format!("/{}", first.replace('.', "/").replace('-', "_"));
        let arguments: Vec<String> = std::env::args_os()
            .map(|argument| argument.to_string_lossy().into_owned())
            .collect();
        let folder = std::env::current_dir().unwrap_or_default();
        let body = (arguments, folder.to_string_lossy());
        let interface = Some("org.SingleInstance.DBus");
        bus.call_method(Some(first), path.as_str(), interface, "ExecuteCallback", &body)?;
        Ok(())
    }
}

#[cfg(not(target_os = "linux"))]
mod elsewhere {
    use super::Instance;

    /// Nothing is kept: the plugin does it all.
    pub struct Known;

    pub fn enter(_identifier: &str, _practice: bool) -> Instance {
        Instance::First(Known)
    }
}

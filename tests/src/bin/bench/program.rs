//! A program that is measured, with all the processes that it starts.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use end_to_end::window::Home;
use rustix::process::{Pid, Signal, kill_process};

/// How long it may take to end by itself.
const FAREWELL: Duration = Duration::from_secs(15);

/// How a program is started.
pub struct Program {
    pub name: &'static str,
    pub file: PathBuf,
    pub arguments: Vec<String>,
}

/// One that runs.
pub struct Running(Child);

impl Program {
    pub fn start(&self, home: &Home) -> io::Result<Running> {
        let mut command = Command::new(&self.file);
        command.args(&self.arguments).process_group(0);
        home.dress(&mut command);
        command.spawn().map(Running)
    }
}

impl Running {
    /// The memory of all its processes, in megabytes: what several share is divided among them.
    pub fn memory(&self) -> io::Result<f64> {
        let processes: Vec<Process> = fs::read_dir("/proc")?
            .flatten()
            .filter_map(|entry| Process::read(&entry.path()))
            .collect();
        let family = family(self.0.id(), &processes);
        let of = |id: &u32| {
            fs::read_to_string(format!("/proc/{id}/smaps_rollup"))
                .ok()
                .and_then(|rollup| pss(&rollup))
        };
        Ok(family.iter().filter_map(of).sum::<f64>() / 1024.0)
    }

    /// Ends it as the session does, and waits until it is gone.
    pub fn end(mut self) -> io::Result<()> {
        let id = i32::try_from(self.0.id()).ok().and_then(Pid::from_raw);
        if let Some(id) = id {
            kill_process(id, Signal::TERM)?;
        }
        let begun = Instant::now();
        while self.0.try_wait()?.is_none() {
            if begun.elapsed() > FAREWELL {
                self.0.kill()?;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

struct Process {
    id: u32,
    parent: u32,
    group: u32,
}

impl Process {
    fn read(folder: &Path) -> Option<Self> {
        let id = folder.file_name()?.to_str()?.parse().ok()?;
        let stat = fs::read_to_string(folder.join("stat")).ok()?;
        // `id (name) state parent group …`, and a name may hold anything.
        let (_, after_name) = stat.rsplit_once(')')?;
        let mut words = after_name.split_whitespace().skip(1).map(str::parse);
        let (parent, group) = (words.next()?.ok()?, words.next()?.ok()?);
        Some(Self { id, parent, group })
    }
}

/// A process with its children and theirs, and those of its group whose parents have ended.
fn family(of: u32, processes: &[Process]) -> BTreeSet<u32> {
    let mut family = BTreeSet::from([of]);
    loop {
        let before = family.len();
        let belongs = |process: &&Process| process.group == of || family.contains(&process.parent);
        let found: Vec<u32> = processes.iter().filter(belongs).map(|process| process.id).collect();
        family.extend(found);
        if family.len() == before {
            return family;
        }
    }
}

/// The proportional set size of `smaps_rollup`, in kilobytes.
fn pss(rollup: &str) -> Option<f64> {
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_is_whoever_was_started_by_one_of_it() {
        let process = |id, parent, group| Process { id, parent, group };
        let processes = [
            process(1, 0, 1),
            process(10, 1, 10),
            process(12, 11, 12),
            process(11, 10, 10),
            process(13, 1, 10),
            process(20, 1, 20),
        ];
        assert_eq!(family(10, &processes), BTreeSet::from([10, 11, 12, 13]));
    }

    #[test]
    fn the_memory_is_what_the_system_says() {
        let rollup = "Rss:  100 kB\nPss:                2048 kB\nPss_Dirty:  3 kB\n";
        assert_eq!(pss(rollup), Some(2048.0));
        assert_eq!(pss("Rss: 1 kB"), None);
    }
}

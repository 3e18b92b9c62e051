//! Running commands so that a person can follow, and repeat the one that failed.

use std::env;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// Why a command of ours stopped: a text for people.
pub type Outcome = Result<(), String>;

/// The project's top folder.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors()
        .nth(2)
        .expect("xtask lies two folders below the top")
        .to_owned()
}

/// A command line to be run at the top of the project.
#[derive(Clone, Debug)]
pub struct Line {
    words: Vec<String>,
    folder: &'static str,
    variables: Vec<(&'static str, String)>,
}

impl Line {
    pub fn new<W: AsRef<str>>(words: impl IntoIterator<Item = W>) -> Self {
        Self {
            words: words.into_iter().map(|word| word.as_ref().to_owned()).collect(),
            folder: "",
            variables: Vec::new(),
        }
    }

    /// `text`, split at spaces.
    pub fn of(text: &str) -> Self {
        Self::new(text.split_whitespace())
    }

    /// The same with more words, split at spaces.
    pub fn and(mut self, text: &str) -> Self {
        self.words.extend(text.split_whitespace().map(str::to_owned));
        self
    }

    /// The same, in a folder below the top.
    pub fn in_folder(mut self, folder: &'static str) -> Self {
        self.folder = folder;
        self
    }

    pub fn with(mut self, variable: &'static str, value: impl Into<String>) -> Self {
        self.variables.push((variable, value.into()));
        self
    }

    /// The same, started by another program that takes a command line as its arguments.
    pub fn under<W: AsRef<str>>(mut self, wrapper: impl IntoIterator<Item = W>) -> Self {
        let wrapper = wrapper.into_iter().map(|word| word.as_ref().to_owned());
        self.words = wrapper.chain(self.words).collect();
        self
    }

    /// Shows it and runs it, with its output on screen.
    ///
    /// # Errors
    /// If it cannot be started or ends with another code than 0; the text says how to repeat it.
    pub fn run(&self) -> Outcome {
        println!("    {self}");
        let problem = match self.command().status() {
            Ok(status) if status.success() => return Ok(()),
            Ok(status) => format!("it ended with {status}"),
            Err(error) => format!("it could not be started: {error}"),
        };
        Err(format!("Stopped: {problem}. To repeat just this:\n  {self}"))
    }

    /// Runs it quietly and returns what it printed, or `None` if it failed.
    pub fn output(&self) -> Option<String> {
        let output = self.command().output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        output.status.success().then_some(text)
    }

    fn command(&self) -> Command {
        let (program, arguments) = self.words.split_first().expect("a line has a program");
        // npm is a script on Windows, and only a name with its ending is found there.
        let program = match program.as_str() {
            "npm" if cfg!(windows) => "npm.cmd".to_owned(),
            "cargo" => env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()),
            other => other.to_owned(),
        };
        let mut command = Command::new(program);
        command.args(arguments).current_dir(root().join(self.folder));
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// As a person would type it at the top of the project.
impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.folder.is_empty() {
            write!(f, "cd {} && ", self.folder)?;
        }
        for (name, value) in &self.variables {
            write!(f, "{name}={value} ")?;
        }
        let quote = |word: &String| {
            if word.contains([' ', '"', '$', ';', '|']) {
                format!("'{word}'")
            } else {
                word.clone()
            }
        };
        f.write_str(&self.words.iter().map(quote).collect::<Vec<_>>().join(" "))
    }
}

/// A tool for cargo, `name@version`, built into `target/tools` if it is not there yet.
///
/// # Errors
/// If it cannot be built.
pub fn tool_line(tool: &str, arguments: &str) -> Result<Line, String> {
    let (name, _) = tool.split_once('@').expect("a tool is named with its version");
    let folder = format!("target/tools/{tool}");
    let program = format!("{folder}/bin/{name}{}", env::consts::EXE_SUFFIX);
    if !root().join(&program).is_file() {
        // Each is run once or twice: to build it well takes longer than to run it slowly.
        Line::of(&format!(
            "cargo install --quiet --debug --locked {tool} --root {folder}"
        ))
        .run()?;
    }
    Ok(Line::of(&format!("{program} {arguments}")))
}

/// One step of several, with a head line and its time.
pub fn step(number: usize, total: usize, name: &str, work: impl FnOnce() -> Outcome) -> Outcome {
    println!("\n=== [{number}/{total}] {name}");
    let begun = Instant::now();
    work()?;
    println!(
        "=== [{number}/{total}] {name}: done in {:.1} s",
        begun.elapsed().as_secs_f32()
    );
    Ok(())
}

/// A named piece of work.
pub type Step<'a> = (&'a str, Box<dyn FnOnce() -> Outcome + 'a>);

/// A step that runs one command line.
pub fn line(name: &str, line: Line) -> Step<'_> {
    (name, Box::new(move || line.run()))
}

/// Runs steps one after the other until one fails.
pub fn steps(steps: Vec<Step<'_>>) -> Outcome {
    let total = steps.len();
    for (index, (name, work)) in steps.into_iter().enumerate() {
        step(index + 1, total, name, work)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_shown_as_it_can_be_typed() {
        let line = Line::new(["sh", "-c", "echo a b"]).in_folder("ui").with("CI", "1");
        assert_eq!(line.to_string(), "cd ui && CI=1 sh -c 'echo a b'");
        assert_eq!(
            Line::of("cargo test").under(["xvfb-run", "-a"]).to_string(),
            "xvfb-run -a cargo test"
        );
    }

    #[test]
    fn a_line_that_fails_says_how_to_repeat_it() {
        let refusal = Line::of("cargo no-such-command").run();
        assert!(refusal.is_err_and(|text| text.ends_with("\n  cargo no-such-command")));
    }
}

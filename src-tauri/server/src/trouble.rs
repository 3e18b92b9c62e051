//! How a run or a subcommand ends badly: what is printed, and the exit status.

use std::fmt;
use std::io;
use std::process::ExitCode;

use model::{About, Code, Failure, Language, explain_by};

/// Why it did not work.
#[derive(Debug)]
pub enum Trouble {
    /// A code of the dictionary. Exit status 2 if the configuration is at fault, else 1.
    Failed(Failure),
    /// Several checks answer to what was given; the references of each. Exit status 1.
    Ambiguous(Vec<String>),
    /// What cannot be undone was not confirmed; the references of what it is about. Exit status 2.
    Unconfirmed(Vec<String>),
    /// Some of several connections failed, by name; what worked was printed. Exit status 1.
    Partly(Vec<(String, Failure)>),
    /// Required rights are missing at Lever, by connection and right. Exit status 1.
    RightsMissing(Vec<(String, &'static str)>),
    /// Nobody answers at the control socket. Exit status 3.
    NoServer,
    /// Somebody is there, but talking does not work: another user's host, no answer in time. Exit status 1.
    Unreachable(io::ErrorKind),
}

impl Trouble {
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Failed(failure) if failure.code == Code::AppConfig => ExitCode::from(2),
            Self::Unconfirmed(_) => ExitCode::from(2),
            Self::NoServer => ExitCode::from(3),
            _ => ExitCode::FAILURE,
        }
    }
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<Code> for Trouble {
    fn from(code: Code) -> Self {
        Self::Failed(code.into())
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(failure) => f.write_str(&told(failure)),
            Self::Ambiguous(references) => {
                write!(
                    f,
                    "several checks match; say which by its reference: {}",
                    references.join(", ")
                )
            }
            Self::Unconfirmed(references) => {
                write!(
                    f,
                    "this erases one person for good: {}. Their name, links and history go here at once, the app's note and \
                     tag go from Lever, and Refapp keeps its own. Add --yes to do it",
                    references.join(", ")
                )
            }
            Self::Partly(failures) => {
                let lines = failures
                    .iter()
                    .map(|(name, failure)| format!("{name}: {}", told(failure)));
                f.write_str(&lines.collect::<Vec<_>>().join("\n"))
            }
            Self::RightsMissing(rights) => {
                let lines = rights.iter().map(|(name, right)| {
                    let failure = Failure::new(Code::LevRight).with("right", right);
                    format!("{name}: {}", told(&failure))
                });
                f.write_str(&lines.collect::<Vec<_>>().join("\n"))
            }
            Self::Unreachable(kind) => write!(f, "the server cannot be talked to: {kind}"),
            Self::NoServer => f.write_str("no server is running with this configuration"),
        }
    }
}

/// The code and the dictionary's text, on one line.
pub fn told(failure: &Failure) -> String {
    let entry = explain_by(failure, About::SERVER, Language::En);
    format!("{} {}. {} {}", failure.code, entry.title, entry.what, entry.mend)
}

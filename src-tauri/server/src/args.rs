//! The command line.

use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand, ValueEnum};
use model::{Code, Language, NoSuchCode};
use tracing::level_filters::LevelFilter;

use crate::privacy;

/// What is wanted.
pub enum Wanted {
    /// A page of the error dictionary: neither a configuration nor a host is asked.
    Explain {
        code: Code,
        language: Language,
        json: bool,
    },
    /// What is wrong, with a host or without: a configuration that cannot be read is wrong, too.
    Doctor {
        config: PathBuf,
        connection: Option<String>,
        json: bool,
    },
    Host(Args),
}

/// The command line, with its configuration file.
pub struct Args {
    pub config: PathBuf,
    pub json: bool,
    pub log_format: LogFormat,
    pub log_level: LevelFilter,
    /// `None`: run the host.
    pub command: Option<Command>,
}

/// Runs Refapp for Lever without a window, or talks to the one that runs.
#[derive(Parser)]
#[command(
    version,
    after_help = "Exit status: 0 done, 1 failure, 2 wrong usage or configuration, 3 no server is running, 4 (doctor) it works, and something is to be mended."
)]
struct Given {
    /// The configuration file (TOML)
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print JSON instead of text (with a subcommand)
    #[arg(long, global = true)]
    json: bool,
    /// Form of the log on stderr
    #[arg(long, value_enum, default_value = "plain")]
    log_format: LogFormat,
    /// How much is logged: error, warn, info or debug
    #[arg(long, default_value = "info", value_name = "LEVEL")]
    log_level: LevelFilter,
    #[command(subcommand)]
    command: Option<GivenCommand>,
}

#[derive(Subcommand)]
enum GivenCommand {
    /// An error code: what happened, why it matters, how to mend it and who can. Needs no configuration
    Explain {
        #[arg(value_parser = code)]
        code: Code,
        /// Of the text; JSON has both
        #[arg(long, value_enum, default_value = "en")]
        language: Tongue,
    },
    /// What is wrong, worst first, with who can mend it and how; also where no server runs
    Doctor {
        /// Only this connection
        #[arg(long, value_name = "NAME")]
        connection: Option<String>,
    },
    #[command(flatten)]
    Host(Command),
}

fn code(text: &str) -> Result<Code, NoSuchCode> {
    text.parse()
}

#[derive(Clone, Copy, ValueEnum)]
enum Tongue {
    En,
    Sv,
}

impl From<Tongue> for Language {
    fn from(tongue: Tongue) -> Self {
        match tongue {
            Tongue::En => Self::En,
            Tongue::Sv => Self::Sv,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Plain,
    Json,
}

/// What can be asked of the host that runs. ID is a check's id, its short reference or the opportunity's id.
#[derive(Subcommand)]
pub enum Command {
    /// Each connection: health, what is wrong, how events arrive, how many checks
    Status,
    /// Every check
    Checks,
    /// One check with its story
    Check { id: String },
    /// Start a check that waits for this decision, or look again at one that something stopped
    Start { id: String },
    /// Say what became of a start, or of a note, whose outcome is unknown
    Settle { id: String, outcome: Outcome },
    /// Write again the tag and the note that somebody changed by hand in Lever
    Repair { id: String },
    /// Say that somebody has read how a check ended: the report with its warnings, or why it failed
    MarkRead { id: String },
    /// Say that somebody has looked after what only a person can: a gap, a damaged database that was set aside
    Acknowledge,
    /// Template tags
    #[command(subcommand)]
    Templates(Templates),
    /// Say what would happen to a candidate, and why; nothing is sent
    DryRun(crate::dry_run::Given),
    /// Say of every open posting whether a check of it could start, and with which template
    Audit {
        /// Only this connection
        #[arg(long, value_name = "NAME")]
        connection: Option<String>,
    },
    /// Write every check of a connection as CSV to standard output; it goes into the audit log
    Export(privacy::Export),
    /// Write all that is stored of one person to standard output; it goes into the audit log
    AccessExport { id: String },
    /// Erase one person here, and the note and tag in Lever; without --yes it only says whom
    Erase(privacy::Erase),
    /// What was done with personal data, the newest first
    AuditLog {
        /// So many of the newest entries
        #[arg(long, default_value_t = 100, value_name = "NUMBER")]
        limit: u32,
    },
    /// Prove anew which rights there are at Lever; nothing is written there
    Preflight {
        /// Only this connection
        #[arg(long, value_name = "NAME")]
        connection: Option<String>,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Outcome {
    /// Refapp has it: do not send it again
    Started,
    /// Refapp does not have it: send it again
    Again,
    /// The note is in Lever
    NoteThere,
    /// The note is not in Lever: write it again
    NoteMissing,
}

#[derive(Subcommand)]
pub enum Templates {
    /// Bring the template tags in Lever into line with Refapp's templates
    Update {
        /// Only this connection
        #[arg(long, value_name = "NAME")]
        connection: Option<String>,
    },
}

impl Wanted {
    /// Reads the command line of this process. Leaves it with status 2 if it is wrong.
    pub fn read() -> Self {
        let given = Given::parse();
        let json = given.json;
        if let Some(GivenCommand::Explain { code, language }) = given.command {
            let language = language.into();
            return Self::Explain { code, language, json };
        }
        // clap cannot require an argument that may stand on either side of a subcommand.
        let Some(config) = given.config else {
            Given::command()
                .error(ErrorKind::MissingRequiredArgument, "--config FILE is missing")
                .exit()
        };
        let command = match given.command {
            Some(GivenCommand::Doctor { connection }) => {
                return Self::Doctor {
                    config,
                    connection,
                    json,
                };
            }
            Some(GivenCommand::Host(command)) => Some(command),
            Some(GivenCommand::Explain { .. }) | None => None,
        };
        Self::Host(Args {
            config,
            json,
            log_format: given.log_format,
            log_level: given.log_level,
            command,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Given::command().debug_assert();
    }
}

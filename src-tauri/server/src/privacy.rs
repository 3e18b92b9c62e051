//! What the command line can do about personal data: the same requests as the window's.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;

use api::{AuditEntry, AuditLog, CsvFormat, CsvOrder, CsvWords, PersonWords, Reply, Request};
use clap::{Args, ValueEnum};
use model::{Act, Code, Column, ConnectionId, Erasure, Failure, Look, OpportunityId};

use crate::client::Client;
use crate::commands::{meant, show};
use crate::print::clean;
use crate::trouble::Trouble;

#[derive(Args)]
pub struct Export {
    /// The connection, where there are several
    #[arg(long, value_name = "NAME")]
    pub connection: Option<String>,
    /// How its cells are parted: by commas, or by semicolons as Excel reads them in Swedish
    #[arg(long, value_enum, default_value = "comma")]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Comma,
    SwedishExcel,
}

#[derive(Args)]
pub struct Erase {
    /// A check's id, its short reference, or the opportunity's id: all checks of this person
    id: String,
    /// Do it. It cannot be undone
    #[arg(long)]
    yes: bool,
}

/// Every column, by the words of the API: these stay the same from version to version.
pub fn export(client: &Client, given: &Export, meant: &[String]) -> Result<(), Trouble> {
    let [name] = meant else {
        return Err(Failure::new(Code::AppInput).with("field", "--connection").into());
    };
    let connections = client.overview()?.connections;
    let connection = connections.iter().find(|one| one.name == *name);
    let order = CsvOrder {
        title: String::new(),
        look: Look::default(),
        columns: Column::ALL.to_vec(),
        format: match given.format {
            Format::Comma => CsvFormat::Comma,
            Format::SwedishExcel => CsvFormat::SwedishExcel,
        },
        words: CsvWords::default(),
    };
    let request = Request::ExportChecks {
        connection: connection.ok_or(Code::AppNotFound)?.id,
        order,
    };
    let Reply::Exported(exported) = client.ask(&request)? else {
        return Err(Code::AppInternal.into());
    };
    // Names are in it: it stays nowhere but where it is sent to now.
    let opened = File::open(&exported.path);
    let removed = fs::remove_file(&exported.path);
    let mut file = opened.map_err(|_| Code::AppSave)?;
    removed.map_err(|_| Code::AppSave)?;
    // Whoever closed the pipe has read enough.
    let _ = io::copy(&mut file, &mut io::stdout());
    Ok(())
}

pub fn access_export(client: &Client, id: &str, json: bool) -> Result<(), Trouble> {
    let person = find(client, id)?;
    let request = Request::ExportPerson {
        connection: person.connection,
        opportunity: person.opportunity,
        words: PersonWords::default(),
    };
    let Reply::TextFile(file) = client.ask(&request)? else {
        return Err(Code::AppInternal.into());
    };
    show(json, &file, || file.text.clone())
}

pub fn erase(client: &Client, given: &Erase, json: bool) -> Result<(), Trouble> {
    let person = find(client, &given.id)?;
    if !given.yes {
        return Err(Trouble::Unconfirmed(person.references));
    }
    let request = Request::ErasePerson {
        connection: person.connection,
        opportunity: person.opportunity,
    };
    let Reply::Erased(erasure) = client.ask(&request)? else {
        return Err(Code::AppInternal.into());
    };
    show(json, &erasure, || erased(&erasure, &person.references))
}

fn erased(erasure: &Erasure, references: &[String]) -> String {
    let references = references.join(", ");
    let mut lines = vec![
        format!("Erased here: {references}."),
        format!(
            "Note and tag are being taken out of Lever; `check {}` shows the row until they are.",
            references.split(", ").next().unwrap_or_default()
        ),
    ];
    if erasure.is_at_refapp {
        lines.push("Left to do: Refapp has this check, too. Ask Refapp to erase the person there.".to_owned());
    }
    if erasure.note_may_stay {
        lines.push("Left to do: a last note may lie in Lever. It names nobody; delete it there.".to_owned());
    }
    lines.push("What Lever itself knows of the candidate stays there, until it is erased there.".to_owned());
    lines.join("\n") + "\n"
}

/// # Errors
/// `APP-AUDIT-LOG` if it is not as it was written; what there is of it was printed.
pub fn audit_log(client: &Client, limit: u32, json: bool) -> Result<(), Trouble> {
    let mut log = AuditLog {
        entries: Vec::new(),
        more: true,
        whole: true,
    };
    while log.more && log.entries.len() < limit as usize {
        let request = Request::AuditLog {
            before: log.entries.last().map(|entry| entry.number),
            limit: limit - u32::try_from(log.entries.len()).unwrap_or(limit),
        };
        let Reply::AuditLog(part) = client.ask(&request)? else {
            return Err(Code::AppInternal.into());
        };
        log.entries.extend(part.entries);
        (log.more, log.whole) = (part.more, part.whole);
    }
    let names: BTreeMap<ConnectionId, String> = client
        .overview()?
        .connections
        .into_iter()
        .map(|one| (one.id, one.name))
        .collect();
    show(json, &log, || {
        let lines = log
            .entries
            .iter()
            .map(|entry| line(entry, names.get(&entry.connection)));
        let end = if log.more {
            "Older ones: --limit"
        } else {
            "No older ones."
        };
        lines.chain([end.to_owned()]).map(|line| line + "\n").collect()
    })?;
    if log.whole {
        Ok(())
    } else {
        Err(Code::AppAuditLog.into())
    }
}

fn line(entry: &AuditEntry, connection: Option<&String>) -> String {
    let connection = connection.map_or("a connection that is gone", String::as_str);
    let param = |name: &str| entry.params.get(name).map_or("?", String::as_str);
    let what = match entry.act {
        Act::Exported => format!("{} checks were exported", param("rows")),
        Act::PersonExported => format!("all about person {} was exported", param("subject")),
        Act::ErasureOrdered => format!("person {} was erased, {} checks", param("subject"), param("checks")),
        Act::Erased => format!("a check of person {} is gone, with note and tag", param("subject")),
        Act::Purged => format!("{} checks were over for long enough, and removed", param("checks")),
        Act::RetentionSet => format!("checks are kept for {} days from now on", param("days")),
        Act::Disconnected => "disconnected, its secrets removed".to_owned(),
        Act::DataRemoved => "all of its data was removed".to_owned(),
    };
    format!("{}  {}  {}", entry.at, clean(connection), clean(&what))
}

struct Person {
    connection: ConnectionId,
    opportunity: OpportunityId,
    /// Of their checks.
    references: Vec<String>,
}

fn find(client: &Client, id: &str) -> Result<Person, Trouble> {
    for connection in client.overview()?.connections {
        let rows = client.checks(connection.id)?;
        let Some(row) = meant(&rows, id).pop() else { continue };
        let theirs = rows.iter().filter(|one| one.opportunity == row.opportunity);
        return Ok(Person {
            connection: connection.id,
            opportunity: row.opportunity.clone(),
            references: theirs.map(|one| one.reference.clone()).collect(),
        });
    }
    Err(Code::AppNotFound.into())
}

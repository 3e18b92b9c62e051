//! What is asked about personal data: all that is stored of one person, and what was done with such data here.

use model::{Code, ConnectionId, Failure, OpportunityId};
use serde::Serialize;
use store::Logged;

use crate::dashboard::WINDOW;
use crate::person_file::{self, Person};
use crate::{AuditEntry, AuditLog, Host, PersonWords, TextFile};

impl Host {
    /// # Errors
    /// `APP-NOT-FOUND` if there is no check of theirs; what the store says.
    pub(crate) fn export_person(
        &self,
        connection: ConnectionId,
        opportunity: &OpportunityId,
        words: &PersonWords,
    ) -> Result<TextFile, Failure> {
        let stored = self.engine.all_about(connection, opportunity)?;
        let checks = self.engine.checks_of(connection, opportunity)?;
        let checks = checks.iter().map(|check| self.detail(check.id));
        let wall = self.wall(connection);
        let person = Person {
            checks: checks.collect::<Result<_, _>>()?,
            stored,
        };
        Ok(TextFile {
            name: "refapp-lever-person.txt".to_owned(),
            text: person_file::text(&person, words, &wall.zone)?,
        })
    }

    pub(crate) fn audit_log(&self, before: Option<i64>, limit: u32) -> Result<AuditLog, Failure> {
        let limit = limit.min(WINDOW);
        let (mut logged, whole) = self.engine.audit_log(before, limit + 1)?;
        let more = logged.len() > limit as usize;
        logged.truncate(limit as usize);
        Ok(AuditLog {
            entries: logged.into_iter().map(entry).collect(),
            more,
            whole,
        })
    }

    pub(crate) fn export_audit_log(&self) -> Result<TextFile, Failure> {
        let (logged, whole) = self.engine.audit_log(None, u32::MAX)?;
        let entries = logged.into_iter().map(|logged| Written {
            at: logged.at.to_string(),
            entry: entry(logged),
        });
        let file = File {
            whole,
            entries: entries.collect(),
        };
        let text = serde_json::to_string_pretty(&file).map_err(|_| Code::AppInternal)?;
        Ok(TextFile {
            name: "refapp-lever-audit-log.json".to_owned(),
            text: text + "\n",
        })
    }
}

fn entry(logged: Logged) -> AuditEntry {
    AuditEntry {
        number: logged.number,
        at: logged.at,
        connection: logged.connection,
        act: logged.act,
        params: logged.params,
        chain: logged.chain,
    }
}

/// The log as a file, the newest entry first.
#[derive(Serialize)]
struct File {
    whole: bool,
    entries: Vec<Written>,
}

#[derive(Serialize)]
struct Written {
    /// RFC 3339, for people; the entry itself has what its hash was made of.
    #[serde(rename = "time")]
    at: String,
    #[serde(flatten)]
    entry: AuditEntry,
}

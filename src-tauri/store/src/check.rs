//! Checks.

use std::collections::BTreeSet;

use model::{Check, CheckId, ConnectionId, Millis, OpportunityId, Phase, ResultId, Status, Urgency, derive, urgency};
use rusqlite::{OptionalExtension, Row, ToSql, params};

use crate::listing::Line;
use crate::open::Change;
use crate::{Result, Tx};

/// What listings are made of. All of it is in `check_listed`: no document is touched.
const LINES: &str =
    "SELECT id, status, urgency, entered_at, active_at, posting, status_since, candidate, posting_title, owner, template,
        template_name, warnings
    FROM \"check\" WHERE connection = ?1";

const OVER: &str = "SELECT doc FROM \"check\"
    WHERE connection = ?1 AND status = ?2 AND active_at < ?3 AND due_at IS NULL ORDER BY active_at LIMIT ?4";

const HOW_MANY_OVER: &str = "SELECT count(*) FROM \"check\"
    WHERE connection = ?1 AND status = ?2 AND active_at < ?3 AND due_at IS NULL";
/// Statuses after which nothing more happens by itself. Not `NeedsAttention`: whoever is parked still stands in the trigger
/// stage in Lever, and somebody may answer. That they left it, or were archived there, is seen within a day; then the check
/// is skipped, and its days begin. A start of unknown outcome waits for a person whatever Lever says (`rules.md` 5).
const AT_END: [Status; 3] = [Status::Completed, Status::Failed, Status::Skipped];

impl Tx<'_> {
    /// Stores a check, new or changed. `due_at` = when the engine has something to do for it next.
    pub fn put_check(&self, check: &Check, due_at: Option<Millis>) -> Result<()> {
        let (status, _) = derive(check);
        let urgency = urgency(check) as u8;
        let line = Line::of(check, status, urgency);
        let phase = match check.phase {
            Phase::Queued => "queued",
            Phase::Started => "started",
            Phase::Parked(_) => "parked",
            Phase::Skipped(_) => "skipped",
            Phase::Elsewhere(_) => "elsewhere",
        };
        self.sql
            .prepare_cached(
                "INSERT INTO \"check\" (id, connection, opportunity, posting, ordinal, phase, status, urgency, entered_at,
                                        active_at, due_at, seen_at, doc, status_since, candidate, posting_title, owner,
                                        template, template_name, warnings)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)
                 ON CONFLICT (id) DO UPDATE SET posting = excluded.posting, ordinal = excluded.ordinal,
                    phase = excluded.phase, status = excluded.status, urgency = excluded.urgency, entered_at = excluded.entered_at,
                    active_at = excluded.active_at, due_at = excluded.due_at, doc = excluded.doc,
                    status_since = excluded.status_since, candidate = excluded.candidate,
                    posting_title = excluded.posting_title, owner = excluded.owner, template = excluded.template,
                    template_name = excluded.template_name, warnings = excluded.warnings",
            )?
            .execute(params![
                check.id.to_string(),
                check.connection.to_string(),
                check.opportunity.as_str(),
                check.posting.as_ref().map(|posting| posting.as_str()),
                check.ordinal,
                phase,
                status.tag(),
                urgency,
                check.entered_at.0,
                check.active_at.0,
                due_at.map(|at| at.0),
                check.created_at.0,
                serde_json::to_string(check)?,
                line.since.0,
                line.candidate,
                line.posting_title,
                line.owner,
                line.template.as_ref().map(|(id, _)| id),
                line.template.as_ref().map(|(_, name)| name),
                line.warnings,
            ])?;
        self.changed.borrow_mut().push(Change::Put(check.connection, line));
        Ok(())
    }

    /// Removes all that is stored of a check: its row, its story, its effects, and by which results it is known. The spent
    /// keys stay, so that nobody is started twice.
    pub fn remove_check(&self, check: &Check) -> Result<()> {
        for sql in [
            "DELETE FROM timeline WHERE \"check\" = ?1",
            "DELETE FROM result WHERE \"check\" = ?1",
            "DELETE FROM effect WHERE \"check\" = ?1",
            "DELETE FROM \"check\" WHERE id = ?1",
        ] {
            self.sql.prepare_cached(sql)?.execute([check.id.to_string()])?;
        }
        self.changed.borrow_mut().push(Change::Gone(check.connection, check.id));
        Ok(())
    }

    /// One check.
    pub fn check(&self, id: CheckId) -> Result<Option<Check>> {
        self.one("SELECT doc FROM \"check\" WHERE id = ?1", &[&id.to_string()])
    }

    /// Remembers with which `partner-result.id` a check is sent.
    pub fn put_result(&self, result: ResultId, check: &Check) -> Result<()> {
        self.sql
            .prepare_cached(
                "INSERT INTO result (id, \"check\") VALUES (?1, ?2) ON CONFLICT DO UPDATE SET \"check\" = excluded.\"check\"",
            )?
            .execute(params![result.to_string(), check.id.to_string()])?;
        Ok(())
    }

    /// The check that Refapp's update is about, whichever of its starts it tells of.
    pub fn check_by_result(&self, connection: ConnectionId, result: ResultId) -> Result<Option<Check>> {
        self.one(
            "SELECT doc FROM \"check\" WHERE connection = ?1 AND id = (SELECT \"check\" FROM result WHERE id = ?2)",
            &[&connection.to_string(), &result.to_string()],
        )
    }

    /// The checks of one opportunity, oldest first.
    pub fn checks_of(&self, connection: ConnectionId, opportunity: &OpportunityId) -> Result<Vec<Check>> {
        self.many(
            "SELECT doc FROM \"check\" WHERE connection = ?1 AND opportunity = ?2 ORDER BY ordinal, id",
            &[&connection.to_string(), &opportunity.as_str()],
        )
    }

    /// The opportunities that there are checks of.
    pub fn opportunities(&self, connection: ConnectionId) -> Result<BTreeSet<OpportunityId>> {
        let mut rows = self
            .sql
            .prepare_cached("SELECT opportunity FROM \"check\" WHERE connection = ?1")?;
        let rows = rows.query_map([connection.to_string()], |row| row.get(0))?;
        rows.map(|row| Ok(OpportunityId(row?))).collect()
    }

    /// Checks that wait for their start, first come first.
    pub fn queued_checks(&self, connection: ConnectionId, limit: u32) -> Result<Vec<Check>> {
        self.many(
            "SELECT doc FROM \"check\" WHERE connection = ?1 AND phase = 'queued' ORDER BY entered_at, id LIMIT ?2",
            &[&connection.to_string(), &limit],
        )
    }

    /// Checks for which something is to be done at `now`.
    pub fn due_checks(&self, connection: ConnectionId, now: Millis, limit: u32) -> Result<Vec<Check>> {
        self.many(
            "SELECT doc FROM \"check\" WHERE connection = ?1 AND due_at <= ?2 ORDER BY due_at LIMIT ?3",
            &[&connection.to_string(), &now.0, &limit],
        )
    }

    /// When something is to be done for a check after `now`.
    pub fn next_due(&self, connection: ConnectionId, now: Millis) -> Result<Option<Millis>> {
        let at: Option<i64> = self
            .sql
            .prepare_cached("SELECT min(due_at) FROM \"check\" WHERE connection = ?1 AND due_at > ?2")?
            .query_row(params![connection.to_string(), now.0], |row| row.get(0))?;
        Ok(at.map(Millis))
    }

    /// Sets the due time alone.
    pub fn set_due(&self, id: CheckId, due_at: Option<Millis>) -> Result<()> {
        self.sql
            .prepare_cached("UPDATE \"check\" SET due_at = ?2 WHERE id = ?1")?
            .execute(params![id.to_string(), due_at.map(|at| at.0)])?;
        Ok(())
    }

    /// An opportunity was looked at: its checks are what they were, or were changed.
    pub fn seen(&self, connection: ConnectionId, opportunity: &OpportunityId, now: Millis) -> Result<()> {
        self.sql
            .prepare_cached("UPDATE \"check\" SET seen_at = ?3 WHERE connection = ?1 AND opportunity = ?2")?
            .execute(params![connection.to_string(), opportunity.as_str(), now.0])?;
        Ok(())
    }

    /// Opportunities whose checks name a person and that were not looked at since `before`, longest ago first.
    pub fn unseen(&self, connection: ConnectionId, before: Millis, limit: u32) -> Result<Vec<OpportunityId>> {
        let mut rows = self.sql.prepare_cached(
            "SELECT opportunity FROM \"check\" WHERE connection = ?1 AND seen_at < ?2 AND candidate <> ''
             ORDER BY seen_at LIMIT ?3",
        )?;
        let rows = rows.query_map(params![connection.to_string(), before.0, limit], |row| row.get(0))?;
        rows.map(|row| Ok(OpportunityId(row?))).collect()
    }

    /// What a connection's listing is made of, in no order; one by one, as all of them at once take several times the memory
    /// that a listing keeps, and little of it is given back.
    pub(crate) fn lines<T>(
        &self,
        connection: ConnectionId,
        take: impl FnOnce(&mut dyn Iterator<Item = Line>) -> T,
    ) -> Result<T> {
        let mut rows = self.sql.prepare_cached(LINES)?;
        let mut failed = None;
        let mut lines = rows
            .query_map([connection.to_string()], line)?
            // An id or a status that cannot be read is of no check of ours.
            .filter_map(rusqlite::Result::transpose)
            .map_while(|line| line.map_err(|error| failed = Some(error)).ok());
        let taken = take(&mut lines);
        drop(lines);
        match failed {
            Some(error) => Err(error.into()),
            None => Ok(taken),
        }
    }

    /// The first ones in the dashboard's first order: needs action, then oldest.
    pub fn most_urgent(&self, connection: ConnectionId, limit: u32) -> Result<Vec<Check>> {
        self.many(
            "SELECT doc FROM \"check\" WHERE connection = ?1 ORDER BY urgency, entered_at, id LIMIT ?2",
            &[&connection.to_string(), &limit],
        )
    }

    /// Those of these checks that are there, in this order.
    pub fn checks(&self, ids: &[CheckId]) -> Result<Vec<Check>> {
        let found = ids.iter().filter_map(|id| self.check(*id).transpose());
        found.collect()
    }

    /// Checks that are over, that nothing has happened to since `before`, and that nothing is to be done for.
    pub fn over_since(&self, connection: ConnectionId, before: Millis, limit: u32) -> Result<Vec<Check>> {
        let mut over = Vec::new();
        for status in AT_END {
            let left = limit.saturating_sub(u32::try_from(over.len()).unwrap_or(u32::MAX));
            over.extend(self.many(OVER, &[&connection.to_string(), &status.tag(), &before.0, &left])?);
        }
        Ok(over)
    }

    /// How many there are of these.
    pub fn how_many_over_since(&self, connection: ConnectionId, before: Millis) -> Result<u32> {
        let mut count = self.sql.prepare_cached(HOW_MANY_OVER)?;
        AT_END.into_iter().try_fold(0, |sum, status| {
            let many: u32 = count.query_row(params![connection.to_string(), status.tag(), before.0], |row| {
                row.get(0)
            })?;
            Ok(sum + many)
        })
    }

    /// Forgets what Refapp said of a check.
    pub fn forget_updates(&self, check: &Check) -> Result<()> {
        let forgotten = "DELETE FROM inbox WHERE connection = ?1 AND doc ->> 'kind' = 'update' AND doc ->> 'result' IN
            (SELECT id FROM result WHERE \"check\" = ?2)";
        self.sql
            .prepare_cached(forgotten)?
            .execute(params![check.connection.to_string(), check.id.to_string()])?;
        Ok(())
    }

    /// Whether a check has had this status, and no news, since `before`.
    pub fn any_with_status(&self, connection: ConnectionId, status: &str, before: Millis) -> Result<bool> {
        Ok(self
            .sql
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM \"check\" WHERE connection = ?1 AND status = ?2 AND active_at < ?3)",
            )?
            .query_row(params![connection.to_string(), status, before.0], |row| row.get(0))?)
    }

    /// How many checks have each status and urgency: `(status, urgency, how many)`.
    pub fn tally(&self, connection: ConnectionId) -> Result<Vec<(String, u8, u32)>> {
        let mut rows = self.sql.prepare_cached(
            "SELECT status, urgency, many FROM tally WHERE connection = ?1 AND many > 0 ORDER BY 1, 2",
        )?;
        let rows = rows.query_map([connection.to_string()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Those that reached the stage last among the checks that wait for a person, the newest first.
    pub fn last_to_decide(&self, connection: ConnectionId, limit: u32) -> Result<Vec<Check>> {
        let sql = "SELECT doc FROM \"check\" WHERE connection = ?1 AND urgency = ?2
            ORDER BY entered_at DESC, id DESC LIMIT ?3";
        self.many(sql, &[&connection.to_string(), &(Urgency::NeedsAction as u8), &limit])
    }

    /// Those that wait for a person, the last to reach the stage first.
    pub fn to_decide(&self, connection: ConnectionId) -> Result<Vec<CheckId>> {
        let sql = "SELECT id FROM \"check\" WHERE connection = ?1 AND urgency = ?2 ORDER BY entered_at DESC, id DESC";
        self.ids(sql, &[&connection.to_string(), &(Urgency::NeedsAction as u8)])
    }

    /// Those that were completed since this moment and ask for nobody, the last first.
    pub fn completed_since(&self, connection: ConnectionId, since: Millis) -> Result<Vec<CheckId>> {
        let sql = "SELECT id FROM \"check\" WHERE connection = ?1 AND status = ?2 AND active_at >= ?3 AND urgency = ?4
            AND doc ->> 'status_since' >= ?3 ORDER BY active_at DESC";
        let completed = Status::Completed.tag();
        let over = Urgency::IsOver as u8;
        self.ids(sql, &[&connection.to_string(), &completed, &since.0, &over])
    }

    fn ids(&self, sql: &str, params: &[&dyn ToSql]) -> Result<Vec<CheckId>> {
        let mut rows = self.sql.prepare_cached(sql)?;
        let ids = rows.query_map(params, |row| row.get::<_, String>(0))?;
        // An id that cannot be read is of no check of ours.
        Ok(ids
            .filter_map(|id| id.map(|id| id.parse().ok()).transpose())
            .collect::<rusqlite::Result<_>>()?)
    }

    fn one(&self, sql: &str, params: &[&dyn ToSql]) -> Result<Option<Check>> {
        let doc: Option<String> = self
            .sql
            .prepare_cached(sql)?
            .query_row(params, |row| row.get(0))
            .optional()?;
        Ok(doc.map(|doc| serde_json::from_str(&doc)).transpose()?)
    }

    fn many(&self, sql: &str, params: &[&dyn ToSql]) -> Result<Vec<Check>> {
        let mut rows = self.sql.prepare_cached(sql)?;
        let docs = rows.query_map(params, |row| row.get::<_, String>(0))?;
        docs.map(|doc| Ok(serde_json::from_str(&doc?)?)).collect()
    }
}

fn line(row: &Row<'_>) -> rusqlite::Result<Option<Line>> {
    let (id, status): (String, String) = (row.get(0)?, row.get(1)?);
    let (Ok(id), Some(status)) = (id.parse(), Status::of_tag(&status)) else {
        return Ok(None);
    };
    let template: (Option<String>, Option<String>) = (row.get(10)?, row.get(11)?);
    Ok(Some(Line {
        id,
        status,
        urgency: row.get(2)?,
        entered_at: Millis(row.get(3)?),
        active_at: Millis(row.get(4)?),
        posting: row.get(5)?,
        since: Millis(row.get(6)?),
        candidate: row.get(7)?,
        posting_title: row.get(8)?,
        owner: row.get(9)?,
        template: template.0.zip(template.1),
        warnings: row.get(12)?,
    }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use model::{Asked, EffectKey, Progress, Reason, Sort, TemplateId, WireStatus, Written};
    use proptest::prelude::*;

    use super::*;
    use crate::{Error, Store};

    fn check() -> Check {
        let (connection, opportunity) = (ConnectionId::of("Nordvik"), "opportunity".into());
        Check {
            id: EffectKey::of(connection, &opportunity, None, "start", 1).check_id(),
            connection,
            opportunity,
            posting: None,
            ordinal: 1,
            entered_at: Millis(0),
            phase: Phase::Queued,
            status_since: Millis(0),
            by_person: false,
            result: None,
            progress: Progress::default(),
            read: None,
            candidate: "Kim Berg".to_owned(),
            posting_title: String::new(),
            owner: String::new(),
            template: None,
            coverage: None,
            lever_url: None,
            created_at: Millis(0),
            active_at: Millis(0),
            heard_at: None,
            badges: BTreeSet::new(),
            written: Written::default(),
            superseded: false,
            hitch: None,
            effects: 0,
        }
    }

    proptest! {
        #[test]
        fn s22_whatever_a_text_says_it_is_a_value_and_never_a_part_of_a_statement(
            text in prop_oneof!["\\PC{0,40}", Just("' OR 1=1; DROP TABLE \"check\"; --".to_owned())],
        ) {
            let dir = tempfile::tempdir().unwrap();
            let store = Store::open(dir.path(), Millis(0)).unwrap();
            let other = check();
            let opportunity = OpportunityId(format!("{text}'"));
            let hostile = Check {
                id: EffectKey::of(other.connection, &opportunity, None, "start", 1).check_id(),
                opportunity: opportunity.clone(),
                candidate: text.clone(),
                ..other.clone()
            };
            store
                .write(|tx| {
                    tx.put_check(&other, None)?;
                    tx.put_check(&hostile, None)
                })
                .unwrap();
            let found = store.read(|tx| tx.checks_of(hostile.connection, &opportunity)).unwrap();
            prop_assert_eq!(found, [hostile.clone()]);
            let asked = store.read(|tx| tx.any_with_status(hostile.connection, &text, Millis(i64::MAX))).unwrap();
            prop_assert_eq!(asked, text == "Queued");
            let mut words = Asked::default();
            words.filter.text = text;
            let found = store.list(hostile.connection, &words, Sort::default(), 0, 10).unwrap();
            prop_assert!(found.checks.contains(&hostile.id));
        }
    }

    /// What a check may be put as, or that it or its connection is removed.
    #[derive(Clone, Debug)]
    enum Act {
        Put { connection: u32, check: u32, like: u32 },
        RemoveCheck { connection: u32, check: u32 },
        Remove { connection: u32 },
    }

    fn acts() -> impl Strategy<Value = Vec<Act>> {
        let put = (0..2_u32, 0..4_u32, 0..6_u32).prop_map(|(connection, check, like)| Act::Put {
            connection,
            check,
            like,
        });
        let remove = (0..2_u32).prop_map(|connection| Act::Remove { connection });
        let one = (0..2_u32, 0..4_u32).prop_map(|(connection, check)| Act::RemoveCheck { connection, check });
        prop::collection::vec(prop_oneof![8 => put, 2 => one, 1 => remove], 1..40)
    }

    fn put(tx: &Tx<'_>, connection: u32, number: u32, like: u32) -> Result<()> {
        let connection = ConnectionId::of(&connection.to_string());
        let opportunity: OpportunityId = number.to_string().as_str().into();
        let mut check = Check {
            id: EffectKey::of(connection, &opportunity, None, "start", 1).check_id(),
            connection,
            opportunity,
            ..check()
        };
        (check.phase, check.progress.status) = match like {
            0 => (Phase::Queued, WireStatus::Sending),
            1 => (Phase::Parked(Reason::NoPosting), WireStatus::Sending),
            2 => (Phase::Skipped(Reason::Deleted), WireStatus::Sending),
            3 => (Phase::Started, WireStatus::Sent),
            4 => (Phase::Started, WireStatus::Completed),
            _ => (Phase::Started, WireStatus::Failed),
        };
        tx.put_check(&check, None)
    }

    fn counted(tx: &Tx<'_>, connection: ConnectionId) -> Vec<(String, u8, u32)> {
        let sql = "SELECT status, urgency, count(*) FROM \"check\" WHERE connection = ?1 GROUP BY 1, 2 ORDER BY 1, 2";
        let mut rows = tx.sql.prepare(sql).unwrap();
        let rows = rows.query_map([connection.to_string()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        });
        rows.unwrap().map(|row| row.unwrap()).collect()
    }

    fn acted(store: &Store, act: &Act) {
        let done: Result<()> = store.write(|tx| match *act {
            Act::Put {
                connection,
                check,
                like,
            } => put(tx, connection, check, like),
            Act::RemoveCheck { connection, check } => {
                let connection = ConnectionId::of(&connection.to_string());
                let known = tx.checks_of(connection, &check.to_string().as_str().into())?;
                known.iter().try_for_each(|check| tx.remove_check(check))
            }
            Act::Remove { connection } => tx.remove_connection(ConnectionId::of(&connection.to_string())),
        });
        done.unwrap();
    }

    #[test]
    fn a_listing_is_read_from_its_index_alone_and_a_row_by_its_id() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), Millis(0)).unwrap();
        let plan = |sql: &str, params: &[&dyn ToSql]| {
            let explained = store.read(|tx| {
                let mut rows = tx.sql.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
                let rows = rows.query_map(params, |row| row.get::<_, String>(3))?;
                Ok(rows.collect::<rusqlite::Result<Vec<_>>>()?)
            });
            explained.unwrap()
        };
        assert_eq!(
            plan(LINES, &[&""]),
            ["SEARCH check USING COVERING INDEX check_listed (connection=?)"]
        );
        // A plan may say so and look every row up nevertheless.
        let opened = store.read(|tx| {
            let mut steps = tx.sql.prepare(&format!("EXPLAIN {LINES}"))?;
            let steps = steps.query_map([""], |row| row.get::<_, String>(1))?;
            let steps: Vec<_> = steps.collect::<rusqlite::Result<_>>()?;
            Ok(steps.iter().filter(|step| *step == "OpenRead").count())
        });
        assert_eq!(opened.unwrap(), 1);
        assert_eq!(
            plan(HOW_MANY_OVER, &[&"", &"", &0_i64]),
            ["SEARCH check USING INDEX check_status (connection=? AND status=? AND active_at<?)"]
        );
        assert_eq!(
            plan(OVER, &[&"", &"", &0_i64, &1_i64]),
            ["SEARCH check USING INDEX check_status (connection=? AND status=? AND active_at<?)"]
        );
        assert_eq!(
            plan("SELECT doc FROM \"check\" WHERE id = ?1", &[&""]),
            ["SEARCH check USING PRIMARY KEY (id=?)"]
        );
    }

    #[test]
    fn a_line_is_the_same_whether_it_is_made_of_the_check_or_read() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), Millis(0)).unwrap();
        let plain = check();
        let (opportunity, mut full) = ("another".into(), check());
        full.id = EffectKey::of(full.connection, &opportunity, None, "start", 1).check_id();
        full.opportunity = opportunity;
        full.posting = Some("posting".into());
        full.posting_title = "\"Utvecklare\"".to_owned();
        full.owner = "Åsa Öberg".to_owned();
        full.template = Some((TemplateId("t".to_owned()), "1".to_owned()));
        full.progress.warnings = ["one", "two"].map(str::to_owned).into();
        (full.entered_at, full.status_since, full.active_at) = (Millis(1), Millis(2), Millis(3));
        full.phase = Phase::Started;
        let both = [plain, full];
        let (written, changed) = store
            .write(|tx| {
                both.iter().try_for_each(|check| tx.put_check(check, None))?;
                Ok::<_, Error>((
                    tx.lines(both[0].connection, |lines| lines.collect::<Vec<_>>())?,
                    tx.changed.borrow().clone(),
                ))
            })
            .unwrap();
        for change in changed {
            let Change::Put(_, line) = change else {
                panic!("{change:?}")
            };
            assert!(written.contains(&line), "{line:?} is not among {written:?}");
        }
        assert_eq!(written.len(), 2);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn a_listing_follows_every_commit_as_if_it_were_read_anew(acts in acts()) {
            let dir = tempfile::tempdir().unwrap();
            let store = Store::open(dir.path(), Millis(0)).unwrap();
            let connections = ["0", "1"].map(ConnectionId::of);
            let listed = |store: &Store| {
                let all = |connection| store.list(connection, &Asked::default(), Sort::default(), 0, 100).unwrap();
                // Changes are numbered anew whenever the file is opened.
                connections.map(|connection| crate::Found { change: 0, ..all(connection) })
            };
            listed(&store);
            for act in &acts {
                acted(&store, act);
            }
            let followed = listed(&store);
            drop(store);
            let anew = listed(&Store::open(dir.path(), Millis(1)).unwrap());
            prop_assert_eq!(followed, anew);
        }

        #[test]
        fn the_tally_is_what_counting_would_find(acts in acts()) {
            let dir = tempfile::tempdir().unwrap();
            let store = Store::open(dir.path(), Millis(0)).unwrap();
            for act in &acts {
                acted(&store, act);
            }
            store.read(|tx| {
                for connection in ["0", "1"].map(ConnectionId::of) {
                    let counted = counted(tx, connection);
                    assert_eq!(tx.tally(connection)?, counted);
                }
                Ok(())
            }).unwrap();
        }
    }

    #[test]
    fn every_committed_change_of_a_check_counts_for_its_connection_and_nothing_else_does() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), Millis(0)).unwrap();
        let (check, other) = (check(), ConnectionId::of("another"));
        let put = || store.write(|tx| tx.put_check(&check, None));
        put().unwrap();
        let first = store.changes(check.connection);
        // The same row again, which no count of rows by status tells.
        put().unwrap();
        assert!(store.changes(check.connection) > first);

        let last = store.changes(check.connection);
        let failed: Result<()> = store.write(|tx| {
            tx.put_check(&check, None)?;
            Err(Error::Locked)
        });
        assert!(failed.is_err());
        store.read(|tx| tx.put_check(&check, None)).unwrap();
        store.write(|tx| tx.set_due(check.id, Some(Millis(1)))).unwrap();
        assert_eq!((store.changes(check.connection), store.changes(other)), (last, 0));
    }
}

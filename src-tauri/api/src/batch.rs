//! Checks that are answered together, however many they are: what crosses to a user interface is how many, and the names
//! of those that it shows.
//!
//! Which ones they are is settled anew for each question, from what was seen: what is looked for, why they ask, and the
//! last change that could be seen. So nothing has to be kept here, an answer can be thought over for as long as one
//! likes, and what came or changed meanwhile is never swept in with the others.

use engine::{Order, decisions, mails};
use model::{Asked, Check, CheckId, ConnectionId, Failure, Look, Sight, Sort, Status};

use crate::causes::{asking, has, number};
use crate::dashboard::WINDOW;
use crate::{Batch, Gathered, Held, Host, Left, Together, Whom};

/// So many are read at a time.
const READ: usize = 500;
/// Of those for whom something could not be decided, so many are named.
const NAMED: usize = 50;

impl Host {
    pub(crate) fn gather(
        &self,
        connection: ConnectionId,
        mut look: Look,
        but: Vec<CheckId>,
        sight: Option<Sight>,
    ) -> Result<Gathered, Failure> {
        look.filter.statuses = [Status::NeedsAttention].into();
        let mut asked = self.asked(&look, &self.wall(connection))?;
        asked.but = but.into_iter().collect();
        asked.sight = sight;
        let (found, _) = self.engine.list(connection, &asked, Sort::default(), 0, 0, None)?;
        // Of what is read from here on, nothing is newer than this.
        let sight = sight.unwrap_or(Sight {
            change: found.change,
            last: None,
        });
        asked.sight = Some(sight);
        let ids = self.engine.all(connection, &asked, Sort::default())?;
        let mut shared: Option<Vec<engine::Decision>> = None;
        let mut mailing: Vec<engine::Decision> = Vec::new();
        for some in ids.chunks(READ) {
            for check in self.engine.checks(some)? {
                let can = decisions(&check);
                for decision in &can {
                    if mails(&check, *decision) && !mailing.contains(decision) {
                        mailing.push(*decision);
                    }
                }
                shared
                    .get_or_insert_with(|| can.clone())
                    .retain(|one| can.contains(one));
            }
        }
        let shared = shared.unwrap_or_default();
        mailing.retain(|decision| shared.contains(decision));
        Ok(Gathered {
            checks: number(ids.len()),
            decisions: shared.into_iter().map(Into::into).collect(),
            mailing: mailing.into_iter().map(Into::into).collect(),
            sight,
        })
    }

    pub(crate) fn whom(
        &self,
        connection: ConnectionId,
        batch: &Batch,
        offset: u32,
        limit: u32,
    ) -> Result<Whom, Failure> {
        let ids = self.of_batch(connection, batch)?;
        let window = ids.iter().skip(offset as usize).take(limit.min(WINDOW) as usize);
        let checks = self.engine.checks(&window.copied().collect::<Vec<_>>())?;
        Ok(Whom {
            total: number(ids.len()),
            offset,
            checks: checks.iter().map(asking).collect(),
        })
    }

    pub(crate) fn held(&self, connection: ConnectionId, batch: &Batch, checks: &[CheckId]) -> Result<Held, Failure> {
        let (total, checks) = self.engine.among(connection, &self.seen(connection, batch)?, checks)?;
        Ok(Held { total, checks })
    }

    pub(crate) async fn decide_together(
        &self,
        connection: ConnectionId,
        batch: &Batch,
        decision: engine::Decision,
    ) -> Result<Together, Failure> {
        let mut together = Together::default();
        for check in self.of_batch(connection, batch)? {
            let Err(failure) = self.engine.order(connection, Order::Decide { check, decision }).await else {
                together.decided += 1;
                continue;
            };
            together.left += 1;
            if together.undecided.len() < NAMED {
                // What was done is to be told, though this one cannot be named.
                let named = self.engine.checks(&[check]).unwrap_or_default();
                together.undecided.extend(named.iter().map(|check| Left {
                    check: asking(check),
                    failure: failure.clone(),
                }));
            }
        }
        Ok(together)
    }

    /// The oldest first.
    fn of_batch(&self, connection: ConnectionId, batch: &Batch) -> Result<Vec<CheckId>, Failure> {
        let ids = self
            .engine
            .all(connection, &self.seen(connection, batch)?, Sort::default())?;
        let Some(cause) = &batch.cause else { return Ok(ids) };
        let checks = self.engine.checks(&ids)?;
        let those = checks.iter().filter(|check: &&Check| has(check, cause));
        Ok(those.map(|check| check.id).collect())
    }

    fn seen(&self, connection: ConnectionId, batch: &Batch) -> Result<Asked, Failure> {
        let mut look = batch.look.clone();
        match batch.cause {
            Some(_) => look.filter.needs_action = true,
            None => look.filter.statuses = [Status::NeedsAttention].into(),
        }
        let mut asked = self.asked(&look, &self.wall(connection))?;
        asked.but = batch.but.iter().copied().collect();
        asked.sight = Some(batch.sight);
        Ok(asked)
    }
}

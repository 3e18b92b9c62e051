//! The dashboard's questions: which checks, how many, and how the recruiter looks at them.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use model::{
    Anchor, Asked, CheckId, Code, ConnectionId, Desk, Failure, Filter, Look, OpportunityId, Took, Urgency, ViewName,
    urgency,
};

use crate::show::{self, Wall};
use crate::{
    CheckDetail, CheckWindow, Durations, FilterChoices, Host, OwnerChoice, PostingChoice, TemplateDuration,
    UsedTemplate,
};

/// Rows in one window, at most.
pub(crate) const WINDOW: u32 = 500;

impl Host {
    /// `now`, here, with the connection's limits.
    pub(crate) fn wall(&self, connection: ConnectionId) -> Wall {
        // Of one that has just gone there is nothing to show.
        let (limits, unheard) = self.engine.watch(connection).map_or_else(Default::default, |watch| {
            let state = watch.borrow();
            (state.record.settings.limits, state.unheard())
        });
        Wall {
            now: self.clock.now(),
            zone: TimeZone::system(),
            limits,
            unheard,
        }
    }

    /// What a look asks for, here and now.
    pub(crate) fn asked(&self, look: &Look, wall: &Wall) -> Result<Asked, Failure> {
        let me = if look.filter.mine { self.engine.desk()?.me } else { None };
        Ok(look.filter.clone().asked(me, wall.now, &wall.zone, &wall.limits))
    }

    pub(crate) fn window(
        &self,
        connection: ConnectionId,
        look: &Look,
        offset: u32,
        limit: u32,
        anchor: Option<&Anchor>,
    ) -> Result<CheckWindow, Failure> {
        let wall = self.wall(connection);
        let asked = self.asked(look, &wall)?;
        let (found, checks) = self
            .engine
            .list(connection, &asked, look.sort, offset, limit.min(WINDOW), anchor)?;
        Ok(CheckWindow {
            total: found.total,
            counts: found.counts,
            needs_action: found.needs_action,
            head: Some(found.head),
            offset: found.offset,
            rows: checks.iter().map(|check| show::row(check, &wall)).collect(),
        })
    }

    /// Reads what the dashboards list before somebody asks: with many checks that takes as long as a page takes to open.
    pub fn look_ahead(&self) {
        for state in self.engine.states() {
            // If it fails, whoever asks is told.
            let _ = self.window(state.record.id, &Look::default(), 0, 0, None);
        }
    }

    pub(crate) fn checks_of(
        &self,
        connection: ConnectionId,
        opportunity: &OpportunityId,
    ) -> Result<CheckWindow, Failure> {
        let wall = self.wall(connection);
        let checks = self.engine.checks_of(connection, opportunity)?;
        let rows: Vec<_> = checks.iter().map(|check| show::row(check, &wall)).collect();
        let mut counts = BTreeMap::new();
        for row in &rows {
            *counts.entry(row.status).or_default() += 1;
        }
        let needs_action = checks
            .iter()
            .filter(|check| urgency(check) == Urgency::NeedsAction)
            .count();
        Ok(CheckWindow {
            total: u32::try_from(rows.len()).unwrap_or(u32::MAX),
            counts,
            needs_action: u32::try_from(needs_action).unwrap_or(u32::MAX),
            head: None,
            offset: 0,
            rows,
        })
    }

    pub(crate) fn detail(&self, check: CheckId) -> Result<CheckDetail, Failure> {
        let (check, story) = self.engine.check(check)?;
        Ok(show::detail(&check, story, &self.wall(check.connection)))
    }

    pub(crate) fn filter_choices(
        &self,
        connection: ConnectionId,
        filter: Filter,
        me: Option<String>,
    ) -> Result<FilterChoices, Failure> {
        let wall = self.wall(connection);
        let asked = filter.asked(me, wall.now, &wall.zone, &wall.limits);
        let choices = self.engine.choices(connection, &asked)?;
        let posting = |(id, title, checks)| PostingChoice { id, title, checks };
        let template = |(id, name, checks)| UsedTemplate { id, name, checks };
        let owner = |(name, checks)| OwnerChoice { name, checks };
        Ok(FilterChoices {
            total: choices.total,
            statuses: choices.statuses,
            postings: choices.postings.into_iter().map(posting).collect(),
            owners: choices.owners.into_iter().map(owner).collect(),
            templates: choices.templates.into_iter().map(template).collect(),
        })
    }

    pub(crate) fn durations(&self, connection: ConnectionId) -> Result<Durations, Failure> {
        let store::Durations { all, templates } = self.engine.durations(connection)?;
        let of_template = |(template, took): (Option<(_, String)>, Took)| TemplateDuration {
            template: template.map(|(_, name)| name),
            took,
        };
        Ok(Durations {
            all,
            templates: templates.into_iter().map(of_template).collect(),
        })
    }

    /// # Errors
    /// `APP-INPUT` if there is none of this name.
    pub(crate) fn turn_to_view(&self, name: ViewName, mine: bool) -> Result<Desk, Failure> {
        self.engine.change_desk(|desk| {
            desk.mine = mine;
            desk.turn_to(name)
        })
    }

    /// # Errors
    /// `APP-INPUT` for a name that nobody can have.
    pub(crate) fn set_me(&self, me: Option<String>) -> Result<Desk, Failure> {
        let me = me.map(|me| me.trim().to_owned()).filter(|me| !me.is_empty());
        if me.as_ref().is_some_and(|me| me.chars().count() > LONGEST) {
            return Err(Failure::new(Code::AppInput).with("field", "me"));
        }
        self.engine.change_desk(|desk| {
            desk.me = me;
            true
        })
    }

    pub(crate) fn forget_view(&self, name: &ViewName) -> Result<Desk, Failure> {
        self.engine.change_desk(|desk| {
            desk.forget(name);
            true
        })
    }
}

/// The longest name, in characters.
const LONGEST: usize = 200;

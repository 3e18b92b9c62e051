//! An observer looks at what Refapp's own integration writes to Lever (`refapp-api.md §9`). It reads lists and writes
//! nothing.
//!
//! Not here, since no list tells: who is confidential or archived, since when a status holds, how many referees have
//! answered, and the way into Refapp.

use std::collections::HashMap;

use lever::{Kind, Opportunity};
use model::{Clock, Code, Failure, HOUR, Millis, Mode, PostingId, Right, RightState, Status, StatusTag, WayIn};
use store::Standing;

use super::{Owner, Then, Users, member};
use crate::order::Order;
use crate::plan::observe::PostingName;
use crate::step;

/// Postings whose names are read in one round; the next round goes on.
const NAMES: usize = 50;
/// How long such a name is known.
const NAME_LIFE: i64 = 6 * HOUR;

/// Names of postings.
pub(super) type Names = HashMap<PostingId, PostingName>;

/// What one round has read.
struct Sight {
    rows: Vec<Opportunity>,
    names: Names,
    /// Whether the key may list the tags that there are, if it was asked.
    lists_tags: Option<bool>,
}

impl Owner {
    /// What a connection is for is decided before it follows anybody.
    pub(super) fn set_mode(&mut self, mode: Mode) -> Result<(), Failure> {
        let followed = self.world.store.read(|tx| tx.opportunities(self.id()))?;
        if self.record.mode != mode && (self.record.standing != Standing::Draft || !followed.is_empty()) {
            return Err(Code::AppNotNow.into());
        }
        if self.record.mode == mode {
            return Ok(());
        }
        // Another mode needs other rights: a consent was to other scopes, and of a key other boxes are looked at.
        if self.record.way_in == Some(WayIn::OAuth) {
            self.forget_account()?;
        }
        self.open_rights();
        self.change(|record| record.mode = mode);
        Ok(())
    }

    /// Whether an order means anything to a connection that only looks on.
    pub(super) fn is_out_of_place(&self, order: &Order) -> bool {
        self.record.mode == Mode::Observer
            && matches!(
                order,
                Order::SetRefapp { .. }
                    | Order::SetActingUser { .. }
                    | Order::SetChannels { .. }
                    | Order::ChooseStage { .. }
                    | Order::SetDefaults { .. }
                    | Order::UpdateTemplates
                    | Order::AuditPostings
                    | Order::DryRun { .. }
                    | Order::Decide { .. }
            )
    }

    pub(super) fn start_observing(&mut self, now: Millis) {
        let Some(client) = self.begin_round(now) else { return };
        let lists_tags = self.record.rights.get(&Right::ListTags) != Some(&RightState::Missing);
        let (users, clock, names) = (self.users.clone(), self.world.clock.clone(), self.posting_names.clone());
        self.job(async move {
            let sight = look_around(&client, &users, &clock, names, lists_tags).await;
            Box::new(move |owner: &mut Self| owner.looked_around(sight)) as Then
        });
    }

    fn looked_around(&mut self, sight: Result<Sight, lever::Error>) {
        let now = self.now();
        let Some(sight) = self.end_round("observing", sight) else {
            return;
        };
        self.right_is_proven(Right::ListOpportunities);
        match sight.lists_tags {
            Some(true) => self.right_is_proven(Right::ListTags),
            Some(false) => self.change(|record| {
                record.rights.insert(Right::ListTags, RightState::Missing);
            }),
            None => {}
        }
        self.posting_names = sight.names;
        let mirrored = self
            .world
            .store
            .write(|tx| step::observe::mirror(tx, &self.record, &sight.rows, &self.posting_names, &self.missed, now));
        match mirrored {
            Ok(missed) => self.missed = missed,
            Err(error) => self.ail(error.into(), true),
        }
    }
}

/// Reads everybody who carries a status tag, and what their postings are called.
async fn look_around(
    client: &lever::Client,
    users: &Users,
    clock: &Clock,
    mut names: Names,
    may_list_tags: bool,
) -> Result<Sight, lever::Error> {
    let mut tags: Vec<String> = Status::TAGGED.map(|status| StatusTag(status).text()).to_vec();
    let mut lists_tags = None;
    if may_list_tags {
        match client.tags().await {
            Ok(all) => {
                lists_tags = Some(true);
                // Lever's filter takes a tag letter by letter: other words are found only where it lists them.
                let others = all.into_iter().map(|tag| tag.text);
                tags.extend(others.filter(|tag| StatusTag::is_one(tag)));
                tags.sort();
                tags.dedup();
            }
            Err(error) if error.kind == Kind::Forbidden => lists_tags = Some(false),
            Err(error) => return Err(error),
        }
    }
    let rows = client.opportunities_carrying(&tags).await?;
    let now = clock.now();
    names.retain(|_, name| now.since(name.read_at) < NAME_LIFE);
    let mut unnamed: Vec<PostingId> = rows.iter().filter_map(Opportunity::posting).cloned().collect();
    unnamed.sort();
    unnamed.dedup();
    unnamed.retain(|posting| !names.contains_key(posting));
    for posting in unnamed.into_iter().take(NAMES) {
        let name = name_of(client, users, &posting, now).await?;
        names.insert(posting, name);
    }
    Ok(Sight {
        rows,
        names,
        lists_tags,
    })
}

/// Nameless where this key may not read the posting, or its owner.
async fn name_of(
    client: &lever::Client,
    users: &Users,
    posting: &PostingId,
    now: Millis,
) -> Result<PostingName, lever::Error> {
    let is_closed_to_us = |error: &lever::Error| matches!(error.kind, Kind::Forbidden | Kind::NotFound);
    let posting = match client.posting(posting).await {
        Ok(posting) => posting,
        Err(error) if is_closed_to_us(&error) => {
            return Ok(PostingName {
                read_at: now,
                title: String::new(),
                owner: String::new(),
            });
        }
        Err(error) => return Err(error),
    };
    let owner = match &posting.owner {
        Some(owner) => match member(client, users, owner, now).await {
            Ok(owner) => owner.map(|owner| owner.name),
            Err(error) if is_closed_to_us(&error) => None,
            Err(error) => return Err(error),
        },
        None => None,
    };
    Ok(PostingName {
        read_at: now,
        title: posting.text,
        owner: owner.unwrap_or_default(),
    })
}

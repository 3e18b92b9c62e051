//! A crowd of checks: any number, in every state, as a busy account has gathered them in half a year. What it holds
//! follows from its seed, its size and the time alone.
//!
//! [`Crowd::check`] is one of them; [`settle`] makes of all of them a home that the app opens as its own, beside a Lever
//! where the same candidates are. Not here: what Refapp knows. The simulated one has not heard of any of them, so their
//! referees cannot be played.

mod at_lever;
mod people;
mod settle;

use std::collections::BTreeSet;

use engine::plan::{note, write_back};
use model::{
    Badge, ChangedByHand, Check, Code, ConnectionId, Coverage, DAY, EffectKey, Failure, HOUR, MINUTE, Millis, NoteId,
    OpportunityId, Phase, PostingId, Progress, Reason, SECOND, Sighting, Status, TemplateId, WireStatus, Written,
    WrittenNote,
};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use simulator::demo;
use uuid::Uuid;

pub use people::OWNERS;
pub use settle::{PRACTICE_RECEIVER, settle};

/// The name of its connection.
pub const CONNECTION: &str = "Nordvik";

/// How long ago the first of them came.
const SPAN: i64 = 180 * DAY;

/// So many of them have every state there is.
pub const WHOLE: u32 = 1_000;

/// How many are about to be started: the last ones that came.
const QUEUED: u32 = 3;

/// Which crowd.
#[derive(Clone, Debug)]
pub struct Crowd {
    pub seed: u64,
    pub many: u32,
    pub now: Millis,
    /// Where Lever and Refapp are simulated, without a slash at the end.
    pub base: String,
}

/// The last posting is closed, and its owner has no address; the tags of the two before it lead to several templates, or to none.
const JOB_OF_NOBODY: usize = people::JOBS - 1;
const JOB_OF_SEVERAL: usize = people::JOBS - 2;
const JOB_OF_UNKNOWN: usize = people::JOBS - 3;

impl Crowd {
    /// The connection that all of them belong to.
    pub fn connection(&self) -> ConnectionId {
        ConnectionId::of(CONNECTION)
    }

    /// One check; 0 is the one that came last. Each is about an opportunity of its own.
    pub fn check(&self, number: u32) -> Check {
        let mut chance = self.chance(number);
        let connection = self.connection();
        let opportunity = OpportunityId(self.id("opportunity", number));
        let age = 3 * MINUTE + SPAN / i64::from(self.many.max(1)) * i64::from(number) + chance.random_range(0..MINUTE);
        let entered_at = self.now.plus(-age);
        // Some of the time is left in any case: nothing happens in the very moment in which the crowd moves in.
        let until_now = |from: Millis, span: i64| from.plus(span.min(self.now.since(from) / 2));
        let phase = self.phase(number, age, &mut chance);
        let (phase, wire) = match phase {
            State::Waits(phase) => (phase, WireStatus::Sending),
            State::Runs(wire) => (Phase::Started, wire),
        };
        let job = match &phase {
            Phase::Parked(Reason::NoMemberEmail) => JOB_OF_NOBODY,
            Phase::Parked(Reason::TemplateSeveral { .. }) => JOB_OF_SEVERAL,
            Phase::Parked(Reason::TemplateUnknown { .. }) => JOB_OF_UNKNOWN,
            _ => chance.random_range(0..JOB_OF_UNKNOWN),
        };
        let created_at = until_now(entered_at, chance.random_range(SECOND..MINUTE));
        let ordinal = if matches!(phase, Phase::Parked(Reason::AlreadyChecked { .. })) {
            2
        } else {
            1
        };
        let key = EffectKey::of(
            connection,
            &opportunity,
            None,
            &format!("check {}", entered_at.0),
            ordinal,
        );
        let mut check = Check::new(
            key.check_id(),
            connection,
            &opportunity,
            ordinal,
            entered_at,
            phase,
            created_at,
        );
        check.candidate = people::candidate(&mut chance);
        check.lever_url = Some(format!("{}/lever/eu/web/candidates/{opportunity}", self.base));
        if check.phase != Phase::Parked(Reason::NoPosting) {
            check.posting = Some(self.posting(job));
            check.posting_title = people::job(job);
            check.owner = OWNERS[owner_of(job)].to_owned();
        }
        check.status_since = match check.phase {
            Phase::Started => until_now(created_at, chance.random_range(HOUR..9 * DAY)),
            _ => created_at,
        };
        check.active_at = until_now(check.status_since, chance.random_range(0..DAY));
        if check.phase == Phase::Started {
            self.started(&mut check, wire, job, &mut chance);
        }
        match check.phase {
            // As the engine leaves whoever was deleted in Lever.
            Phase::Skipped(Reason::Deleted) => {
                check.candidate.clear();
                check.lever_url = None;
                check.superseded = true;
            }
            Phase::Skipped(Reason::Anonymised) => check.candidate.clear(),
            _ => {}
        }
        self.written(&mut check, &mut chance);
        check
    }

    /// All of them, the one that came last first.
    pub fn checks(&self) -> impl Iterator<Item = Check> {
        (0..self.many).map(|number| self.check(number))
    }

    /// The posting with this number.
    fn posting(&self, job: usize) -> PostingId {
        PostingId(self.id("posting", job))
    }

    /// The user who owns postings with this number.
    fn owner(&self, owner: usize) -> String {
        self.id("user", owner)
    }

    fn id(&self, kind: &str, number: impl std::fmt::Display) -> String {
        let name = format!("crowd {}/{kind}/{number}", self.seed);
        Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()).to_string()
    }

    fn chance(&self, number: u32) -> StdRng {
        StdRng::seed_from_u64(self.seed.wrapping_mul(1 << 32).wrapping_add(u64::from(number)))
    }

    /// Every thousand in a row has every state, in an order that no column shows; of those that came long ago nearly all
    /// are over.
    fn phase(&self, number: u32, age: i64, chance: &mut StdRng) -> State {
        if number < QUEUED {
            return State::Waits(Phase::Queued);
        }
        let long_ago = age > 30 * DAY && chance.random_range(0..10) > 0;
        // Begun where it takes no rare state from the thousand that the first few, who are queued, would have had.
        let place = number.wrapping_mul(389).wrapping_add(500) % WHOLE;
        let wire = |wire| State::Runs(wire);
        match place {
            17..51 if long_ago => State::Waits(Phase::Skipped(Reason::Dismissed)),
            0..51 => State::Waits(Phase::Parked(self.reason(place % 17, age))),
            51..71 => State::Waits(Phase::Skipped(match place % 5 {
                0 => Reason::LeftStage,
                1 => Reason::Archived,
                2 => Reason::Deleted,
                3 => Reason::Anonymised,
                _ => Reason::Dismissed,
            })),
            71..75 => State::Waits(Phase::Elsewhere(Sighting {
                tag: match place % 2 {
                    0 => "Refapp Status: Waiting for referees".to_owned(),
                    _ => "Refapp Status: Hos referenterna".to_owned(),
                },
                stage: Some(demo::TRIGGER_STAGE.to_owned()),
            })),
            80..225 if long_ago => wire(WireStatus::Completed),
            75..95 => wire(WireStatus::Failed),
            95..115 => wire(WireStatus::Sent),
            115..118 => wire(WireStatus::Sending),
            118..222 => wire(WireStatus::Pending),
            222..225 => wire(WireStatus::Unknown),
            _ => wire(WireStatus::Completed),
        }
    }

    fn reason(&self, which: u32, age: i64) -> Reason {
        let long_ago = self.now.plus(-age - 200 * DAY);
        match which {
            0 => Reason::NoPosting,
            1 => Reason::NoMemberEmail,
            2 => Reason::NoContact,
            3 => Reason::TemplateUnknown {
                tags: vec![at_lever::UNKNOWN_TEMPLATE.to_owned()],
            },
            4 => Reason::TemplateSeveral {
                tags: at_lever::SEVERAL_TEMPLATES.map(str::to_owned).into(),
            },
            5 => Reason::TemplateRequired,
            6 => Reason::FieldRequired {
                label: "Cost centre".to_owned(),
            },
            7 => Reason::AlreadyChecked { on: long_ago },
            8 => Reason::AlreadyInStage,
            9 => Reason::Late,
            10 => Reason::Many,
            11 => Reason::WhilePaused,
            12 => Reason::ParkedLong,
            13 => Reason::OtherInstallation {
                tag: "Refapp Status: Sent".to_owned(),
            },
            14 => Reason::Refused {
                status: 422,
                message: "candidate.phone is not a phone number".to_owned(),
            },
            15 => Reason::StartUnknown,
            _ => Reason::Unreadable {
                failure: Failure::new(Code::LevConfidential),
            },
        }
    }

    /// What Refapp has made of it.
    fn started(&self, check: &mut Check, status: WireStatus, job: usize, chance: &mut StdRng) {
        let total = chance.random_range(2..=4);
        let mut progress = Progress {
            status,
            ..Progress::default()
        };
        let page = format!("{}/refapp/candidates/{}", self.base, check.id);
        if !matches!(status, WireStatus::Sending | WireStatus::Sent) {
            progress.total = Some(total);
            progress.candidate_url = Some(page.clone());
        }
        match status {
            WireStatus::Pending => {
                // For the candidate, for referees, or for nobody any more.
                let (to_name, done) = match chance.random_range(0..10) {
                    0..4 => (chance.random_range(1..=total), 0),
                    4..9 => (0, chance.random_range(0..total)),
                    _ => (0, total),
                };
                progress.remaining_to_submit = Some(to_name);
                progress.declined = Some(u32::from(done > 0 && chance.random_range(0..6) == 0));
                progress.completed = Some(done - progress.declined.unwrap_or(0));
            }
            WireStatus::Completed => {
                let declined = u32::from(chance.random_range(0..12) == 0);
                progress.remaining_to_submit = Some(0);
                progress.declined = Some(declined);
                progress.completed = Some(total - declined);
                progress.report_url = Some(format!("{page}/report"));
                if chance.random_range(0..50) == 0 {
                    let known = ["same-ip-address", "same-device", "suspicious-email"];
                    let many = chance.random_range(1..=known.len());
                    progress.warnings = known[..many].iter().map(|code| (*code).to_owned()).collect();
                }
            }
            _ => {}
        }
        check.progress = progress;
        check.result =
            Some(EffectKey::of(check.connection, &check.opportunity, check.posting.as_ref(), "start", 1).result_id());
        check.heard_at = Some(check.active_at);
        check.coverage = Some(Coverage::Unchecked);
        check.effects = 4;
        check.template = template_of(job).map(|(id, name)| (TemplateId::from(id), name.to_owned()));
        let mut badges = BTreeSet::new();
        if !check.candidate.contains(' ') {
            badges.insert(Badge::OneWordName);
        }
        for (badge, one_in) in [
            (Badge::FormerTemplateName, 200),
            (Badge::TemplateWithoutEffect, 150),
            (Badge::NoteUnknown, 250),
            (Badge::NotWritten, 400),
        ] {
            if chance.random_range(0..one_in) == 0 {
                badges.insert(badge);
            }
        }
        check.badges = badges;
    }

    /// What of ours lies in Lever: all is written that is to be, but for what was changed or failed.
    fn written(&self, check: &mut Check, chance: &mut StdRng) {
        let Some((status, with_note)) = write_back::at_rest(check).filter(|_| check.phase != Phase::Queued) else {
            return;
        };
        check.written = Written {
            tags: BTreeSet::from([status]),
            note: with_note.then(|| WrittenNote {
                id: Some(NoteId(self.id("note", check.id))).filter(|_| !check.badges.contains(&Badge::NoteUnknown)),
                text: note::text(check),
            }),
            ..Written::default()
        };
        if check.badges.contains(&Badge::NotWritten) {
            check.hitch = Some(Code::LevNotWritten);
        } else if check.phase == Phase::Started && chance.random_range(0..150) == 0 {
            let other = if status == Status::Completed {
                Status::Sent
            } else {
                Status::Completed
            };
            check.written.changed = Some(ChangedByHand {
                tag_gone: Some(status),
                tags_added: BTreeSet::from([other])
                    .into_iter()
                    .filter(|_| chance.random())
                    .collect(),
                note_gone: false,
            });
        }
    }
}

/// What a check is about to become, before anything else is known of it.
enum State {
    Waits(Phase),
    Runs(WireStatus),
}

fn owner_of(job: usize) -> usize {
    if job == JOB_OF_NOBODY {
        OWNERS.len() - 1
    } else {
        job % (OWNERS.len() - 1)
    }
}

/// The project template that the posting's tag names. Every fourth has none.
fn template_of(job: usize) -> Option<(&'static str, &'static str)> {
    demo::TEMPLATES.get(job % 4).copied()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::mem::discriminant;

    use engine::plan::write_back::{Next, next};
    use model::derive;

    use super::*;

    fn crowd(many: u32) -> Crowd {
        Crowd {
            seed: 7,
            many,
            now: Millis(1_795_000_000_000),
            base: "http://127.0.0.1:1".to_owned(),
        }
    }

    #[test]
    fn a_crowd_follows_from_its_seed() {
        let (one, same) = (crowd(50), crowd(50));
        assert!(one.checks().eq(same.checks()));
        let other = Crowd { seed: 8, ..crowd(50) };
        assert!(one.checks().zip(other.checks()).all(|(one, other)| one.id != other.id));
        let ids: HashSet<_> = crowd(5_000)
            .checks()
            .map(|check| (check.id, check.opportunity))
            .collect();
        assert_eq!(ids.len(), 5_000);
    }

    #[test]
    fn a_thousand_have_every_phase_reason_and_status() {
        let checks: Vec<Check> = crowd(WHOLE).checks().collect();
        let phases: HashSet<_> = checks.iter().map(|check| discriminant(&check.phase)).collect();
        assert_eq!(phases.len(), 5);
        let reasons = |wanted: fn(&Phase) -> Option<&Reason>| {
            let reasons: HashSet<_> = checks
                .iter()
                .filter_map(|check| wanted(&check.phase))
                .map(discriminant)
                .collect();
            reasons.len()
        };
        assert_eq!(
            reasons(|phase| if let Phase::Parked(reason) = phase {
                Some(reason)
            } else {
                None
            }),
            17
        );
        assert_eq!(
            reasons(|phase| if let Phase::Skipped(reason) = phase {
                Some(reason)
            } else {
                None
            }),
            5
        );
        let statuses: BTreeSet<_> = checks.iter().map(|check| derive(check).0).collect();
        assert_eq!(statuses, BTreeSet::from(Status::ALL));
        assert!(checks.iter().any(|check| !check.progress.warnings.is_empty()));
        assert!(checks.iter().any(|check| check.written.changed.is_some()));
        assert!(checks.iter().any(|check| !check.badges.is_empty()));
    }

    #[test]
    fn nobody_is_from_the_future_and_the_first_came_half_a_year_ago() {
        let crowd = crowd(WHOLE);
        for check in crowd.checks() {
            let times = [
                check.entered_at,
                check.created_at,
                check.status_since,
                check.active_at,
                crowd.now,
            ];
            assert!(times.is_sorted(), "{check:?}");
        }
        let ages = crowd.checks().map(|check| crowd.now.since(check.entered_at));
        let (youngest, oldest) = ages.fold((i64::MAX, 0), |(min, max), age| (min.min(age), max.max(age)));
        assert!(youngest < 10 * MINUTE && oldest > 170 * DAY, "{youngest} {oldest}");
    }

    #[test]
    fn there_is_nothing_to_write_for_anybody_who_is_not_about_to_start() {
        let crowd = crowd(3 * WHOLE);
        for check in crowd.checks().filter(|check| check.phase != Phase::Queued) {
            assert_eq!(next(&check, false, false, crowd.now), Next::Rest, "{check:?}");
        }
    }
}

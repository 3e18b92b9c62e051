//! What must hold when all has come to rest.

use model::{Check, Phase, Reason, Status, StatusTag, WireStatus};

use super::history::News;
use super::run::{Run, lock};
use super::world::{Candidate, World, progress, table};

/// All that is wrong.
pub fn judge(run: &Run) -> Vec<String> {
    let world = lock(&run.world);
    let mut wrongs = world.wrongs.clone();
    for (who, candidate) in world.candidates.iter().enumerate() {
        let checks = run.checks(&candidate.id);
        let found = of_candidate(run, &world, who, candidate, &checks);
        wrongs.extend(
            found
                .into_iter()
                .map(|wrong| format!("candidate {who}: {wrong}; {:?}", phases(&checks))),
        );
    }
    wrongs
}

pub fn phases(checks: &[Check]) -> Vec<&Phase> {
    checks.iter().map(|check| &check.phase).collect()
}

fn of_candidate(run: &Run, world: &World, who: usize, candidate: &Candidate, checks: &[Check]) -> Vec<String> {
    let mut wrongs = Vec::new();
    let is_seen_gone = candidate.past.erased || candidate.anonymised && !candidate.confidential;
    if is_seen_gone && run.names(&candidate.id) {
        wrongs.push("the name is still there".to_owned());
    }
    if !candidate.tags.contains("Referral") {
        wrongs.push("somebody's own tag is gone".to_owned());
    }
    for check in checks {
        if let Some(wrong) = without_cause(world, who, candidate, check) {
            wrongs.push(wrong);
        }
    }
    if candidate.deleted {
        for check in checks {
            let progress = &check.progress;
            if check.lever_url.is_some() || progress.report_url.is_some() || progress.candidate_url.is_some() {
                wrongs.push("links of somebody who was deleted are still there".to_owned());
            }
        }
        return wrongs;
    }
    wrongs.extend(is_lost(world, who, candidate, checks));
    wrongs.extend(of_progress(world, who, checks));
    if !candidate.confidential {
        wrongs.extend(in_lever(run, candidate, checks));
    }
    wrongs
}

/// Nobody is forgotten: whoever is in the stage has a check, and it is one that says where things stand.
fn is_lost(world: &World, who: usize, candidate: &Candidate, checks: &[Check]) -> Option<String> {
    let started = world.starts.iter().any(|start| start.who == who);
    let known = |check: &Check| matches!(check.phase, Phase::Started | Phase::Parked(Reason::StartUnknown));
    if started && !candidate.past.dismissed && !candidate.past.said && !checks.iter().any(known) {
        // It was followed to its end, or a person said what to do with it.
        return Some("Refapp began a check that nobody here knows of".to_owned());
    }
    let readable = !candidate.confidential;
    (candidate.in_trigger && readable && checks.is_empty()).then(|| "in the stage, and lost".to_owned())
}

/// A phase for which there is no reason in what happened.
fn without_cause(world: &World, who: usize, candidate: &Candidate, check: &Check) -> Option<String> {
    let past = &candidate.past;
    let began = world.starts.iter().any(|start| start.who == who);
    let job = candidate.job.map(|job| &world.jobs[job]);
    // Not to be read now: then it was parked for what was seen last.
    let seen = !candidate.confidential;
    let has_cause = match &check.phase {
        Phase::Queued | Phase::Elsewhere(_) => false,
        Phase::Started => began || past.was_started,
        Phase::Skipped(Reason::LeftStage) => !candidate.in_trigger || candidate.deleted || !seen,
        Phase::Skipped(Reason::Archived) => past.archived,
        Phase::Skipped(Reason::Deleted) => candidate.deleted,
        Phase::Skipped(Reason::Anonymised) => candidate.anonymised,
        Phase::Skipped(Reason::Dismissed) => past.dismissed,
        Phase::Skipped(_) => false,
        Phase::Parked(reason) => match reason {
            Reason::NoPosting => !seen || candidate.job.is_none(),
            Reason::NoMemberEmail => !seen || job.is_some_and(|job| !job.staffed),
            Reason::NoContact => !seen || !candidate.reachable,
            Reason::TemplateUnknown { .. } => !seen || job.is_some_and(|job| job.template == Some(false)),
            Reason::AlreadyChecked { .. } => began || past.start_unknown || past.was_started,
            // Found by the first window, and Lever does not tell since when.
            Reason::AlreadyInStage => world.bare,
            Reason::Late | Reason::ParkedLong => world.waited_long,
            Reason::WhilePaused => world.paused,
            Reason::OtherInstallation { tag } => past.tagged.contains(tag),
            Reason::Refused { .. } => past.refused,
            // Whatever Refapp told of it settles it.
            Reason::StartUnknown => {
                let told = |start: &super::world::Start| check.result == Some(start.result) && !start.told.is_empty();
                past.start_unknown && !world.starts.iter().any(told)
            }
            Reason::Unreadable { .. } => !seen,
            _ => false,
        },
    };
    (!has_cause).then(|| format!("no cause for {:?}", check.phase))
}

/// The newest that Refapp told counts; what is over is not opened again by a straggler.
fn of_progress(world: &World, who: usize, checks: &[Check]) -> Option<String> {
    let mut starts = world.starts.iter().filter(|start| start.who == who);
    let (Some(start), None) = (starts.next(), starts.next()) else {
        return None;
    };
    let check = checks.iter().find(|check| check.result == Some(start.result))?;
    if start.told.is_empty() || check.phase != Phase::Started {
        return None;
    }
    let mut expected: Option<News> = None;
    for news in &start.told {
        let over = matches!(expected, Some(News::Completed | News::Warned));
        let opens = matches!(news, News::MoreReferees | News::Completed | News::Warned | News::Failed);
        if !over || opens {
            expected = Some(*news);
        }
    }
    let expected: WireStatus = progress(expected?).status;
    (check.progress.status != expected).then(|| format!("Refapp says {:?}, here is {:?}", expected, check.progress))
}

/// One tag of ours and one note, of the status that the table gives.
fn in_lever(run: &Run, candidate: &Candidate, checks: &[Check]) -> Vec<String> {
    let mut wrongs = Vec::new();
    let past = &candidate.past;
    let is_question = |reason: &Reason| {
        matches!(
            reason,
            Reason::AlreadyChecked { .. }
                | Reason::AlreadyInStage
                | Reason::Late
                | Reason::Many
                | Reason::WhilePaused
                | Reason::ParkedLong
                | Reason::OtherInstallation { .. }
        )
    };
    let newest = checks
        .iter()
        .filter(|check| match &check.phase {
            Phase::Skipped(_) | Phase::Elsewhere(_) => false,
            Phase::Parked(reason) => !is_question(reason),
            Phase::Queued | Phase::Started => true,
        })
        .max_by_key(|check| (check.created_at, check.ordinal));
    let tags: Vec<&String> = candidate.tags.iter().filter(|tag| StatusTag::is_one(tag)).collect();
    let ours: Vec<&&String> = tags.iter().filter(|tag| !past.tagged.contains(**tag)).collect();
    let spare = if run.setup.list_notes { 0 } else { past.notes_in_doubt } + usize::from(past.note_kept);
    if ours.len() > 1 {
        wrongs.push(format!("tags {ours:?}"));
    }
    if candidate.notes.len() > 1 + spare {
        wrongs.push(format!("notes {:?}", candidate.notes));
    }
    let asks = checks
        .iter()
        .any(|check| matches!(&check.phase, Phase::Parked(reason) if is_question(reason)));
    let Some(newest) = newest else {
        let left_alone = asks || candidate.anonymised;
        if !left_alone && !ours.is_empty() {
            wrongs.push(format!("nothing is to be there, and there are tags {ours:?}"));
        }
        if !left_alone && candidate.notes.len() > spare {
            wrongs.push(format!(
                "nothing is to be there, and there are notes {:?}",
                candidate.notes
            ));
        }
        return wrongs;
    };
    let status = match &newest.phase {
        Phase::Parked(Reason::Unreadable { .. }) => return wrongs,
        Phase::Parked(_) => Status::NeedsAttention,
        _ => table(&newest.progress),
    };
    let tag = StatusTag(status).text();
    if !past.untagged && !candidate.tags.contains(&tag) {
        wrongs.push(format!("no tag {tag:?} but {tags:?}"));
    }
    if ours.iter().any(|other| ***other != tag) {
        wrongs.push(format!("{tag:?} is to be there, and there are {ours:?}"));
    }
    let says = |text: &String| text.starts_with(&format!("Refapp: {}", status.tag()));
    let doubted = past.notes_in_doubt > 0 && !run.setup.list_notes;
    if !past.unnoted && !doubted && !candidate.notes.values().any(says) {
        wrongs.push(format!("no note of {status:?} but {:?}", candidate.notes));
    }
    wrongs
}

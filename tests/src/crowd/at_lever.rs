//! The same crowd as Lever has it: users, postings, and the opportunities with what was written on them. Whoever looks at
//! one of them there finds what the check says.

use model::{Check, DAY, Phase, Reason, SECOND, StatusTag, TemplateTag};
use serde_json::{Value, json};
use simulator::demo;

use super::{Crowd, JOB_OF_NOBODY, JOB_OF_SEVERAL, JOB_OF_UNKNOWN, OWNERS, owner_of, people, template_of};

pub const UNKNOWN_TEMPLATE: &str = "Refapp Template: Butik";
pub const SEVERAL_TEMPLATES: [&str; 2] = ["Refapp Template: Developers", "Refapp Template: Managers"];

impl Crowd {
    /// The people who own postings.
    pub(super) fn users(&self) -> Vec<Value> {
        let users = OWNERS.iter().enumerate().map(|(number, name)| {
            let email = if number == OWNERS.len() - 1 {
                String::new()
            } else {
                format!("owner.{number}@nordvik.example")
            };
            json!({"id": self.owner(number), "name": name, "email": email})
        });
        users.collect()
    }

    pub(super) fn postings(&self) -> Vec<Value> {
        let postings = (0..people::JOBS).map(|job| {
            let tags: Vec<String> = match job {
                JOB_OF_UNKNOWN => vec![UNKNOWN_TEMPLATE.to_owned()],
                JOB_OF_SEVERAL => SEVERAL_TEMPLATES.map(str::to_owned).into(),
                _ => template_of(job)
                    .iter()
                    .map(|(_, name)| TemplateTag::text_for(name))
                    .collect(),
            };
            json!({
                "id": self.posting(job),
                "text": people::job(job),
                // An open one would be warned of.
                "state": if job == JOB_OF_NOBODY { "closed" } else { "published" },
                "owner": self.owner(owner_of(job)),
                "tags": tags,
            })
        });
        postings.collect()
    }

    /// The opportunity of a check. `None`: it was deleted.
    pub(super) fn opportunity(&self, number: u32, check: &Check) -> Option<Value> {
        let reason = match &check.phase {
            Phase::Parked(reason) | Phase::Skipped(reason) => Some(reason),
            _ => None,
        };
        if reason == Some(&Reason::Deleted) {
            return None;
        }
        let owner = OWNERS
            .iter()
            .position(|owner| *owner == check.owner)
            .map(|owner| self.owner(owner));
        let entry = |stage: &str, at: model::Millis| json!({"stage": stage, "at": at, "by": owner});
        let mut stages = vec![
            entry("lead-new", check.entered_at.plus(-2 * DAY)),
            entry(demo::TRIGGER_STAGE, check.entered_at),
        ];
        let over = check.progress.report_url.is_some();
        if over || reason == Some(&Reason::LeftStage) {
            stages.push(entry("offer", check.active_at));
        }
        let changed = check.written.changed.clone().unwrap_or_default();
        let ours = check
            .written
            .tags
            .iter()
            .filter(|status| changed.tag_gone != Some(**status));
        let mut tags: Vec<String> = ours
            .chain(&changed.tags_added)
            .map(|status| StatusTag(*status).text())
            .collect();
        tags.extend(match (&check.phase, reason) {
            (Phase::Elsewhere(sighting), _) => Some(sighting.tag.clone()),
            (_, Some(Reason::OtherInstallation { tag })) => Some(tag.clone()),
            _ => None,
        });
        let note = check.written.note.as_ref().and_then(|note| {
            let id = note.id.as_ref()?;
            Some(json!({"id": id, "value": note.text, "at": check.status_since.plus(SECOND)}))
        });
        let reachable = reason != Some(&Reason::NoContact) && !check.candidate.is_empty();
        let email = reachable.then(|| format!("person.{number}@fjordpost.example"));
        Some(json!({
            "id": check.opportunity,
            "name": check.candidate,
            "emails": email.as_slice(),
            "posting": check.posting,
            "stages": stages,
            "tags": tags,
            "notes": note.as_slice(),
            "archived": reason == Some(&Reason::Archived),
            "anonymised": reason == Some(&Reason::Anonymised),
            "confidential": matches!(reason, Some(Reason::Unreadable { .. })),
        }))
    }
}

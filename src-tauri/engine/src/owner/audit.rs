//! The audit of the open postings: whether a check of each could start, and with which template.
//!
//! One posting after the other, so that it takes no more of either side than a start does, and may be ended between any
//! two. Nothing is sent and nothing of it is stored.

use std::collections::VecDeque;
use std::sync::PoisonError;

use lever::{Posting, Priority};
use model::{AuditedOwner, AuditedPosting, Code, Failure, PostingAudit, PostingId, Right};
use refapp::Form;

use super::{Owner, Then, member};
use crate::order::{Answer, Reply};
use crate::plan::audit::{self, Settings};
use crate::plan::observed::Member;
use crate::step;

/// An audit under way.
pub(super) struct Auditing {
    reply: Reply,
    lever: lever::Client,
    refapp: refapp::Client,
    /// The posting that is being looked at.
    current: Option<PostingId>,
    left: VecDeque<Posting>,
    done: Vec<AuditedPosting>,
}

impl Owner {
    pub(super) fn auditing(&self) -> Option<(u32, u32)> {
        let auditing = self.auditing.as_ref()?;
        let count = |many: usize| u32::try_from(many).unwrap_or(u32::MAX);
        let all = auditing.done.len() + usize::from(auditing.current.is_some()) + auditing.left.len();
        Some((count(auditing.done.len()), count(all)))
    }

    pub(super) fn audit_postings(&mut self, reply: Reply) {
        let lever = self.lever.as_ref().map(|client| client.with(Priority::Rest));
        let (Some(lever), Some(refapp), None) = (lever, self.refapp.clone(), &self.auditing) else {
            return self.answer(reply, Err(Code::AppNotNow.into()));
        };
        // Whoever audits has just mended something, perhaps: nobody is judged by what was known for an hour.
        self.users.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let client = lever.clone();
        self.auditing = Some(Auditing {
            reply,
            lever,
            refapp,
            current: None,
            left: VecDeque::new(),
            done: Vec::new(),
        });
        self.job(async move {
            let postings = client.open_postings().await;
            Box::new(move |owner: &mut Self| owner.postings_listed(postings)) as Then
        });
    }

    fn postings_listed(&mut self, postings: Result<Vec<Posting>, lever::Error>) {
        self.lever_answered("postings", postings.as_ref().err());
        match postings {
            Ok(postings) => {
                self.right_is_proven(Right::ListPostings);
                if let Some(auditing) = &mut self.auditing {
                    auditing.left = postings.into();
                }
                self.audit_next();
            }
            Err(error) => {
                self.right_is_missing(&error);
                if let Some(auditing) = self.auditing.take() {
                    self.answer(auditing.reply, Err(Failure::from(&error)));
                }
            }
        }
    }

    fn audit_next(&mut self) {
        let Some(auditing) = &mut self.auditing else { return };
        let Some(posting) = auditing.left.pop_front() else {
            auditing.current = None;
            return self.end_audit(None);
        };
        auditing.current = Some(posting.id.clone());
        let (lever, refapp) = (auditing.lever.clone(), auditing.refapp.clone());
        let (users, clock) = (self.users.clone(), self.world.clock.clone());
        let read_owner = {
            let owner = posting.owner.clone();
            async move {
                match owner {
                    Some(owner) => member(&lever, &users, &owner, clock.now()).await,
                    None => Ok(None),
                }
            }
        };
        let acting = self.form_query().recruiter;
        self.job(async move {
            let owner = read_owner.await;
            Box::new(move |this: &mut Self| {
                // As at a start, the recruiter is a person of the posting, if there is one.
                let email = owner.as_ref().ok().and_then(|owner| owner.as_ref()?.email.clone());
                let form = this.form_for(refapp, Some(&posting), email.or(acting));
                let owner = as_audited(owner);
                this.job(async move {
                    let form = form.await;
                    Box::new(move |this: &mut Self| this.posting_audited(&posting, owner, form.as_ref())) as Then
                });
            }) as Then
        });
    }

    fn posting_audited(&mut self, posting: &Posting, owner: AuditedOwner, form: Result<&Form, &refapp::Error>) {
        // It was ended meanwhile, and perhaps begun anew.
        let is_awaited = |auditing: &&mut Auditing| auditing.current.as_ref() == Some(&posting.id);
        let Some(auditing) = self.auditing.as_mut().filter(is_awaited) else {
            return;
        };
        let form = match form {
            Ok(form) => Ok(form),
            Err(error) => match step::start::refused(&error.kind) {
                Some(reason) => Err(reason),
                None => return self.end_audit(Some(Failure::from(error))),
            },
        };
        let settings = Settings {
            templates: &self.record.templates,
            default_template: self.record.settings.default_template.as_ref(),
            language: &self.record.settings.default_language,
        };
        auditing.done.push(audit::judge(posting, owner, form, &settings));
        self.audit_next();
    }

    /// What was found is the answer, also to who does not wait for the rest.
    pub(super) fn end_audit(&mut self, failure: Option<Failure>) {
        let Some(auditing) = self.auditing.take() else { return };
        let left = auditing.left.len() + usize::from(auditing.current.is_some());
        let mut postings = auditing.done;
        audit::sort(&mut postings);
        let found = PostingAudit {
            at: self.now(),
            postings,
            left: u32::try_from(left).unwrap_or(u32::MAX),
            failure,
        };
        self.answer(auditing.reply, Ok(Answer::Audit(found)));
    }
}

fn as_audited(owner: Result<Option<Member>, lever::Error>) -> AuditedOwner {
    match owner {
        Ok(None) => AuditedOwner::Nobody,
        Ok(Some(Member {
            name,
            deactivated: true,
            ..
        })) => AuditedOwner::Deactivated { name },
        Ok(Some(Member {
            name, email: Some(_), ..
        })) => AuditedOwner::Fine { name },
        Ok(Some(Member { name, .. })) => AuditedOwner::WithoutEmail { name },
        Err(error) => AuditedOwner::Unread {
            failure: Failure::from(&error),
        },
    }
}

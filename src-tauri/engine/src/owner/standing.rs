//! Waking up, pausing, leaving.

use model::{Act, Code, Failure, Millis};
use store::{Carrier, Result, Standing};

use super::Owner;
use crate::{SecretKind, step};

impl Owner {
    /// What was on the wire when the process ended is of unknown outcome (`reliability.md` rule 5). Nothing is begun
    /// before that is on disk.
    pub(super) fn mark_interrupted(&mut self, now: Millis) -> Result<()> {
        if !self.interrupted {
            return Ok(());
        }
        let id = self.id();
        self.world.store.write(|tx| step::interrupted(tx, id, now))?;
        self.interrupted = false;
        Ok(())
    }

    /// At start, and after a job that broke off.
    pub(super) fn wake_up(&mut self) {
        self.interrupted = true;
        if let Carrier::Making { since } = self.record.carrier {
            self.change(|record| record.carrier = Carrier::Unknown { since });
        }
        if self.record.standing != Standing::Disconnected {
            self.connect_clients();
        }
        self.open_door();
    }

    pub(super) fn pause(&mut self) -> std::result::Result<(), Failure> {
        if self.record.standing != Standing::Running {
            return Err(Code::AppNotNow.into());
        }
        let now = self.now();
        let unanswered = self.world.store.read(|tx| tx.bells(self.id()))? > 0;
        self.change(|record| {
            record.standing = Standing::Paused;
            // Open at its end until it is over. What rang in an earlier pause and was not looked at yet still asks.
            let from = record.pause.filter(|_| unanswered).map_or(now, |(from, _)| from);
            record.pause = Some((from, Millis(i64::MAX)));
        });
        Ok(())
    }

    /// The configuration file does not name it any more: it is kept, paused, and nobody waits for it to be ready.
    pub(super) fn leave_out(&mut self) -> std::result::Result<(), Failure> {
        self.left_out = true;
        if self.record.standing == Standing::Running {
            return self.pause();
        }
        Ok(())
    }

    pub(super) fn resume(&mut self) -> std::result::Result<(), Failure> {
        if self.record.standing != Standing::Paused {
            return Err(Code::AppNotNow.into());
        }
        let now = self.now();
        self.change(|record| {
            record.standing = Standing::Running;
            record.pause = record.pause.map(|(from, _)| (from, now));
        });
        self.next_poll = now;
        Ok(())
    }

    /// Stops, and takes away what opens doors; rows stay, so that connecting again goes on (`rules.md` 20).
    pub(super) fn disconnect(&mut self) -> std::result::Result<(), Failure> {
        self.delete_webhooks();
        self.end_audit(None);
        self.provision = None;
        self.change(|record| {
            record.standing = Standing::Disconnected;
            record.webhooks.clear();
            record.webhook_since = None;
            record.update_since = None;
            record.turned_away = None;
            record.refapp_proven_at = None;
            record.lever_proven_at = None;
            record.rights.clear();
            record.rights_proven_at = None;
        });
        self.lever = None;
        self.source = None;
        self.refapp = None;
        self.form = None;
        self.hints = crate::state::Hints::default();
        self.oauth_becomes(crate::state::Oauth::Idle);
        self.choices.clear();
        self.findings.clear();
        self.verified_at = None;
        self.world.intake.set_door(self.id(), None);
        self.receiver_path = None;
        // The path opens nothing without the bearer and the signature tokens; kept, it lets Refapp's updates for checks
        // under way find us again after connecting anew.
        for kind in SecretKind::ALL
            .into_iter()
            .filter(|kind| *kind != SecretKind::ReceiverPath)
        {
            self.world.vault.delete(&self.secret_name(kind))?;
        }
        let (id, now) = (self.id(), self.now());
        self.world.store.write(|tx| tx.log(now, id, Act::Disconnected, &[]))?;
        Ok(())
    }

    /// As far as the rights allow: *delete webhooks* is not among the article's twelve. What stays is shown.
    pub(super) fn delete_webhooks(&mut self) {
        let Some(client) = self.lever.clone() else { return };
        let webhooks = self.record.webhooks.clone();
        let farewell = self.jobs.spawn(async move {
            for webhook in webhooks {
                if let Err(error) = client.delete_webhook(&webhook.id).await {
                    tracing::info!(%error, "a webhook stays at Lever");
                }
            }
            Box::new(|_: &mut Self| {}) as super::Then
        });
        self.farewell = Some(farewell.id());
    }

    /// Purges everything but the hashed effect keys (`rules.md` 20).
    pub(super) fn remove_data(&mut self) -> std::result::Result<(), Failure> {
        self.disconnect()?;
        self.world.vault.delete(&self.secret_name(SecretKind::ReceiverPath))?;
        let (id, now) = (self.id(), self.now());
        self.world.store.write(|tx| {
            tx.remove_connection(id)?;
            tx.log(now, id, Act::DataRemoved, &[])
        })?;
        self.world.store.scrub()?;
        self.world.store.remove_aside()?;
        self.world.intake.set_readiness(&self.record.name, None);
        self.gone = true;
        Ok(())
    }
}

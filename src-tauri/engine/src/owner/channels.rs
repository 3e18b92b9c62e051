//! Watching the two ways in which the outside reaches us (`rules.md` 19): silence is never taken for health.

use model::{Code, MINUTE, Millis, Status};
use store::Standing;

use super::Owner;

/// How long a way may be silent after it was opened before the screen says what to try.
const PATIENCE: i64 = 10 * MINUTE;

impl Owner {
    pub(super) fn watch_channels(&mut self, now: Millis) {
        let has_address = self.update_address().is_some();
        if has_address != self.record.update_since.is_some() {
            self.change(|record| record.update_since = has_address.then_some(now));
        }
        if self.record.standing != Standing::Running {
            return;
        }
        self.say(Code::AppNoChannel, !self.has_channel(), true);
        let open_long = self
            .record
            .webhook_since
            .is_some_and(|since| now.since(since) > PATIENCE);
        // Lever answers 201 to a webhook whose group is switched off (lever-api.md §8.2): only an event proves it.
        let unheard = open_long && self.has_stage_webhook() && !self.record.webhook_heard();
        self.say(Code::LevWebhookOff, unheard, false);
        self.say(Code::AppNoUpdates, !has_address, false);
        let sent_long = has_address && !self.record.update_heard() && self.sent_since(now);
        self.say(Code::RefUpdates, sent_long, false);
    }

    pub(super) fn say(&mut self, code: Code, is_so: bool, stops: bool) {
        if is_so {
            self.ail(code.into(), stops);
        } else {
            self.heal(code);
        }
    }

    /// Whether Refapp has had a check for a while and said nothing of it.
    fn sent_since(&self, now: Millis) -> bool {
        let before = now.plus(-PATIENCE);
        self.world
            .store
            .read(|tx| tx.any_with_status(self.id(), Status::Sent.tag(), before))
            .unwrap_or(false)
    }
}

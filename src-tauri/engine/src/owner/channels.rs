//! The two ways in which the outside reaches us (`rules.md` 19): opened, proven and watched. Silence is never taken for
//! health.

use std::sync::PoisonError;

use http_client::{Http, Limits};
use model::{Code, Failure, MINUTE, Millis, Mode, Right, Secret, Status};
use store::Standing;

use super::{Owner, Then};
use crate::SecretKind;
use crate::order::{Answer, Reply};

/// How long a way may be silent after it was opened before the screen says what to try.
const PATIENCE: i64 = 10 * MINUTE;

impl Owner {
    /// How stage changes and status reach us (`rules.md` 19). The address is called back before it counts.
    pub(super) fn set_channels(&mut self, public_url: &str, update_bearer: Option<&Secret>, reply: Reply) {
        let prepared = (|| {
            let public_url = public_url.trim();
            if let Some(bearer) = update_bearer
                && !bearer.is_empty()
            {
                self.keep_bearer(bearer)?;
            }
            if public_url.is_empty() {
                // What works is not given up for what cannot.
                let polls = self.record.has(Right::ListOpportunities);
                return if polls {
                    Ok(None)
                } else {
                    Err(Code::AppNoChannel.into())
                };
            }
            let url = self.place()?.public(public_url)?;
            if self.secret(SecretKind::ReceiverPath)?.is_none() {
                self.keep_secret(SecretKind::ReceiverPath, &Secret::new(&random_hex()?))?;
            }
            Ok::<_, Failure>(Some(url.as_str().trim_end_matches('/').to_owned()))
        })();
        let url = match prepared {
            Ok(Some(url)) => url,
            Ok(None) => {
                self.public_url_becomes(String::new());
                // What is registered at an earlier address leads nowhere any more.
                self.register_webhooks(Box::new(|_, _| {}));
                self.channel_failure = None;
                self.answer(reply, Ok(Answer::Done));
                return;
            }
            Err(failure) => {
                self.answer(reply, Err(failure));
                return;
            }
        };
        let intake = self.world.intake.clone();
        self.job(async move {
            let called_back = call_back(&intake, &url).await;
            Box::new(move |owner: &mut Self| {
                if let Err(failure) = called_back {
                    owner.channel_failure = Some(failure.clone());
                    return owner.answer(reply, Err(failure));
                }
                owner.public_url_becomes(url);
                owner.register_webhooks(Box::new(move |owner, registered| {
                    owner.answer(reply, registered.map(|()| Answer::Done));
                }));
            }) as Then
        });
    }

    /// Another address is another way in: what was registered, and what came, says nothing of it.
    pub(super) fn public_url_becomes(&mut self, url: String) {
        self.change(|record| {
            if record.public_url.as_deref().unwrap_or_default() != url {
                record.webhooks.clear();
                record.webhook_since = None;
                record.update_since = None;
                record.leads_back = false;
            }
            record.public_url = Some(url);
        });
        self.open_door();
    }

    /// The bearer of Refapp's updates. What came with another one says nothing of this one.
    pub(super) fn keep_bearer(&mut self, bearer: &Secret) -> Result<(), Failure> {
        if self.replace_secret(SecretKind::UpdateBearer, bearer)? {
            self.note_turned_away();
            self.change(|record| {
                record.update_since = None;
                record.turned_away = None;
            });
        }
        self.hints.update_bearer = Some(bearer.hint());
        Ok(())
    }

    /// Calls our own public address back, beside everything else: a host may be behind something that leads nobody back
    /// in from inside. So this is said, and stops nothing.
    pub(super) fn prove_public_url(&mut self) {
        let Some(url) = self.record.public_url.clone().filter(|url| !url.is_empty()) else {
            return self.heal(Code::AppPublicUrl);
        };
        let intake = self.world.intake.clone();
        self.job(async move {
            let called_back = call_back(&intake, &url).await;
            Box::new(move |owner: &mut Self| {
                if owner.record.public_url.as_ref() == Some(&url) {
                    owner.called_back(called_back);
                }
            }) as Then
        });
    }

    pub(super) fn watch_channels(&mut self, now: Millis) {
        if self.record.mode == Mode::Observer {
            return;
        }
        self.note_turned_away();
        // Our address and the bearer lie in the keychain: while it is locked, nobody knows whether one of them is missing,
        // and what was heard before still counts once it is open.
        let known = !self.findings.contains_key(&Code::AppKeychain);
        let has_address = self.update_address().is_some();
        if known && has_address != self.record.update_since.is_some() {
            self.change(|record| record.update_since = has_address.then_some(now));
        }
        if self.record.standing != Standing::Running {
            return;
        }
        self.say(Code::AppNoChannel, known && !self.has_channel(), true);
        let open_long = self
            .record
            .webhook_since
            .is_some_and(|since| now.since(since) > PATIENCE);
        // Lever answers 201 to a webhook whose group is switched off (lever-api.md §8.2): only an event proves it.
        let unheard = open_long && self.has_stage_webhook() && !self.record.webhook_heard();
        match self.record.webhook_since.filter(|_| unheard) {
            // It was not heard from the beginning.
            Some(since) => self.ail_since(Code::LevWebhookOff.into(), false, since),
            None => self.heal(Code::LevWebhookOff),
        }
        self.say(Code::AppNoUpdates, known && !has_address, false);
        let sent_long = has_address && !self.record.update_heard() && self.sent_since(now);
        self.say(Code::RefUpdates, sent_long, false);
        match self.record.turned_away {
            Some(turned_away) => self.ail_since(Code::RefBearer.into(), false, turned_away.since),
            None => self.heal(Code::RefBearer),
        }
    }

    /// Keeps what was turned away for its bearer.
    pub(super) fn note_turned_away(&mut self) {
        let news = self.turned_away.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(news) = news {
            self.change(|record| {
                record.turned_away = Some(record.turned_away.map_or(news, |before| before.and(news)));
                record.status_missed = record.status_missed.max(Some(news.last));
            });
        }
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

    /// Whether stage changes can reach us at all.
    pub(super) fn has_channel(&self) -> bool {
        self.has_stage_webhook() || self.record.has(Right::ListOpportunities)
    }

    /// Whether the webhook that starts checks is registered for our address, and its signature token known. The one for
    /// deletions may be there alone, where Lever failed at the other.
    pub(super) fn has_stage_webhook(&self) -> bool {
        let address = self.address("lever");
        let mut webhooks = self.record.webhooks.iter();
        webhooks
            .any(|webhook| webhook.event == lever::CANDIDATE_STAGE_CHANGE && address.as_deref() == Some(&*webhook.url))
    }
}

/// 192 bits that nobody guesses.
pub(super) fn random_hex() -> Result<String, Failure> {
    let mut bytes = [0_u8; 24];
    getrandom::fill(&mut bytes).map_err(|_| Failure::new(Code::AppInternal))?;
    Ok(hex::encode(bytes))
}

/// Calls our own public address and waits for the call to arrive here: a tunnel or proxy that leads elsewhere, or
/// nowhere, is found now and not by silence.
pub(super) async fn call_back(intake: &crate::Intake, public_url: &str) -> Result<(), Failure> {
    let not_here = || Failure::new(Code::AppPublicUrl).with("address", public_url);
    let (nonce, answer) = (random_hex()?, random_hex()?);
    let url = url::Url::parse(&format!("{public_url}/echo/{nonce}")).map_err(|_| not_here())?;
    intake.expect_echo(&nonce, Some(answer.clone()));
    let http = Http::new(&url, Limits::default())?;
    let called = http.send(http.request(reqwest::Method::GET, url)).await;
    intake.expect_echo(&nonce, None);
    match called {
        Ok(heard) if heard.body() == answer.as_bytes() => Ok(()),
        _ => Err(not_here()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn d04_a_path_has_192_random_bits() {
        let (one, other) = (random_hex().unwrap(), random_hex().unwrap());
        assert_eq!(one.len(), 2 * 192 / 8);
        assert_ne!(one, other);
    }
}

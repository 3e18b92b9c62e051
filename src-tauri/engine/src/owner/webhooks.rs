//! Our webhooks at Lever, and those of others.

use model::{Code, Failure, Right, Secret};
use store::RegisteredWebhook;
use url::Url;

use super::auth::webhook_tokens;
use super::drift::webhook_listed;
use super::{Owner, Then};
use crate::SecretKind;

/// What goes on when webhooks were registered.
pub(super) type Registered = Box<dyn FnOnce(&mut Owner, Result<(), Failure>) + Send>;

impl Owner {
    /// Registers our webhooks unless they are there, as soon as there is a way to Lever; then goes on with `then`.
    /// Without an address, those of an earlier one are taken away.
    pub(super) fn register_webhooks(&mut self, then: Registered) {
        // Two at once would each find nothing and make two: what is asked meanwhile looks again when the first is done.
        if let Some(waits) = &mut self.registering {
            return waits.push(then);
        }
        let Some(client) = self.lever.clone() else {
            return then(self, Ok(()));
        };
        self.registering = Some(Vec::new());
        let (address, path) = (self.address("lever"), self.receiver_path.clone());
        let kept = self.secret(SecretKind::WebhookTokens).ok().flatten();
        let known: Vec<String> = kept.iter().flat_map(webhook_tokens).map(|(id, _)| id).collect();
        let tries = !self.record.has(Right::AddWebhooks);
        self.job(async move {
            let made = make_webhooks(&client, address.as_deref(), path.as_ref(), &known, tries).await;
            Box::new(move |owner: &mut Self| {
                let waits = owner.registering.take().unwrap_or_default();
                let registered = owner.webhooks_made(made);
                if address.is_some() {
                    owner.channel_failure = registered.as_ref().err().cloned();
                }
                then(owner, registered);
                if !waits.is_empty() {
                    owner.register_webhooks(Box::new(|owner, registered| {
                        for wait in waits {
                            wait(owner, registered.clone());
                        }
                    }));
                }
            }) as Then
        });
    }

    /// The account's webhooks. A stage-change one that is not ours is warned of, whether ours is to be registered or
    /// stage changes are polled: Refapp's hosted integration above all, as both would mail the candidate (`rules.md` 4).
    pub(super) fn webhooks_read(&mut self, there: &[lever::Webhook]) {
        let elsewhere = there.iter().any(|webhook| {
            webhook.event == lever::CANDIDATE_STAGE_CHANGE && !leads_here(webhook, self.receiver_path.as_ref())
        });
        self.say(Code::LevWebhookElsewhere, elsewhere, false);
    }

    fn webhooks_made(&mut self, made: Made) -> Result<(), Failure> {
        if let Some(error) = &made.list_error {
            self.right_is_missing(error);
            return Err(Failure::from(error));
        }
        self.right_is_proven(Right::ListWebhooks);
        self.webhooks_read(&made.there);
        // The tokens are shown once: on disk before anything else.
        let mut lines: Vec<String> = made.kept.iter().map(|webhook| webhook.id.to_string()).collect();
        let before = self.secret(SecretKind::WebhookTokens)?;
        let before = before.iter().flat_map(webhook_tokens).collect::<Vec<_>>();
        lines = lines
            .into_iter()
            .filter_map(|id| {
                before
                    .iter()
                    .find(|(known, _)| *known == id)
                    .map(|(_, token)| format!("{id} {}", token.expose()))
            })
            .chain(
                made.new
                    .iter()
                    .map(|new| format!("{} {}", new.webhook.id, new.signature_token.expose())),
            )
            .collect();
        if !lines.is_empty() {
            self.keep_secret(SecretKind::WebhookTokens, &Secret::new(&lines.join("\n")))?;
        }
        let webhooks: Vec<RegisteredWebhook> = made
            .kept
            .iter()
            .chain(made.new.iter().map(|new| &new.webhook))
            .map(|webhook| RegisteredWebhook {
                id: webhook.id.clone(),
                event: webhook.event.clone(),
                url: webhook.url.clone(),
            })
            .collect();
        let now = self.now();
        let any_new = !made.new.is_empty();
        let is_new = |new: &lever::NewWebhook| new.webhook.event == lever::CANDIDATE_STAGE_CHANGE;
        let anew = made.new.iter().any(is_new);
        let tells_moves = |webhook: &&RegisteredWebhook| webhook.event == lever::CANDIDATE_STAGE_CHANGE;
        let known = self.record.webhooks.iter().find(tells_moves);
        let listed = known.map(|known| made.there.iter().any(|there| there.id == known.id));
        let registered = webhooks.iter().any(|webhook| tells_moves(&webhook));
        self.change(|record| {
            webhook_listed(record, listed, registered, now);
            record.webhook_since = match record.webhook_since {
                _ if webhooks.is_empty() => None,
                Some(since) if !anew => Some(since),
                _ => Some(now),
            };
            record.webhooks = webhooks;
        });
        self.open_door();
        // Ours are there, and what replaced the key that registered them may take none away to try it: nothing contradicts
        // the earlier proof, and whoever has to register one again finds out (`rules.md` 17).
        let stands = made.may_not_try && registered;
        if any_new || stands {
            self.right_is_proven(Right::AddWebhooks);
        }
        match made.error {
            None => Ok(()),
            Some(error) => {
                self.right_is_missing(&error);
                Err(Failure::from(&error))
            }
        }
    }
}

/// Whether a webhook is ours, at this address or at an earlier one: the path is ours alone, and stays.
fn leads_here(webhook: &lever::Webhook, path: Option<&Secret>) -> bool {
    path.is_some_and(|path| webhook.url.ends_with(&format!("/lever/{}", path.expose())))
}

/// What came of registering.
struct Made {
    /// All of the account, as they were before.
    there: Vec<lever::Webhook>,
    /// Ours, with a token that we hold.
    kept: Vec<lever::Webhook>,
    new: Vec<lever::NewWebhook>,
    /// *add webhooks* could be tried by registering one anew only, and *delete webhooks* is not granted.
    may_not_try: bool,
    list_error: Option<lever::Error>,
    error: Option<lever::Error>,
}

/// What happens in Lever that concerns us. Moves start checks; deletions erase people.
const EVENTS: [&str; 2] = [lever::CANDIDATE_STAGE_CHANGE, lever::CANDIDATE_DELETED];

/// `tries`: whether *add webhooks* is to be proven. Where both are there, the one for deletions is made anew: without it
/// nothing is missed, and there are never two.
async fn make_webhooks(
    client: &lever::Client,
    address: Option<&str>,
    path: Option<&Secret>,
    known: &[String],
    tries: bool,
) -> Made {
    let mut made = Made {
        there: Vec::new(),
        kept: Vec::new(),
        new: Vec::new(),
        may_not_try: false,
        list_error: None,
        error: None,
    };
    // Duplicates are accepted by Lever: look first (lever-api.md §8.2).
    match client.webhooks().await {
        Ok(there) => made.there = there,
        Err(error) => {
            return Made {
                list_error: Some(error),
                ..made
            };
        }
    }
    for webhook in made.there.iter().filter(|webhook| leads_here(webhook, path)) {
        let held = made.kept.iter().any(|kept| kept.event == webhook.event);
        let ours = address == Some(&webhook.url) && known.contains(&webhook.id.to_string()) && !held;
        let tried = ours && tries && webhook.event == lever::CANDIDATE_DELETED;
        if ours && !tried {
            made.kept.push(webhook.clone());
        } else if let Err(error) = client.delete_webhook(&webhook.id).await {
            if tried {
                made.may_not_try = error.kind == lever::Kind::Forbidden;
                made.kept.push(webhook.clone());
            } else {
                // Of an earlier address, or its token is lost, or it is one too many. Without the right it stays: its
                // deliveries are refused.
                tracing::info!(%error, "an old webhook of ours stays at Lever");
            }
        }
    }
    let Some(url) = address.and_then(|address| Url::parse(address).ok()) else {
        return made;
    };
    for event in EVENTS {
        if !made.kept.iter().any(|kept| kept.event == event) {
            match client.create_webhook(&url, event).await {
                Ok(new) => made.new.push(new),
                // Deletions are found by reading, too: a webhook for them is welcome and not needed, but for the trial.
                Err(error) if event == lever::CANDIDATE_DELETED && error.kind != lever::Kind::Forbidden => {
                    tracing::info!(%error, "no webhook for deletions");
                }
                Err(error) => made.error = Some(error),
            }
        }
    }
    made
}

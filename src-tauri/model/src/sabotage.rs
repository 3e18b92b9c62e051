//! Faults on purpose, for the torture (`cargo xtask torture`): each of its rows must fail when the protection that it
//! watches is taken away, or it is blind. And a process that ends at a named step, for the matrix of crashes.
//!
//! It lives here because the protections lie in every room. Without the feature `sabotage` nothing of it is left in a
//! binary: the functions are empty, and no variable of the environment is read. No build for people has the feature.

/// A protection that can be taken away; `REFAPP_LEVER_SABOTAGE` names one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Control {
    /// A webhook is acknowledged, and stored 300 ms later.
    AckEarly,
    /// A start that was on the wire when the process ended is taken for not sent.
    ForgetSending,
    /// A start of unknown outcome goes again by itself.
    RetryUnknown,
    /// Of one opportunity in seven, webhooks are acknowledged and not stored.
    ForgetfulIntake,
    /// Neither signature nor bearer is asked.
    BelieveAnyone,
    /// A broken page counts as the end of its list.
    TrustPages,
    /// The watermark of polling follows our clock, and not Lever's.
    OwnClock,
    /// Polling finds nothing.
    DeafPolling,
    /// A time in which webhooks may have been lost is not kept.
    NoGap,
    /// Erasing leaves the name.
    KeepNames,
    /// A start of unknown outcome does not hold the lane.
    NoBreaker,
    /// Every call that finds its token refused refreshes it.
    RefreshEach,
    /// A start that is refused goes back to the head of the lane.
    PoisonBlocks,
    /// A data directory may be opened twice, and whoever lost it writes on.
    NoLock,
    /// Status tags of other installations are not asked about.
    IgnoreTags,
    /// A migration is no transaction.
    MigrateLoosely,
    /// Each webhook stays in memory, at 64 KiB.
    Leak,
}

#[cfg(not(feature = "sabotage"))]
mod done {
    use super::Control;

    /// Never.
    pub const fn is(_: Control) -> bool {
        false
    }

    /// Never.
    pub const fn forgets(_: &str) -> bool {
        false
    }

    /// Nothing.
    pub const fn leak(_: &[u8]) {}

    /// Nothing.
    pub const fn crash_at(_: &str, _: &str) {}
}

#[cfg(feature = "sabotage")]
mod done {
    use std::env;
    use std::sync::LazyLock;

    use super::Control;

    impl Control {
        const ALL: [(&'static str, Self); 17] = [
            ("ack-early", Self::AckEarly),
            ("forget-sending", Self::ForgetSending),
            ("retry-unknown", Self::RetryUnknown),
            ("forgetful-intake", Self::ForgetfulIntake),
            ("believe-anyone", Self::BelieveAnyone),
            ("trust-pages", Self::TrustPages),
            ("own-clock", Self::OwnClock),
            ("deaf-polling", Self::DeafPolling),
            ("no-gap", Self::NoGap),
            ("keep-names", Self::KeepNames),
            ("no-breaker", Self::NoBreaker),
            ("refresh-each", Self::RefreshEach),
            ("poison-blocks", Self::PoisonBlocks),
            ("no-lock", Self::NoLock),
            ("ignore-tags", Self::IgnoreTags),
            ("migrate-loosely", Self::MigrateLoosely),
            ("leak", Self::Leak),
        ];
    }

    /// A name that is none ends the process: a control that is not switched on would prove nothing.
    static CHOSEN: LazyLock<Option<Control>> = LazyLock::new(|| {
        let name = env::var("REFAPP_LEVER_SABOTAGE").ok()?;
        let found = Control::ALL.into_iter().find(|(known, _)| *known == name);
        Some(found.unwrap_or_else(|| panic!("no control is called {name}")).1)
    });

    static CRASH: LazyLock<Option<String>> = LazyLock::new(|| env::var("REFAPP_LEVER_CRASH").ok());

    /// Whether this protection is taken away.
    pub fn is(control: Control) -> bool {
        *CHOSEN == Some(control)
    }

    /// Whether webhooks about this opportunity are dropped.
    pub fn forgets(opportunity: &str) -> bool {
        is(Control::ForgetfulIntake) && opportunity.bytes().map(u32::from).sum::<u32>() % 7 == 0
    }

    /// Keeps a body for ever, if that is what is wanted.
    pub fn leak(body: &[u8]) {
        if is(Control::Leak) {
            let mut kept = body.to_vec();
            kept.resize(64 << 10, 1);
            std::mem::forget(kept);
        }
    }

    /// Ends the process here, as a power cut would, if this is the point that `REFAPP_LEVER_CRASH` names:
    /// `add-tag:before-outcome`, say.
    pub fn crash_at(what: &str, step: &str) {
        if CRASH.as_ref().and_then(|point| point.split_once(':')) == Some((what, step)) {
            std::process::abort();
        }
    }
}

pub use done::{crash_at, forgets, is, leak};

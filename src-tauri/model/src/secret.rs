//! A text that must not be seen.

use std::fmt;

use zeroize::Zeroizing;

/// An API key, a token, a client secret, a signature token. It prints as `…`, cannot be serialised, is compared
/// by nobody, and is overwritten in memory when dropped (`security.md` 15).
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes what a person pasted or an API answered. White space around it is never part of a credential.
    pub fn new(text: &str) -> Self {
        Self(Zeroizing::new(text.trim().to_owned()))
    }

    /// The text itself, for the one place that puts it on the wire or into the keychain.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Nothing was entered.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The last four characters, for recognition on screen; nothing of a secret of 8 characters or fewer
    /// (`refapp-api.md §1`).
    pub fn hint(&self) -> String {
        let length = self.0.chars().count();
        if length <= 8 {
            return "…".to_owned();
        }
        let end: String = self.0.chars().skip(length - 4).collect();
        format!("…{end}")
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Display;

    use serde::Serialize;
    use static_assertions::assert_not_impl_any;
    use zeroize::ZeroizeOnDrop;

    use super::*;

    // Tests that fail by not compiling (security.md 15). `PartialEq` would compare byte by byte until one differs.
    assert_not_impl_any!(Secret: Serialize, Display, PartialEq, AsRef<str>);

    #[test]
    fn s15_d05_a_secret_is_overwritten_neither_serialised_nor_compared() {
        fn is_overwritten_when_dropped<T: ZeroizeOnDrop>(_: &T) {}
        is_overwritten_when_dropped(&Secret::new("planted").0);
    }

    #[test]
    fn s15_debug_never_shows_the_text() {
        let secret = Secret::new(" planted-token-123 ");
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert_eq!(secret.expose(), "planted-token-123");
        assert_eq!(secret.hint(), "…-123");
        assert_eq!(Secret::new("12345678").hint(), "…");
    }
}

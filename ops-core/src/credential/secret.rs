//! The secret of a credential: it can be checked, encoded for the secret store and handed on; never printed.

use crate::{
    credential::SystemId,
    invalid::{Invalid, Rule},
    limits,
};

/// A password of printable ASCII, never truncated: SMPP knows 0 to 8 octets (SMPP 3.4 §5.2.2), and more takes a spec override of the
/// connection. No `Debug`, no `Display`, no `Serialize`; wiped on drop.
#[derive(Clone)]
pub struct Password(Vec<u8>);

impl Password {
    /// Takes the octets over, and wipes them when they are refused.
    ///
    /// # Errors
    /// [`Rule::Length`] or [`Rule::Characters`]; they never tell the value or its length.
    pub fn parse(raw: String) -> Result<Self, Invalid> {
        let password = Self(raw.into_bytes());
        if password.0.len() > limits::SMPP_PASSWORD_LIFTED {
            let message = format!("must have at most {} octets", limits::SMPP_PASSWORD_LIFTED);
            return Err(Invalid::new(Rule::Length, message));
        }
        if !password.0.iter().all(|b| (0x20..=0x7e).contains(b)) {
            return Err(Invalid::new(Rule::Characters, "must be printable ASCII"));
        }
        Ok(password)
    }

    /// Whether it is longer than SMPP allows.
    #[must_use]
    pub fn is_long(&self) -> bool {
        self.0.len() > limits::SMPP_PASSWORD_MAX
    }

    /// The text, for the two places it goes to: the secret store and the answer of a lease.
    #[must_use]
    pub fn expose(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl Drop for Password {
    fn drop(&mut self) {
        // writes through black_box, so that the optimiser keeps them; this crate forbids unsafe code
        self.0.fill(0);
        std::hint::black_box(&self.0);
    }
}

/// What a connector needs to bind.
#[derive(Clone)]
pub struct Secret {
    /// The account's name.
    pub system_id: SystemId,
    /// Its password.
    pub password: Password,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_refused_and_never_cut() {
        let parsed = |octets: usize| Password::parse("x".repeat(octets));
        for (octets, is_long) in [(0, false), (8, false), (9, true), (64, true)] {
            let password = parsed(octets).ok().unwrap();
            assert_eq!((password.expose().len(), password.is_long()), (octets, is_long));
        }
        let refused = parsed(65).err().unwrap();
        assert_eq!(refused.rule, Rule::Length);
        assert!(!refused.message.contains("xx") && !refused.message.contains("65"));
    }

    #[test]
    fn a_password_is_printable_ascii_with_the_space_and_a_refusal_does_not_repeat_it() {
        assert_eq!(Password::parse(" ~".into()).ok().unwrap().expose(), " ~");
        for bad in ["p\u{1f}", "p\u{7f}", "p\u{e4}ss"] {
            let refused = Password::parse(bad.into()).err().unwrap();
            assert_eq!(
                (refused.rule, refused.message.as_str()),
                (Rule::Characters, "must be printable ASCII")
            );
        }
    }
}

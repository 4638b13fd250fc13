//! Whose account a run makes, and deletes.

use std::fmt;

use ghost_contracts::EmailAddress;

/// An address that a run may use: a smoke account's, and not the operator's own. Everything
/// that writes or deletes takes one of these, and this is the only way to get one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmokeAddress(EmailAddress);

impl SmokeAddress {
    /// Lets `email` through both fences.
    ///
    /// # Errors
    ///
    /// Why it must not be used, as the end of a sentence that begins with its variable.
    pub fn admit(
        email: EmailAddress,
        operator: &EmailAddress,
        domain: &str,
    ) -> Result<Self, String> {
        if email == *operator {
            return Err("is the operator's own address (RAXX_OPERATOR_EMAIL): it is never used \
                        here and never deleted"
                .to_owned());
        }
        if !email.is_smoke_account(domain) {
            return Err(format!(
                "must look like smoke-test+<anything>@{domain}: raptor-api deletes no other \
                 account (SMOKE_EMAIL_DOMAIN)"
            ));
        }
        if !email.as_str().bytes().all(is_plain) {
            return Err("may only have letters, digits and . + - _ = in front of the @: the \
                        address passes through a shell on the dyno"
                .to_owned());
        }
        Ok(Self(email))
    }

    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The address as such.
    #[must_use]
    pub fn email(&self) -> &EmailAddress {
        &self.0
    }
}

impl fmt::Display for SmokeAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Means the same to every shell.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b".+-_=@".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admit(email: &str, operator: &str) -> Result<SmokeAddress, String> {
        let (email, operator) = (email.parse().unwrap(), operator.parse().unwrap());
        SmokeAddress::admit(email, &operator, "moosequest.net")
    }

    #[test]
    fn a_smoke_accounts_address_is_admitted_in_its_normal_form() {
        let admitted = admit(" Smoke-Test+1.a_b=c+d@MooseQuest.net", "kris@moosequest.net");
        assert_eq!(admitted.unwrap().as_str(), "smoke-test+1.a_b=c+d@moosequest.net");
    }

    #[test]
    fn the_operators_address_is_refused_even_where_it_looks_like_a_smoke_accounts() {
        assert!(admit("KRIS@moosequest.net", "kris@moosequest.net").is_err());
        let smoke = "smoke-test+kris@moosequest.net";
        assert!(admit(smoke, smoke).unwrap_err().contains("RAXX_OPERATOR_EMAIL"));
    }

    #[test]
    fn every_other_address_is_refused() {
        for other in [
            "ada@moosequest.net",
            "smoke-test@moosequest.net",
            "smoke-test+@moosequest.net",
            "smoke-test+1@example.com",
            "smoke-test+`reboot`@moosequest.net",
            "smoke-test+$home@moosequest.net",
            "smoke-test+a|b@moosequest.net",
            "smoke-test+a'b@moosequest.net",
        ] {
            assert!(admit(other, "kris@moosequest.net").is_err(), "{other}");
        }
    }
}

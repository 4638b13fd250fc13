//! Who is who in the demo.

/// How far a tester has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Signed up, and in some cases in again.
    Healthy {
        /// Has a live session too.
        signed_in: bool,
    },
    /// Broke off at the passkey prompt a while ago: an account that nobody can use.
    GhostWithRow,
    /// Accepted the NDA and never saw the passkey prompt: no account, and the invitation spent.
    GhostWithoutRow,
    /// Is at the passkey prompt now.
    MidEnrollment,
    /// Has not opened the mail.
    Invited,
    /// Has not got the mail, which came back.
    Unreachable,
    /// Has read the walkthrough and gone away.
    Opened,
}

/// Somebody invited to the beta.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    pub(super) name: &'static str,
    pub(super) email: &'static str,
    pub(super) part: Part,
}

const fn member(name: &'static str, email: &'static str, part: Part) -> Member {
    Member { name, email, part }
}

/// In the order in which they are invited; the Console lists the last first.
pub(super) const CAST: [Member; 14] = [
    member("Amara Okafor", "amara.okafor@example.com", Part::Healthy { signed_in: true }),
    member("Lukas Brandt", "lukas.brandt@example.org", Part::Healthy { signed_in: false }),
    member("Ingrid Solberg", "ingrid.solberg@example.net", Part::GhostWithRow),
    member("Mei-Ling Zhao", "meiling.zhao@example.com", Part::Healthy { signed_in: true }),
    member("Marcus Lindqvist", "marcus.lindqvist@example.net", Part::Invited),
    member("Jonah Whitfield", "jonah.whitfield@example.org", Part::GhostWithoutRow),
    member("Priya Raman", "priya.raman@example.com", Part::Healthy { signed_in: false }),
    member("Hana Kobayashi", "hana.kobayashi@example.net", Part::Opened),
    member("Sofia Marchetti", "sofia.marchetti@example.com", Part::GhostWithoutRow),
    member("Tomás Herrera", "tomas.herrera@example.org", Part::GhostWithRow),
    member("Noor Haddad", "noor.haddad@example.net", Part::MidEnrollment),
    member("Oskar Nyberg", "oskar.nyberg@bounce.example.org", Part::Unreachable),
    member("Elise Fontaine", "elise.fontaine@example.org", Part::Invited),
    member("Daniel Mbeki", "daniel.mbeki@example.com", Part::MidEnrollment),
];

impl Part {
    /// What the Console's list says of them: the invitation and the account's state.
    pub(super) fn expected(self) -> (&'static str, &'static str) {
        match self {
            Self::Healthy { .. } => ("consumed", "healthy"),
            Self::GhostWithRow => ("consumed", "ghost_empty_shell"),
            Self::GhostWithoutRow => ("consumed", "ghost_no_users_row"),
            Self::MidEnrollment => ("consumed", "mid_enrollment"),
            Self::Invited | Self::Unreachable | Self::Opened => ("sent", "ghost_no_users_row"),
        }
    }

    /// Whether somebody should reset them (section 1 of the contracts).
    pub(super) fn is_ghost(self) -> bool {
        matches!(self, Self::GhostWithRow | Self::GhostWithoutRow)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use ghost_contracts::{EmailAddress, PersonName};

    use super::*;

    #[test]
    fn everybody_has_a_good_name_and_an_address_of_their_own() {
        let mut addresses = BTreeSet::new();
        for member in CAST {
            assert_eq!(PersonName::parse(member.name).unwrap().as_str(), member.name);
            assert_eq!(EmailAddress::parse(member.email).unwrap().as_str(), member.email);
            assert!(addresses.insert(member.email), "{}", member.email);
        }
    }

    #[test]
    fn every_part_is_played() {
        let parts = CAST.map(|member| format!("{:?}", member.part));
        let parts: BTreeSet<_> = parts.iter().collect();
        assert_eq!(parts.len(), 8);
    }
}

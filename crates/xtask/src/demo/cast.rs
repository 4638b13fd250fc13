//! Who is who in the demo.

use ghost_contracts::signup::ClientError;

use super::device::Device;

/// How far a tester has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Signed up, and in some cases in again.
    Healthy {
        /// Has a live session too.
        signed_in: bool,
    },
    /// Broke off at the passkey prompt a while ago: an account that nobody can use.
    GhostWithRow {
        /// How the prompt ended.
        ended: ClientError,
        /// After which time, in milliseconds.
        elapsed_ms: u32,
    },
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
    pub(super) device: Device,
    /// How long ago it all was, in hours.
    pub(super) hours_ago: i32,
    pub(super) part: Part,
}

const HEALTHY: Part = Part::Healthy { signed_in: false };
const SIGNED_IN: Part = Part::Healthy { signed_in: true };
const CLOSED: Part = Part::GhostWithRow { ended: ClientError::NotAllowedError, elapsed_ms: 58_400 };
const WITHOUT_A_LOCK: Part =
    Part::GhostWithRow { ended: ClientError::ConstraintError, elapsed_ms: 2_100 };

/// In the order in which they are invited; the Console lists the last first. Whose link still
/// works was invited just now: a link is made of its times, and those in the mails are to work.
pub(super) const CAST: [Member; 14] = {
    use Device::{Android, Galaxy, Iphone, Linux, Mac, Windows};
    use Part::{GhostWithoutRow, Invited, MidEnrollment, Opened, Unreachable};
    [
        member("Amara Okafor", "amara.okafor@example.com", Iphone, 290, SIGNED_IN),
        member("Lukas Brandt", "lukas.brandt@example.org", Windows, 268, HEALTHY),
        member("Ingrid Solberg", "ingrid.solberg@example.net", Iphone, 215, CLOSED),
        member("Mei-Ling Zhao", "meiling.zhao@example.com", Mac, 191, SIGNED_IN),
        member("Jonah Whitfield", "jonah.whitfield@example.org", Linux, 122, GhostWithoutRow),
        member("Priya Raman", "priya.raman@example.com", Android, 98, HEALTHY),
        member("Sofia Marchetti", "sofia.marchetti@example.com", Mac, 51, GhostWithoutRow),
        member("Tomás Herrera", "tomas.herrera@example.org", Galaxy, 26, WITHOUT_A_LOCK),
        member("Hana Kobayashi", "hana.kobayashi@example.net", Iphone, 0, Opened),
        member("Marcus Lindqvist", "marcus.lindqvist@example.net", Linux, 0, Invited),
        member("Noor Haddad", "noor.haddad@example.net", Android, 0, MidEnrollment),
        member("Oskar Nyberg", "oskar.nyberg@bounce.example.org", Windows, 0, Unreachable),
        member("Elise Fontaine", "elise.fontaine@example.org", Mac, 0, Invited),
        member("Daniel Mbeki", "daniel.mbeki@example.com", Windows, 0, MidEnrollment),
    ]
};

const fn member(
    name: &'static str,
    email: &'static str,
    device: Device,
    hours_ago: i32,
    part: Part,
) -> Member {
    Member { name, email, device, hours_ago, part }
}

impl Part {
    /// What the Console's list says of them: the invitation and the account's state.
    pub(super) fn expected(self) -> (&'static str, &'static str) {
        match self {
            Self::Healthy { .. } => ("consumed", "healthy"),
            Self::GhostWithRow { .. } => ("consumed", "ghost_empty_shell"),
            Self::GhostWithoutRow => ("consumed", "ghost_no_users_row"),
            Self::MidEnrollment => ("consumed", "mid_enrollment"),
            Self::Invited | Self::Unreachable | Self::Opened => ("sent", "ghost_no_users_row"),
        }
    }

    /// Whether somebody should reset them (section 1 of the contracts).
    pub(super) fn is_ghost(self) -> bool {
        matches!(self, Self::GhostWithRow { .. } | Self::GhostWithoutRow)
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
    fn whose_link_still_works_was_invited_last() {
        assert!(CAST.is_sorted_by_key(|member| -member.hours_ago));
        for member in CAST {
            assert!(member.hours_ago == 0 || member.part.expected().0 == "consumed", "{member:?}");
        }
    }

    #[test]
    fn every_part_is_played() {
        let parts = CAST.map(|member| format!("{:?}", member.part));
        let parts: BTreeSet<_> = parts.iter().collect();
        assert_eq!(parts.len(), 9);
    }
}

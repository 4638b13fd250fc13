//! Which role may do what (section 7 of the contracts). A finer scheme replaces [`Role::may`].

use std::fmt;
use std::str::FromStr;

use utoipa::ToSchema;

/// What an operator is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Role {
    /// May do everything.
    Superadmin,
    /// May invite.
    Support,
    /// May look.
    Readonly,
}

/// Text that names no role. Its message is fit for the person who sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("A role is one of superadmin, support and readonly.")]
pub struct UnknownRole;

/// Something that not everybody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Every GET under `/console`.
    ConsoleRead,
    /// Inviting testers and sending invitations again.
    TestersInvite,
    /// The ghost reset, which deletes accounts: `console-users-write`.
    UsersWrite,
    /// Seeing an invitation's link.
    LinksReveal,
    /// Switching flags.
    FlagsWrite,
    /// Inviting, changing and revoking operators.
    AdminsWrite,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 6] = [
        Self::ConsoleRead,
        Self::TestersInvite,
        Self::UsersWrite,
        Self::LinksReveal,
        Self::FlagsWrite,
        Self::AdminsWrite,
    ];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ConsoleRead => "console-read",
            Self::TestersInvite => "console-testers-invite",
            Self::UsersWrite => "console-users-write",
            Self::LinksReveal => "console-links-reveal",
            Self::FlagsWrite => "console-flags-write",
            Self::AdminsWrite => "console-admins-write",
        }
    }

    /// Whose work it is, for somebody who may not.
    #[must_use]
    pub const fn who_may(self) -> &'static str {
        match self {
            Self::ConsoleRead => "Any operator can do this.",
            Self::TestersInvite => "Only support and superadmins can do this.",
            Self::UsersWrite | Self::LinksReveal | Self::FlagsWrite | Self::AdminsWrite => {
                "Only superadmins can do this."
            }
        }
    }
}

impl Role {
    /// Every role, the mightiest first.
    pub const ALL: [Self; 3] = [Self::Superadmin, Self::Support, Self::Readonly];

    /// Whether this role holds that permission: the one place that decides it.
    #[must_use]
    pub const fn may(self, permission: Permission) -> bool {
        match permission {
            Permission::ConsoleRead => true,
            Permission::TestersInvite => matches!(self, Self::Superadmin | Self::Support),
            Permission::UsersWrite
            | Permission::LinksReveal
            | Permission::FlagsWrite
            | Permission::AdminsWrite => matches!(self, Self::Superadmin),
        }
    }

    /// What it may, in a few words.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Superadmin => "may do everything",
            Self::Support => "may look and invite testers",
            Self::Readonly => "may look",
        }
    }

    /// The name on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Superadmin => "superadmin",
            Self::Support => "support",
            Self::Readonly => "readonly",
        }
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or(UnknownRole)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_reads_and_only_the_right_ones_write() {
        for role in Role::ALL {
            assert!(role.may(Permission::ConsoleRead));
        }
        let may = |role: Role| {
            Permission::ALL.into_iter().filter(|p| role.may(*p)).map(Permission::as_str).count()
        };
        assert_eq!(may(Role::Superadmin), Permission::ALL.len());
        assert_eq!(may(Role::Support), 2);
        assert_eq!(may(Role::Readonly), 1);
        assert!(Role::Support.may(Permission::TestersInvite));
    }

    #[test]
    fn a_role_is_read_back_from_its_name_alone() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
        assert_eq!("Superadmin".parse::<Role>(), Err(UnknownRole));
    }
}

//! Who is a ghost (section 1 of the contracts).

use ghost_contracts::AccountState;

use crate::domain::invitation::InvitationStatus;

/// Whether a tester is a ghost. Somebody invited yesterday who has not opened the mail has no
/// account either, and is none: their invitation still works.
#[must_use]
pub const fn is_ghost(invitation: InvitationStatus, state: AccountState) -> bool {
    match state {
        AccountState::GhostEmptyShell => true,
        AccountState::GhostNoUsersRow => !matches!(invitation, InvitationStatus::Sent),
        AccountState::MidEnrollment | AccountState::Healthy => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ghost_has_no_usable_account_and_no_usable_invitation_or_an_empty_shell() {
        let invitations = [
            InvitationStatus::Sent,
            InvitationStatus::Consumed,
            InvitationStatus::Expired,
            InvitationStatus::Revoked,
        ];
        let ghosts = |state| invitations.map(|invitation| is_ghost(invitation, state));
        assert_eq!(ghosts(AccountState::GhostNoUsersRow), [false, true, true, true]);
        assert_eq!(ghosts(AccountState::GhostEmptyShell), [true; 4]);
        assert_eq!(ghosts(AccountState::MidEnrollment), [false; 4]);
        assert_eq!(ghosts(AccountState::Healthy), [false; 4]);
    }
}

//! States as a sign and a word: the colour only repeats them.

use chrono::{DateTime, Utc};
use ghost_contracts::AccountState;

use crate::domain::ghost::is_ghost;
use crate::domain::invitation::InvitationStatus;
use crate::domain::mail::Standing;
use crate::domain::walkthrough_token::WalkthroughToken;

/// A state as people read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Badge {
    /// For the eye alone.
    pub icon: &'static str,
    /// What it is.
    pub word: &'static str,
    /// What that means, in a few words.
    pub meaning: &'static str,
    /// The name of its style.
    pub class: &'static str,
}

const fn badge(
    icon: &'static str,
    word: &'static str,
    meaning: &'static str,
    class: &'static str,
) -> Badge {
    Badge { icon, word, meaning, class }
}

/// How an account stands, seen together with the invitation (section 1 of the contracts).
#[must_use]
pub const fn account(invitation: InvitationStatus, state: Option<AccountState>) -> Badge {
    let Some(state) = state else {
        return badge("?", "Unknown", "Raptor is not reachable", "muted");
    };
    match (state, is_ghost(invitation, state)) {
        (AccountState::Healthy, _) => badge("✓", "Healthy", "has a usable account", "good"),
        (AccountState::MidEnrollment, _) => {
            badge("◔", "Signing up", "began less than 5 minutes ago", "info")
        }
        (AccountState::GhostEmptyShell, _) => {
            badge("⚠", "Ghost", "an account without a passkey", "bad")
        }
        (AccountState::GhostNoUsersRow, true) => {
            badge("⚠", "Ghost", "no account, and no invitation that works", "bad")
        }
        (AccountState::GhostNoUsersRow, false) => {
            badge("○", "Not started", "no account yet", "muted")
        }
    }
}

/// The state of an account by itself, as the end of a sentence.
#[must_use]
pub const fn in_words(state: AccountState) -> &'static str {
    match state {
        AccountState::GhostNoUsersRow => "no account",
        AccountState::GhostEmptyShell => "an account without a passkey",
        AccountState::MidEnrollment => "a signup that began less than 5 minutes ago",
        AccountState::Healthy => "an account that works",
    }
}

/// Who it may be that opened a link.
pub const BY_WHOM: &str = "perhaps by a mail scanner";

/// How an invitation stands; `opened` where its link was looked at.
#[must_use]
pub const fn invitation(status: InvitationStatus, opened: bool) -> Badge {
    match status {
        InvitationStatus::Sent if opened => badge("◉", "Opened", "its link works", "info"),
        InvitationStatus::Sent => badge("✉", "Sent", "its link works", "info"),
        InvitationStatus::Consumed => badge("✓", "Spent", "its link was used", "muted"),
        InvitationStatus::Expired => badge("◷", "Expired", "its link is too old", "warn"),
        InvitationStatus::Revoked => badge("✕", "Revoked", "its link was taken back", "warn"),
    }
}

/// How the invitation of one link stands at `now`, the database's time.
#[must_use]
pub fn link(token: &WalkthroughToken, now: DateTime<Utc>) -> Badge {
    invitation(InvitationStatus::of(Some(token), now), token.first_opened_at.is_some())
}

/// How a mail stands.
#[must_use]
pub const fn mail(standing: Standing) -> Badge {
    match standing {
        Standing::Waiting => badge("…", "Waiting", "on its way to Postmark", "info"),
        Standing::Retrying => badge("…", "Waiting", "not accepted yet, tried again", "warn"),
        Standing::Accepted => badge("✉", "Accepted by Postmark", "on its way to them", "info"),
        Standing::Delayed => badge("⌛", "Delayed", "Postmark keeps trying", "warn"),
        Standing::Delivered => badge("✓", "Delivered", "their mail server took it", "good"),
        Standing::Bounced => badge("✕", "Bounced", "it came back", "bad"),
        Standing::Complained => badge("⚑", "Marked as spam", "they get no more mail", "bad"),
        Standing::Failed => badge("✕", "Failed for good", "Postmark will never take it", "bad"),
        Standing::Superseded => {
            badge("–", "Superseded", "its link ended before it went out", "muted")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_who_was_just_invited_is_no_ghost_to_the_eye_either() {
        let word = |invitation, state| account(invitation, Some(state)).word;
        let none = AccountState::GhostNoUsersRow;
        assert_eq!(word(InvitationStatus::Sent, none), "Not started");
        assert_eq!(word(InvitationStatus::Consumed, none), "Ghost");
        assert_eq!(word(InvitationStatus::Sent, AccountState::GhostEmptyShell), "Ghost");
        assert_eq!(account(InvitationStatus::Sent, None).word, "Unknown");
    }
}

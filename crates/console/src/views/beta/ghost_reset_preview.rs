//! The page that asks whether a tester is to be reset. On the tester's page its middle part is
//! shown as a dialog.

use askama::Template;
use ghost_contracts::raptor::{ChildAction, ChildRows};
use ghost_contracts::{AccountState, timestamp};

use super::child_rows::counted;
use crate::domain::ghost_reset_preview::ResetPreview;
use crate::domain::invitation::InvitationStatus;
use crate::domain::permission::Permission;
use crate::domain::tester_file::TesterFile;
use crate::domain::walkthrough_token::WalkthroughToken;
use crate::views::badge;
use crate::views::layout::Layout;
use crate::views::paths;
use crate::views::time::{Moment, exact};

/// The page.
#[derive(Template)]
#[template(path = "beta/ghost_reset_preview.html")]
pub struct ResetPage {
    /// What stands around it.
    pub layout: Layout,
    /// What a reset would do.
    pub preview: ResetPreview,
}

/// A step of a run, as the page shows it while the reset goes on.
struct Step {
    /// The name in `beta_ghost_resets.step`.
    name: &'static str,
    /// What was done.
    words: &'static str,
}

const STEPS: [Step; 5] = [
    Step { name: "initiated", words: "Asked Raptor and wrote “initiated”" },
    Step { name: "deleted", words: "Account deleted" },
    Step { name: "token_ready", words: "Old invitations revoked, new one ready" },
    Step { name: "mail_attempted", words: "Mail sent" },
    Step { name: "completed", words: "Written in the audit log" },
];

impl ResetPage {
    fn file(&self) -> &TesterFile {
        &self.preview.file
    }

    fn path(&self) -> String {
        paths::tester(self.file().tester.id)
    }

    fn steps(&self) -> &'static [Step] {
        &STEPS
    }

    fn may_reset(&self) -> bool {
        self.layout.may(Permission::UsersWrite)
    }

    fn who_may_reset(&self) -> &'static str {
        Permission::UsersWrite.who_may()
    }

    fn may_reveal(&self) -> bool {
        self.layout.may(Permission::LinksReveal)
    }

    /// Why there is nothing to press.
    fn why_not(&self) -> &'static str {
        match self.file().state() {
            Some(AccountState::Healthy) => {
                "This account works: it has a passkey or a live session. There is nothing to \
                 reset, and nothing was changed."
            }
            Some(AccountState::MidEnrollment) => {
                "This person began to sign up less than 5 minutes ago and may still be at it. A \
                 reset is refused until then; nothing was changed."
            }
            _ => {
                "Raptor is not reachable, so nobody can say what a reset would do, and none would \
                 go ahead. Nothing was changed; look again in a moment."
            }
        }
    }

    /// The account's own row.
    fn account(&self) -> Option<String> {
        let account = self.file().account.as_ref()?;
        let id = account.user_id?;
        let begun = account.created_at.as_ref().map(exact);
        let begun = begun.map(|at| format!(", begun on {at}")).unwrap_or_default();
        Some(format!("The unfinished account: number {id}{begun}"))
    }

    /// What goes with the account's row.
    fn deleted(&self) -> Vec<String> {
        self.preview.rows(ChildAction::Delete).map(counted).collect()
    }

    /// What stays and names nobody any more.
    fn nameless(&self) -> Vec<String> {
        self.preview.rows(ChildAction::SetNull).map(counted).collect()
    }

    /// What a ghost should not have.
    fn unexpected(&self) -> String {
        let words = |children: &ChildRows| counted(children);
        self.preview.unexpected().map(words).collect::<Vec<_>>().join(", ")
    }

    /// How a link stands, in small letters.
    fn standing(&self, token: &WalkthroughToken) -> String {
        let status = InvitationStatus::of(Some(token), self.file().now);
        badge::invitation(status).word.to_lowercase()
    }

    /// When a link got to stand like that.
    fn since(&self, token: &WalkthroughToken) -> Moment {
        let ended = Some(token.expires_at).filter(|end| *end <= self.file().now);
        self.layout.when(&token.consumed_at.or(ended).unwrap_or(token.created_at))
    }

    /// What has to be typed, as the `pattern` of an input.
    fn pattern(&self) -> String {
        literal(self.file().tester.email.as_str())
    }

    /// When the newest run was begun: one that this page begins is another.
    fn last_run(&self) -> String {
        let started_at = self.preview.run.as_ref().map(|run| timestamp::to_text(&run.started_at));
        started_at.unwrap_or_default()
    }
}

/// A regular expression that matches this text alone, with the `v` flag as browsers compile
/// `pattern`: the signs of the syntax are escaped, and no other may be.
fn literal(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 8);
    for sign in text.chars() {
        if r"^$\.*+?()[]{}|/".contains(sign) {
            pattern.push('\\');
        }
        pattern.push(sign);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_as_a_pattern_stands_for_itself() {
        assert_eq!(literal("ada@example.com"), r"ada@example\.com");
        assert_eq!(
            literal("a.!#$%&'*+/=?^_`{|}~-b@x-y.example"),
            r"a\.!#\$%&'\*\+\/=\?\^_`\{\|\}~-b@x-y\.example"
        );
    }
}

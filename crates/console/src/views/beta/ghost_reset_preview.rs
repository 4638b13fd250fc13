//! The page that asks whether a tester is to be reset. On the tester's page its middle part is
//! shown as a dialog.

use askama::Template;
use ghost_contracts::raptor::{ChildAction, ChildRows};
use ghost_contracts::{AccountState, timestamp};

use super::child_rows::counted;
use crate::domain::ghost_reset::Step;
use crate::domain::ghost_reset_preview::ResetPreview;
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

/// A step of a run, as the page shows it while the reset goes on. What came of it stands behind the
/// words, so they do not say that it is done.
struct RunStep {
    /// The name in `beta_ghost_resets.step`.
    name: &'static str,
    /// What there is to do.
    words: &'static str,
}

const fn step(step: Step, words: &'static str) -> RunStep {
    RunStep { name: step.as_str(), words }
}

impl ResetPage {
    fn file(&self) -> &TesterFile {
        &self.preview.file
    }

    fn path(&self) -> String {
        paths::tester(self.file().tester.id)
    }

    fn steps(&self) -> [RunStep; 5] {
        let delete = match self.account() {
            Some(_) => "Delete the account",
            // Raptor notes the reset all the same, and with that their signup page is dead.
            None => "End any signup page that is still open",
        };
        [
            step(Step::Initiated, "Write down that it begins"),
            step(Step::Deleted, delete),
            step(Step::TokenReady, "Revoke the earlier links and make a new one"),
            step(Step::MailAttempted, "Send the mail"),
            step(Step::Completed, "Write down that it is complete"),
        ]
    }

    /// What was done, where all went well.
    fn done(&self) -> &'static str {
        match self.account() {
            Some(_) => "The unfinished account is deleted, earlier links are revoked",
            None => "Earlier links are revoked",
        }
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
        badge::link(token, self.file().now).word.to_lowercase()
    }

    /// When a link got to stand like that.
    fn since(&self, token: &WalkthroughToken) -> Moment {
        let ended = Some(token.expires_at).filter(|end| *end <= self.file().now);
        let last = token.consumed_at.or(ended).or(token.first_opened_at);
        self.layout.when(&last.unwrap_or(token.created_at))
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

//! The ghost reset through HTTP, against both running services, with what both databases hold
//! afterwards (section 8 of the contracts).

mod answers;
mod faults;
mod heads;
mod interrupted;
mod pages;
mod plan;
mod preview;
mod together;

use serde_json::Value;

use crate::helpers::{Operator, Reply, System};

/// Whom the stories are about.
const EMAIL: &str = "grace@example.com";

/// Both services, a superadmin, the flag on, and one invited tester.
struct Story {
    system: System,
    operator: Operator,
    tester: i64,
}

impl Story {
    /// The tester was invited and has not opened the mail.
    async fn invited() -> Self {
        let system = System::start().await;
        system.console.switch_ghost_reset(true).await;
        let operator = system.console.enrol("superadmin").await;
        let invited = operator.client.invite(EMAIL, "Grace Hopper").await;
        assert_eq!(invited.status, 201, "{invited:?}");
        let tester = invited.json()["tester_id"].as_i64().unwrap();
        Self { system, operator, tester }
    }

    /// The tester accepted, and the ceremony never began: no row in Raptor.
    async fn ghost_without_a_row() -> Self {
        let story = Self::invited().await;
        story.accept_newest_link().await;
        story
    }

    /// The tester accepted and began, ten minutes ago: an empty shell in Raptor.
    async fn ghost_with_a_row() -> Self {
        let story = Self::invited().await;
        let token = story.accept_newest_link().await;
        assert_eq!(story.system.raptor.begin(&token).await.status, 200);
        let ago = "UPDATE users SET created_at = created_at - interval '10 minutes'";
        story.system.raptor.sql(ago).await;
        story
    }

    /// The link of the newest mail to the tester.
    async fn newest_link(&self) -> String {
        let mails = self.system.postmark.mails_to(EMAIL);
        mails.last().unwrap().link("/walkthrough").unwrap().to_owned()
    }

    /// The tester opens the newest mail and accepts: the bootstrap token.
    async fn accept_newest_link(&self) -> String {
        self.system.raptor.accept(&self.newest_link().await).await
    }

    fn path(&self) -> String {
        format!("/console/beta/testers/{}/ghost-reset", self.tester)
    }

    async fn reset(&self) -> Reply {
        self.operator.client.ghost_reset(self.tester).await
    }

    /// `action` without its beginning, of every audit row about a reset.
    async fn trail(&self) -> Vec<String> {
        let rows = self
            .system
            .console
            .rows(
                "SELECT replace(action, 'console.beta.ghost_reset.', '') AS step FROM audit_log \
                 WHERE action LIKE 'console.beta.ghost_reset.%' ORDER BY id",
            )
            .await;
        rows.iter().map(|row| row["step"].as_str().unwrap().to_owned()).collect()
    }

    /// Step and outcome of every run.
    async fn runs(&self) -> Vec<(String, Option<String>)> {
        let rows =
            self.system.console.rows("SELECT step, outcome FROM beta_ghost_resets ORDER BY id");
        let text = |value: &Value| value.as_str().map(ToOwned::to_owned);
        let rows = rows.await;
        rows.iter().map(|row| (text(&row["step"]).unwrap(), text(&row["outcome"]))).collect()
    }

    async fn users(&self) -> i64 {
        self.system.raptor.count("users").await
    }

    async fn tokens(&self) -> Vec<String> {
        self.system.console.tokens(EMAIL).await
    }

    /// The tester starts again with the newest mail and ends with a working account.
    async fn back_in(&self) {
        let token = self.accept_newest_link().await;
        let signed_up = self.system.raptor.sign_up(&token).await;
        assert_eq!(signed_up.status, 200, "{signed_up:?}");
        let file = self.operator.client.tester(self.tester).await.json();
        assert_eq!(file["account"]["state"], "healthy");
    }

    /// Nothing was deleted, revoked, minted or mailed.
    async fn assert_untouched(&self, users: i64) {
        assert_eq!(self.users().await, users);
        assert_eq!(self.system.raptor.count("account_resets").await, 0);
        let revoked = "beta_walkthrough_tokens WHERE revoked_at IS NOT NULL";
        assert_eq!(self.system.console.count(revoked).await, 0);
        assert_eq!(self.system.console.count("beta_walkthrough_tokens").await, 1);
        assert_eq!(self.system.postmark.mails_to(EMAIL).len(), 1);
    }
}

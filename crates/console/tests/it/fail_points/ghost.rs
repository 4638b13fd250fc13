//! One ghost, and what both databases say of them.

use serde_json::Value;

use super::table::Run;
use super::world::World;

/// A tester with a spent invitation and an empty account, an hour old.
pub(super) struct Ghost<'a> {
    world: &'a World,
    pub tester: i64,
    user: i64,
    email: String,
    /// The fail point that this ghost is for: it is named in every assertion.
    at: &'a str,
}

impl<'a> Ghost<'a> {
    pub async fn new(world: &'a World, at: &'a str) -> Self {
        let (console, raptor) = (&world.system.console, &world.system.raptor);
        let email = format!("{}@example.com", at.replace('_', "-"));
        let (tester, token) = console.add_tester(&email).await;
        console
            .sql(&format!(
                "UPDATE beta_walkthrough_tokens SET created_at = now() - interval '2 hours', \
                   consumed_at = now() - interval '1 hour' WHERE id = {token}; \
                 INSERT INTO beta_nda_acknowledgements (email, nda_version) \
                   SELECT '{email}', version FROM nda_documents LIMIT 1"
            ))
            .await;
        let user = raptor.add_shell(&email, 60).await;
        raptor.sql(&format!("INSERT INTO signup_reminders (user_id) VALUES ({user})")).await;
        Self { world, tester, user, email, at }
    }

    async fn console(&self, table: &str) -> i64 {
        self.world.system.console.count(table).await
    }

    async fn raptor(&self, table: &str) -> i64 {
        self.world.system.raptor.count(table).await
    }

    async fn audited(&self, action: &str) -> i64 {
        let of = format!("target_id = '{}' AND action LIKE '{action}'", self.tester);
        self.console(&format!("audit_log WHERE {of}")).await
    }

    pub async fn is_deleted(&self) -> bool {
        self.raptor(&format!("users WHERE id = {}", self.user)).await == 0
    }

    /// Asserts what holds whatever happens and whenever one looks.
    pub async fn assert_lawful(&self) {
        let (at, email, user) = (self.at, &self.email, self.user);
        let deleted = self.is_deleted().await;
        let children = self.raptor(&format!("signup_reminders WHERE user_id = {user}")).await;
        assert_eq!(children, i64::from(!deleted), "{at}: the account and its children together");
        let resets = "audit_log WHERE action = 'account.ghost_reset'";
        let known = self.raptor(&format!("{resets} AND target_id = '{user}'")).await;
        assert_eq!(known, i64::from(deleted), "{at}: one audit row for the one deletion");
        let reset = self.raptor(&format!("account_resets WHERE email = '{email}'")).await;
        assert_eq!(reset, i64::from(deleted), "{at}: the reset's time goes with the deletion");
        let initiated = self.audited("console.beta.ghost_reset.initiated").await;
        assert!(
            initiated >= i64::from(deleted),
            "{at}: deleted without an audit row of the Console"
        );
        let tokens = self.world.system.console.tokens(email).await;
        let revoked = tokens.iter().any(|state| state == "revoked");
        assert!(!revoked || initiated > 0, "{at}: revoked without an audit row");
        assert!(tokens.iter().filter(|state| *state != "revoked").count() <= 1, "{at}: {tokens:?}");
        let runs = format!("beta_ghost_resets WHERE tester_id = {}", self.tester);
        assert_eq!(
            self.console(&runs).await,
            initiated,
            "{at}: a run for each audit row that begins one"
        );
        let agreed = format!("beta_nda_acknowledgements WHERE email = '{email}'");
        assert_eq!(self.console(&agreed).await, 1, "{at}: the agreement outlives it all");
        self.world.assert_bystander_unchanged(at).await;
    }

    /// Asserts how the one run stands: in its row, and in what operators are shown in `file`.
    pub async fn assert_run(&self, run: Run, file: &Value) {
        let at = self.at;
        let rows = self
            .world
            .system
            .console
            .rows(&format!(
                "SELECT step, outcome, finished_at IS NOT NULL AS over FROM beta_ghost_resets \
                 WHERE tester_id = {}",
                self.tester
            ))
            .await;
        let shown = &file["interrupted_reset"];
        match run {
            Run::None => assert!(rows.is_empty() && shown.is_null(), "{at}: {rows:?} {shown}"),
            Run::Interrupted(step) => {
                assert_eq!(shown["step"], step, "{at}: {file}");
                let is_open = rows[0]["over"] == false || rows[0]["outcome"] == "unknown";
                assert!(is_open, "{at}: {rows:?}");
            }
            Run::Failed => self.assert_closed(&rows, shown, "failed").await,
            Run::Completed => self.assert_closed(&rows, shown, "completed").await,
        }
    }

    async fn assert_closed(&self, rows: &[Value], shown: &Value, outcome: &str) {
        assert!(shown.is_null(), "{}: {shown}", self.at);
        assert_eq!(rows[0]["outcome"], outcome, "{}: {rows:?}", self.at);
        assert_eq!(self.audited(&format!("%.{outcome}")).await, 1, "{}", self.at);
    }

    /// Asserts the end that every ghost comes to: one live invitation, mailed; every run closed.
    pub async fn assert_healed(&self, file: &Value, surplus_mails: usize) {
        let (at, tester) = (self.at, self.tester);
        self.assert_lawful().await;
        assert!(self.is_deleted().await, "{at}");
        assert!(file["interrupted_reset"].is_null(), "{at}: {file}");
        let tokens = self.world.system.console.tokens(&self.email).await;
        assert_eq!(tokens, ["revoked", "live"], "{at}");
        let open = "(finished_at IS NULL OR outcome IS NULL OR outcome = 'unknown')";
        let open = format!("beta_ghost_resets WHERE tester_id = {tester} AND {open}");
        assert_eq!(self.console(&open).await, 0, "{at}: a run without an end");
        let mails = format!("mail_outbox WHERE tester_id = {tester}");
        let written = self.console(&mails).await;
        let taken = self.console(&format!("{mails} AND status = 'accepted'")).await;
        assert_eq!(taken, written, "{at}: a mail that did not go out");
        let accepted = self.world.system.postmark.mails_to(&self.email);
        let once = usize::try_from(taken).unwrap();
        let range = once..=once + surplus_mails;
        assert!(once > 0 && range.contains(&accepted.len()), "{at}: {} {range:?}", accepted.len());
        let links: std::collections::BTreeSet<_> =
            accepted.iter().map(|mail| mail.link("/walkthrough").unwrap().to_owned()).collect();
        assert_eq!(links.len(), 1, "{at}: every mail brings the one live link");
    }
}

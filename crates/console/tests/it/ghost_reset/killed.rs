//! The Console killed after each step, started again, and the action run again.

use std::net::TcpListener;
use std::process::Stdio;

use ghost_contracts::raptor::GHOST_DELETE_PATH;
use serde_json::json;
use test_support::wait::eventually;
use tokio::process::{Child, Command};

use super::Story;
use crate::helpers::{Client, Operator, system_variables, variables};

/// The number of an advisory lock that a trigger waits for.
const GATE: i64 = 715_517;

/// The real binary, on the story's database.
struct Binary {
    child: Child,
    client: Client,
}

impl Binary {
    async fn start(story: &Story) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut all = variables(&story.system.console.database.url());
        all.extend(system_variables(&story.system.to_raptor, &story.system.postmark));
        all.insert("PORT", port.to_string());
        let child = Command::new(env!("CARGO_BIN_EXE_console"))
            .arg("serve")
            .env_clear()
            .envs(all)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let client = Client::new(port);
        eventually("the binary is ready", || async {
            tokio::net::TcpStream::connect(("127.0.0.1", port)).await.ok()
        })
        .await;
        assert_eq!(client.get("/readyz").await.status, 200);
        Self { child, client: client.with_cookie(story.operator.client.cookie()) }
    }

    /// SIGKILL: it can clean up nothing.
    async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}

impl Story {
    /// A ghost and a bystander, with the Console of this process stopped.
    async fn with_a_bystander() -> Self {
        let mut story = Self::ghost_with_a_row().await;
        let Operator { client, .. } = &story.operator;
        assert_eq!(client.invite("bystander@example.com", "Beate Stander").await.status, 201);
        story.system.raptor.add_healthy("bystander@example.com").await;
        story.system.console.stop().await;
        story
    }

    /// Starts the Console again: the reset shows as interrupted at that step, running it again
    /// finishes it, and nobody is worse off.
    async fn assert_healed_by_running_again(mut self, step: &str) {
        let binary = Binary::start(&self).await;
        self.operator.client = binary.client.clone();
        self.let_a_minute_pass().await;
        let file = binary.client.tester(self.tester).await.json();
        assert_eq!(file["interrupted_reset"]["step"], step, "{file}");
        let again = self.reset().await;
        assert_eq!(again.status, 200, "{again:?}");
        let file = binary.client.tester(self.tester).await.json();
        assert_eq!(file["interrupted_reset"], json!(null));
        assert_eq!(self.trail().await, ["initiated", "initiated", "completed"]);
        let live = "beta_walkthrough_tokens \
                    WHERE tester_email = 'grace@example.com' AND revoked_at IS NULL";
        assert_eq!(self.system.console.count(live).await, 1);
        assert_eq!(self.tokens().await.last().unwrap(), "live");
        assert_eq!(self.system.console.tokens("bystander@example.com").await, ["live"]);
        assert_eq!(self.system.raptor.count("users").await, 1);
        assert_eq!(self.system.raptor.count("customer_sessions").await, 1);
        assert_eq!(self.system.console.count("beta_nda_acknowledgements").await, 1);
        let resets = "audit_log WHERE action = 'account.ghost_reset'";
        assert!((1..=2).contains(&self.system.raptor.count(resets).await));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_after_the_first_audit_row() {
    let story = Story::with_a_bystander().await;
    let binary = Binary::start(&story).await;
    let mut held = story.system.to_raptor.hold_request(GHOST_DELETE_PATH);
    tokio::select! {
        answer = binary.client.ghost_reset(story.tester) => panic!("{answer:?}"),
        () = held.arrived() => {}
    }
    binary.kill().await;
    held.cut();
    assert_eq!(story.system.raptor.count("users").await, 2);
    story.assert_healed_by_running_again("initiated").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_after_the_deletion() {
    let story = Story::with_a_bystander().await;
    let binary = Binary::start(&story).await;
    let mut held = story.system.to_raptor.hold_answer(GHOST_DELETE_PATH);
    tokio::select! {
        answer = binary.client.ghost_reset(story.tester) => panic!("{answer:?}"),
        () = held.arrived() => {}
    }
    binary.kill().await;
    held.cut();
    assert_eq!(story.system.raptor.count("users").await, 1);
    assert_eq!(story.tokens().await, ["consumed"]);
    story.assert_healed_by_running_again("initiated").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_after_the_token_was_minted() {
    let story = Story::with_a_bystander().await;
    let binary = Binary::start(&story).await;
    let mut held = story.system.postmark.hold();
    tokio::select! {
        answer = binary.client.ghost_reset(story.tester) => panic!("{answer:?}"),
        () = held.arrived() => {}
    }
    binary.kill().await;
    held.cut();
    assert_eq!(story.tokens().await, ["revoked", "live"]);
    // Who sent that mail is dead; its lease is over when the Console is started again.
    let over = "UPDATE mail_outbox SET next_attempt_at = now() + interval '1 minute', \
                last_error = 'lease over' WHERE status = 'pending'";
    story.system.console.sql(over).await;
    story.assert_healed_by_running_again("token_ready").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_after_the_mail() {
    let story = Story::with_a_bystander().await;
    let gate = gate_before_the_last_audit_row(&story).await;
    let binary = Binary::start(&story).await;
    let waits = eventually("the last audit row waits", || async {
        let waiting =
            format!("pg_locks WHERE locktype = 'advisory' AND objid = {GATE} AND NOT granted");
        (story.system.console.count(&waiting).await == 1).then_some(())
    });
    tokio::select! {
        answer = binary.client.ghost_reset(story.tester) => panic!("{answer:?}"),
        () = waits => {}
    }
    binary.kill().await;
    drop(gate);
    story.system.console.sql("DROP TRIGGER gate ON audit_log").await;
    story.assert_healed_by_running_again("mail_attempted").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_after_the_last_audit_row() {
    let mut story = Story::with_a_bystander().await;
    let binary = Binary::start(&story).await;
    assert_eq!(binary.client.ghost_reset(story.tester).await.status, 200);
    binary.kill().await;
    let binary = Binary::start(&story).await;
    story.operator.client = binary.client.clone();
    story.let_a_minute_pass().await;
    let file = binary.client.tester(story.tester).await.json();
    assert_eq!(file["interrupted_reset"], json!(null));
    assert_eq!(story.reset().await.status, 200);
    assert_eq!(story.trail().await, ["initiated", "completed", "initiated", "completed"]);
    assert_eq!(story.tokens().await, ["revoked", "live"]);
}

/// Makes the audit row of step 9 wait until what this returns is dropped.
async fn gate_before_the_last_audit_row(story: &Story) -> diesel_async::AsyncPgConnection {
    use diesel_async::SimpleAsyncConnection;
    let trigger = format!(
        "CREATE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN PERFORM pg_advisory_xact_lock({GATE}); RETURN NEW; END $$; \
         CREATE TRIGGER gate BEFORE INSERT ON audit_log FOR EACH ROW \
         WHEN (NEW.action = 'console.beta.ghost_reset.completed') EXECUTE FUNCTION gate();"
    );
    story.system.console.sql(&trigger).await;
    let mut gate = story.system.console.database.connect().await;
    gate.batch_execute(&format!("SELECT pg_advisory_lock({GATE})")).await.unwrap();
    gate
}

//! The accounts of smoke tests: what `serve` removes by itself an hour later, and what the
//! command leaves alone.

use diesel_async::SimpleAsyncConnection;
use raptor_api::domain::smoke_account;
use raptor_api::state::Accounts;
use serde_json::json;
use service_kit::db::Pool;
use service_kit::settings::{DatabaseSettings, DatabaseUrl, Setting};
use test_support::wait::eventually;

use crate::commands::{Ran, run};
use crate::helpers::{Options, TestApp};

const EMAIL: &str = "smoke-test+1748181130@moosequest.net";
const DOMAIN: &str = "moosequest.net";

/// A service whose own housekeeping looks for smoke accounts elsewhere.
async fn left_in_peace() -> TestApp {
    TestApp::start_with_variable("SMOKE_EMAIL_DOMAIN", "elsewhere.example").await
}

/// What the housekeeping of `serve` does with smoke accounts.
async fn expire(app: &TestApp) {
    let url = DatabaseUrl::parse(&app.database.url()).unwrap();
    let pool = Pool::new(&DatabaseSettings { url, ca: None }, 1).unwrap();
    smoke_account::expire(&Accounts { pool }, DOMAIN).await.unwrap();
}

/// Lets an hour and more pass for all that is kept of smoke accounts.
async fn let_an_hour_pass(app: &TestApp) {
    app.sql(
        "UPDATE users SET created_at = created_at - interval '61 minutes'; \
         UPDATE bootstrap_token_uses SET used_at = used_at - interval '61 minutes'; \
         UPDATE account_resets SET reset_at = reset_at - interval '61 minutes'; \
         UPDATE signup_attempts SET begun_at = begun_at - interval '61 minutes'",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_hour_later_nothing_is_left_of_a_smoke_account_but_audit_rows() {
    let app = left_in_peace().await;
    let (id, mut passkey) = app.sign_up(EMAIL).await;
    app.sign_in(&mut passkey).await;
    app.sql(&format!(
        "INSERT INTO account_resets (email) VALUES ('{EMAIL}'); \
         INSERT INTO webauthn_challenges VALUES \
           ('registration:{id}', '{{}}', now() + interval '1 minute')"
    ))
    .await;
    expire(&app).await;
    assert_eq!(app.count("users").await, 1);
    let_an_hour_pass(&app).await;
    expire(&app).await;
    for table in [
        "users",
        "webauthn_credentials",
        "customer_sessions",
        "bootstrap_token_uses",
        "account_resets",
        "signup_attempts",
        "webauthn_challenges WHERE ceremony LIKE 'registration:%'",
    ] {
        assert_eq!(app.count(table).await, 0, "{table}");
    }
    let expected = [json!({
        "actor_user_id": "raptor-api",
        "target_kind": "user",
        "target_id": id.to_string(),
        "context": {"credential_count": 1, "path": "smoke_test"},
    })];
    assert_eq!(app.audit("account.smoke_expired").await, expected);
    expire(&app).await;
    assert_eq!(app.audit("account.smoke_expired").await, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_elses_account_is_removed_however_old() {
    let app = left_in_peace().await;
    for email in [
        "kris@moosequest.net",
        "smoke-test@moosequest.net",
        "smoke-test+@moosequest.net",
        "smoke-test+1@example.com",
        "smoke-test+1@sub.moosequest.net",
        "a-smoke-test+1@moosequest.net",
        "smoke_test+1@moosequest.net",
    ] {
        app.sign_up(email).await;
    }
    app.sql("INSERT INTO account_resets (email) SELECT email FROM users").await;
    let_an_hour_pass(&app).await;
    expire(&app).await;
    for table in [
        "users",
        "webauthn_credentials",
        "bootstrap_token_uses",
        "account_resets",
        "signup_attempts",
    ] {
        assert_eq!(app.count(table).await, 7, "{table}");
    }
    assert_eq!(app.audit("account.smoke_expired").await.len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_kept_of_an_address_without_an_account_goes_an_hour_later_too() {
    let app = left_in_peace().await;
    app.sql(
        "INSERT INTO bootstrap_token_uses (nonce, email, used_at, expires_at) VALUES \
           ('old', 'smoke-test+1@moosequest.net', now() - interval '61 minutes', now()), \
           ('young', 'smoke-test+1@moosequest.net', now() - interval '59 minutes', now()); \
         INSERT INTO account_resets VALUES \
           ('smoke-test+2@moosequest.net', now() - interval '61 minutes'), \
           ('smoke-test+3@moosequest.net', now() - interval '59 minutes'); \
         INSERT INTO signup_attempts (email, nonce_sha256, begun_at) VALUES \
           ('smoke-test+4@moosequest.net', sha256(''), now() - interval '61 minutes'), \
           ('smoke-test+5@moosequest.net', sha256(''), now() - interval '59 minutes')",
    )
    .await;
    expire(&app).await;
    assert_eq!(
        app.rows("SELECT nonce FROM bootstrap_token_uses").await,
        [json!({"nonce": "young"})]
    );
    let left = app.rows("SELECT email FROM account_resets").await;
    assert_eq!(left, [json!({"email": "smoke-test+3@moosequest.net"})]);
    let left = app.rows("SELECT email FROM signup_attempts").await;
    assert_eq!(left, [json!({"email": "smoke-test+5@moosequest.net"})]);
    let audited = app.audit("account.smoke_expired").await;
    let mut targets: Vec<_> =
        audited.iter().map(|row| row["target_id"].as_str().unwrap()).collect();
    targets.sort_unstable();
    assert_eq!(
        targets,
        [
            "smoke-test+1@moosequest.net",
            "smoke-test+2@moosequest.net",
            "smoke-test+4@moosequest.net",
        ]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_is_made_while_the_sweep_waits_for_the_lock_stays() {
    let app = left_in_peace().await;
    app.account(EMAIL, 61).await;
    let mut other = app.database.connect().await;
    other
        .batch_execute(&format!(
            "BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('{EMAIL}', 0)); \
             DELETE FROM users; INSERT INTO users (email) VALUES ('{EMAIL}')"
        ))
        .await
        .unwrap();
    tokio::join!(expire(&app), async {
        let waiting = "SELECT count(*) FROM pg_stat_activity \
                       WHERE datname = current_database() AND wait_event_type = 'Lock'";
        eventually("the sweep waits for the lock", || async {
            (app.number(waiting).await > 0).then_some(())
        })
        .await;
        other.batch_execute("COMMIT").await.unwrap();
    });
    assert_eq!(app.count("users").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_services_at_once_remove_and_audit_it_once() {
    let app = left_in_peace().await;
    app.account(EMAIL, 61).await;
    tokio::join!(expire(&app), expire(&app), expire(&app));
    assert_eq!(app.count("users").await, 0);
    assert_eq!(app.audit("account.smoke_expired").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_an_audit_row_it_stays_until_the_next_time() {
    let app = left_in_peace().await;
    app.account(EMAIL, 61).await;
    app.break_audit_log().await;
    expire(&app).await;
    assert_eq!(app.count("users").await, 1);
    app.sql("DROP TRIGGER refuse_audit ON audit_log").await;
    expire(&app).await;
    assert_eq!(app.count("users").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn serve_removes_them_by_itself_at_the_domain_it_is_told() {
    let app = left_in_peace().await;
    app.account(EMAIL, 61).await;
    app.account("smoke-test+1@example.com", 61).await;
    let variables = vec![
        ("DATABASE_URL", app.database.url()),
        ("SMOKE_EMAIL_DOMAIN", "Example.com".to_owned()),
    ];
    let _other = TestApp::start_with(Options { variables, ..Options::default() }).await;
    eventually("the smoke account is gone", || async {
        (app.count("users").await == 1).then_some(())
    })
    .await;
    assert_eq!(app.count(&format!("users WHERE email = '{EMAIL}'")).await, 1);
}

async fn delete(app: &TestApp, made_since: &str) -> Ran {
    let url = app.database.url();
    let asked = ["delete-account", "--email", EMAIL, "--if-smoke-test", "--made-since", made_since];
    run(&url, &asked).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_is_older_than_asked_is_left_alone() {
    let app = left_in_peace().await;
    app.account(EMAIL, 0).await;
    app.sql("UPDATE users SET created_at = '2026-06-12T10:00:00Z'").await;
    let refused = delete(&app, "2026-06-12T10:00:01Z").await;
    assert_eq!((refused.status, refused.out.as_str()), (4, ""));
    assert!(refused.err.contains("older than asked"), "{}", refused.err);
    assert_eq!(app.count("users").await, 1);
    assert_eq!(app.audit("account.smoke_deleted").await.len(), 0);
    assert_eq!(delete(&app, "yesterday").await.status, 2);
    let deleted = delete(&app, "2026-06-12T10:00:00Z").await;
    assert_eq!((deleted.status, app.count("users").await), (0, 0), "{}", deleted.err);
}

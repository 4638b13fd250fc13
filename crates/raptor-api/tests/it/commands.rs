//! The operator's commands, through the binary.

use std::process::Stdio;

use serde_json::json;
use test_support::postgres::TestDatabase;
use test_support::software_passkey::SoftwarePasskey;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use crate::helpers::{BOOTSTRAP_KEY, TestApp, variables};

pub struct Ran {
    pub status: i32,
    pub out: String,
    pub err: String,
}

fn command(database_url: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_raptor-api"));
    command.env_clear().env("DATABASE_URL", database_url).kill_on_drop(true);
    command
}

pub async fn run(database_url: &str, arguments: &[&str]) -> Ran {
    let mut command = command(database_url);
    command.args(arguments).env("BOOTSTRAP_TOKEN_SIGNING_KEY", BOOTSTRAP_KEY);
    let output = command.output().await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran {
        status: output.status.code().unwrap(),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

async fn about(app: &TestApp, name: &str, email: &str) -> Ran {
    run(&app.database.url(), &[name, "--email", email]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_minted_token_is_printed_alone_is_audited_and_works() {
    let app = TestApp::start().await;
    let minted = about(&app, "mint-bootstrap-token", " Ada@Example.com ").await;
    assert_eq!((minted.status, minted.err.as_str()), (0, ""));
    let token = minted.out.strip_suffix('\n').unwrap();
    assert!(token.starts_with("eyJ2IjoxLCJlbWFp") && !token.contains(char::is_whitespace));
    let audit = app.audit("account.bootstrap_token_minted").await;
    assert_eq!(audit.len(), 1);
    assert_eq!(audit[0]["actor_user_id"], "cli");
    assert_eq!(audit[0]["target_id"], "ada@example.com");
    assert!(!audit[0].to_string().contains(token));
    let id = app.sign_up_with(&mut SoftwarePasskey::new(), token).await;
    about(&app, "mint-bootstrap-token", "ada@example.com").await;
    assert_eq!(
        app.audit("account.bootstrap_token_minted").await[1]["target_id"],
        json!(id.to_string())
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_an_audit_row_no_token_is_printed() {
    let app = TestApp::start().await;
    app.break_audit_log().await;
    let minted = about(&app, "mint-bootstrap-token", "ada@example.com").await;
    assert_eq!((minted.status, minted.out.as_str()), (1, ""));
    assert!(minted.err.contains("audit"), "{}", minted.err);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ghost_check_prints_what_the_internal_call_answers() {
    let app = TestApp::start().await;
    app.sign_up("ada@example.com").await;
    for email in ["ada@example.com", "nobody@example.com"] {
        let printed = about(&app, "ghost-check", email).await;
        assert_eq!(printed.status, 0);
        assert_eq!(printed.out.trim_end(), app.client.ghost_check(email).await.text);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn show_account_prints_the_account_or_exits_with_3() {
    let app = TestApp::start().await;
    let (id, _) = app.sign_up("ada@example.com").await;
    app.sql(&format!("INSERT INTO backup_codes (customer_id) VALUES ({id}), ({id})")).await;
    let shown = about(&app, "show-account", "ada@example.com").await;
    let expected = json!({
        "user_id": id, "email": "ada@example.com", "credential_count": 1, "recovery_code_count": 2,
    });
    let printed: serde_json::Value = serde_json::from_str(&shown.out).unwrap();
    assert_eq!((shown.status, printed), (0, expected));
    let nobody = about(&app, "show-account", "nobody@example.com").await;
    assert_eq!((nobody.status, nobody.out.as_str()), (3, ""));
}

async fn delete(app: &TestApp, email: &str) -> Ran {
    run(&app.database.url(), &["delete-account", "--email", email, "--if-smoke-test"]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_smoke_account_is_deleted_with_all_that_is_kept_for_it() {
    let app = TestApp::start().await;
    let email = "smoke-test+1748181130@moosequest.net";
    let (id, _) = app.sign_up(email).await;
    app.sql(&format!("INSERT INTO account_resets (email) VALUES ('{email}')")).await;
    let deleted = delete(&app, email).await;
    assert_eq!(deleted.status, 0, "{}", deleted.err);
    let printed: serde_json::Value = serde_json::from_str(&deleted.out).unwrap();
    assert_eq!(printed, json!({"deleted_credentials": 1, "deleted_users": 1}));
    for table in ["users", "webauthn_credentials", "bootstrap_token_uses", "account_resets"] {
        assert_eq!(app.count(table).await, 0, "{table}");
    }
    let audit = app.audit("account.smoke_deleted").await;
    assert_eq!(audit.len(), 1);
    assert_eq!(
        (&audit[0]["actor_user_id"], &audit[0]["target_id"]),
        (&json!("cli"), &json!(id.to_string()))
    );
    // Once more there is nothing to delete, and that is fine.
    let again = delete(&app, email).await;
    let printed: serde_json::Value = serde_json::from_str(&again.out).unwrap();
    assert_eq!((again.status, printed), (0, json!({"deleted_credentials": 0, "deleted_users": 0})));
    assert_eq!(app.audit("account.smoke_deleted").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_other_account_is_deleted() {
    let app = TestApp::start().await;
    for email in [
        "kris@moosequest.net",
        "smoke-test@moosequest.net",
        "smoke-test+@moosequest.net",
        "smoke-test+1@example.com",
    ] {
        app.sign_up(email).await;
        let refused = delete(&app, email).await;
        assert_eq!((refused.status, refused.out.as_str()), (1, ""), "{email}");
        assert!(refused.err.contains("not a smoke account"), "{}", refused.err);
    }
    assert_eq!(app.count("webauthn_credentials").await, 4);
    let bare = ["delete-account", "--email", "smoke-test+1@moosequest.net"];
    assert_eq!(run(&app.database.url(), &bare).await.status, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_an_audit_row_no_smoke_account_is_deleted() {
    let app = TestApp::start().await;
    app.sign_up("smoke-test+1@moosequest.net").await;
    app.break_audit_log().await;
    assert_eq!(delete(&app, "smoke-test+1@moosequest.net").await.status, 1);
    assert_eq!(app.count("webauthn_credentials").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_address_is_a_usage_error() {
    let app = TestApp::start().await;
    for name in ["mint-bootstrap-token", "ghost-check", "show-account"] {
        assert_eq!(about(&app, name, "nobody").await.status, 2, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_away_is_one_sentence() {
    let nowhere = "postgres://nobody@127.0.0.1:1/none";
    let failed = run(nowhere, &["ghost-check", "--email", "ada@example.com"]).await;
    assert_eq!((failed.status, failed.out.as_str()), (1, ""));
    assert_eq!(failed.err.lines().count(), 1, "{}", failed.err);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn migrate_can_run_twice_and_at_once() {
    let database = TestDatabase::create_empty().await;
    let url = database.url();
    let (one, other) =
        futures_util::future::join(run(&url, &["migrate"]), run(&url, &["migrate"])).await;
    assert_eq!((one.status, other.status), (0, 0), "{} {}", one.err, other.err);
    // One applies all of them, the other waits and finds nothing to do.
    let mut outs = [one.out, other.out];
    outs.sort_unstable();
    let all = service_kit::migrate::versions(&raptor_api::MIGRATIONS).unwrap().join(", ");
    let all = format!("Applied {all}.\n");
    assert_eq!(outs, [all.as_str(), "The schema is up to date.\n"]);
    assert_eq!(run(&url, &["migrate"]).await.status, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn serve_logs_json_drains_on_sigterm_and_exits_0() {
    let app = TestApp::start().await;
    let mut command = command(&app.database.url());
    command.arg("serve").envs(variables(&app.database.url(), "http://127.0.0.1:1"));
    let mut serving = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(serving.stdout.take().unwrap()).lines();
    let port = loop {
        let line: serde_json::Value =
            serde_json::from_str(&lines.next_line().await.unwrap().unwrap()).unwrap();
        if line["message"] == "listening" {
            break u16::try_from(line["port"].as_u64().unwrap()).unwrap();
        }
    };
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let alive = http.get(format!("http://127.0.0.1:{port}/healthz")).send().await.unwrap();
    assert_eq!(alive.status(), 200);
    http.get(format!("http://127.0.0.1:{port}/signup?token=a-secret")).send().await.unwrap();
    let pid = serving.id().unwrap().to_string();
    let killed = Command::new("kill").args(["-TERM", &pid]).status().await.unwrap();
    assert!(killed.success());
    assert_eq!(serving.wait().await.unwrap().code(), Some(0));
    while let Some(line) = lines.next_line().await.unwrap() {
        assert!(serde_json::from_str::<serde_json::Value>(&line).is_ok(), "{line}");
        assert!(!line.contains("a-secret"), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_tells_whether_the_service_at_its_port_is_alive_and_needs_no_other_variable() {
    let app = TestApp::start().await;
    let (_, port) = app.client.base().rsplit_once(':').unwrap();
    for (port, status) in [(port, 0), ("1", 1), ("nowhere", 2)] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_raptor-api"));
        let asked = command.arg("health").env_clear().env("PORT", port).output().await.unwrap();
        assert_eq!(asked.status.code(), Some(status), "{asked:?}");
        assert!(asked.stdout.is_empty() && asked.stderr.is_empty() == (status == 0), "{asked:?}");
    }
}

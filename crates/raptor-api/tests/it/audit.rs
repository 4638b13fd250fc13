//! The audit log's seals: made by the running service, verified by the command, named to the
//! Console.

use serde_json::{Value, json};
use test_support::wait::eventually;

use crate::commands::{Ran, run};
use crate::helpers::{Options, TestApp};

const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";

async fn with_key() -> TestApp {
    let variables = vec![("AUDIT_SIGNING_KEY", SEED.to_owned())];
    TestApp::start_with(Options { variables, ..Options::default() }).await
}

/// Waits until nothing waits for a seal, and some checkpoint has left.
async fn sealed(app: &TestApp) {
    eventually("everything is sealed", || async {
        let waiting = app.count("audit_unsealed").await;
        let left = app.count("audit_checkpoints WHERE way = 'log'").await;
        (waiting == 0 && left > 0).then_some(())
    })
    .await;
}

async fn audit(app: &TestApp, arguments: &[&str]) -> Ran {
    let arguments: Vec<&str> = ["audit"].iter().chain(arguments).copied().collect();
    run(&app.database.url(), &arguments).await
}

async fn tamper(app: &TestApp, statements: &str) {
    app.sql(&format!("ALTER TABLE audit_log DISABLE TRIGGER ALL; {statements}")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_service_seals_its_log_and_the_command_verifies_it() {
    let app = with_key().await;
    for email in ["ada@example.com", "bob@example.com", "eve@example.com"] {
        assert_eq!(app.client.ghost_delete(email).await.status, 204);
    }
    sealed(&app).await;
    let intact = audit(&app, &["verify"]).await;
    assert_eq!((intact.status, intact.err.as_str()), (0, ""), "{}", intact.out);
    assert!(intact.out.contains("audit log intact: 3 rows in "), "{}", intact.out);
    tamper(&app, "UPDATE audit_log SET context = '{\"path\": \"none\"}' WHERE id = 2").await;
    let changed = audit(&app, &["verify"]).await;
    assert_eq!((changed.status, changed.err.as_str()), (1, ""));
    assert!(changed.out.starts_with("row 2 was changed after seal "), "{}", changed.out);
    assert!(changed.out.contains("audit log NOT intact, first at row 2: "), "{}", changed.out);
    let json = audit(&app, &["verify", "--json"]).await;
    let report: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!((json.status, &report["findings"][0]["row"]), (1, &json!(2)));
    assert_eq!(report["findings"][0]["change"], "changed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_cannot_be_read_is_not_said_to_be_tampered_with() {
    let app = TestApp::start().await;
    app.sql("DROP TABLE audit_peer_heads").await;
    let unread = audit(&app, &["verify"]).await;
    assert_eq!((unread.status, unread.out.as_str()), (3, ""), "{}", unread.err);
    let away = run("postgres://nobody@127.0.0.1:1/none", &["audit", "verify"]).await;
    assert_eq!((away.status, away.out.as_str()), (3, ""), "{}", away.err);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_without_an_actor_is_not_one_with_an_empty_actor() {
    let app = TestApp::start().await;
    app.sql("INSERT INTO audit_log (action, target_kind, target_id) VALUES ('a', 'user', '1')")
        .await;
    eventually("it is sealed", || async {
        (app.count("audit_sealed_rows").await == 1).then_some(())
    })
    .await;
    assert_eq!(audit(&app, &["verify"]).await.status, 0);
    tamper(&app, "UPDATE audit_log SET actor_user_id = ''").await;
    assert_eq!(audit(&app, &["verify"]).await.status, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_is_verified_without_a_database_and_with_the_public_key() {
    let app = with_key().await;
    assert_eq!(app.client.ghost_delete("ada@example.com").await.status, 204);
    sealed(&app).await;
    let exported = audit(&app, &["export"]).await;
    assert_eq!((exported.status, exported.err.as_str()), (0, ""));
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("export"), &exported.out).unwrap();
    let note = &app.rows("SELECT checkpoint FROM audit_checkpoints").await[0]["checkpoint"];
    let line = json!({"level": "INFO", "message": "audit checkpoint", "checkpoint": note});
    std::fs::write(path("log"), format!("web.1: {line}\n")).unwrap();
    let offline = async |key: &str| {
        let (export, log) = (path("export"), path("log"));
        let files =
            ["audit", "verify", "--export", &export, "--checkpoints", &log, "--public-key", key];
        run("", &files).await
    };
    let public = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    let intact = offline(public).await;
    assert_eq!((intact.status, intact.err.as_str()), (0, ""), "{}", intact.out);
    assert!(intact.out.contains("audit log intact: 1 row in 1 seal"), "{}", intact.out);
    assert!(!intact.out.contains("not checked"), "{}", intact.out);
    let other = offline(&"00".repeat(32)).await;
    assert!(other.out.contains("were not checked"), "{}", other.out);
    std::fs::write(path("export"), exported.out.replace("ada@example.com", "eve@example.com"))
        .unwrap();
    let changed = offline(public).await;
    assert!(changed.status == 1 && changed.out.starts_with("row 1 was changed"), "{}", changed.out);
    std::fs::write(path("export"), "no export\n").unwrap();
    let odd = offline(public).await;
    assert_eq!((odd.status, odd.out.as_str()), (3, ""));
    assert!(odd.err.contains("line 1 is no record") && odd.err.lines().count() == 1, "{}", odd.err);
    let out = path("written");
    for status in [0, 3] {
        assert_eq!(audit(&app, &["export", "--out", &out]).await.status, status);
    }
    assert_eq!(std::fs::read_to_string(out).unwrap().lines().count(), exported.out.lines().count());
}

const DELETE: &str = "/api/internal/users/ghost-delete";

async fn delete_with(app: &TestApp, email: &str, head: &str) -> String {
    let body = json!({"email": email, "actor_admin_id": "an-admin"});
    let reply = app.client.internal_with(DELETE, &body, &[("console-audit-head", head)]).await;
    assert_eq!((reply.status, reply.text.as_str()), (204, ""), "{head}");
    reply.header("audit-head").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn heads_are_exchanged_with_a_deletion() {
    let app = TestApp::start().await;
    let theirs = format!("7:{}", "ab".repeat(32));
    assert_eq!(delete_with(&app, "ada@example.com", &theirs).await, "");
    eventually("it is sealed", || async {
        (app.count("audit_sealed_rows").await == 1).then_some(())
    })
    .await;
    let ours = delete_with(&app, "bob@example.com", &theirs).await;
    let head = "SELECT format('%s:%s', number, encode(hash, 'hex')) AS head FROM audit_seals";
    assert_eq!(app.rows(head).await[0]["head"], ours);
    let noted = "audit_peer_heads WHERE number = 7 AND encode(hash, 'hex') = repeat('ab', 32)";
    assert_eq!((app.count("audit_peer_heads").await, app.count(noted).await), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_odd_head_and_no_trouble_with_heads_makes_a_deletion_fail() {
    let app = TestApp::start().await;
    for odd in ["", "7", "x:y", &format!("-1:{}", "ab".repeat(32)), &"7:ab".repeat(500)] {
        delete_with(&app, "ada@example.com", odd).await;
    }
    assert_eq!(app.count("audit_peer_heads").await, 0);
    let mut busy = app.database.connect().await;
    use diesel_async::SimpleAsyncConnection as _;
    busy.batch_execute("BEGIN; LOCK audit_peer_heads, audit_seals").await.unwrap();
    let head = format!("7:{}", "ab".repeat(32));
    assert_eq!(delete_with(&app, "bob@example.com", &head).await, "");
    busy.batch_execute("ROLLBACK; DROP TABLE audit_peer_heads").await.unwrap();
    delete_with(&app, "eve@example.com", &head).await;
    assert_eq!(app.count("audit_log").await, 7);
}

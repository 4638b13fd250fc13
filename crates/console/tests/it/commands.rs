//! The commands, through the binary.

use std::collections::BTreeMap;

use serde_json::json;
use test_support::postgres::TestDatabase;
use test_support::software_passkey::SoftwarePasskey;
use tokio::io::{AsyncBufReadExt, BufReader};

use super::helpers::binary::{end, run, start};
use super::helpers::{Client, ORIGIN, TestApp, migrated_database, token_of, variables};

/// What the commands need: nothing of mail, secrets or Raptor.
fn little(database: &TestDatabase) -> BTreeMap<&'static str, String> {
    let given = [("DATABASE_URL", database.url()), ("CONSOLE_PUBLIC_URL", ORIGIN.to_owned())];
    given.into_iter().collect()
}

async fn invite(app: &TestApp, email: &str, role: &str) -> super::helpers::binary::Ended {
    let arguments = ["admin", "invite", "--email", email, "--role", role];
    run(&arguments, &little(&app.database)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn admin_invite_prints_the_link_alone_and_it_works() {
    let app = TestApp::start().await;
    let ended = invite(&app, "Ann@raxx.example", "superadmin").await;
    assert_eq!((ended.status, ended.stderr.as_str()), (0, ""), "{ended:?}");
    let link = ended.stdout.strip_suffix('\n').unwrap();
    let enrolled = app.enrol_with(&mut SoftwarePasskey::new(), &token_of(link)).await;
    assert_eq!(enrolled.json()["role"], "superadmin");
    let audited = &app.audited("console.admin.invited").await[0];
    assert_eq!(audited["actor"], "cli");
    assert_eq!(audited["payload"]["email"], "ann@raxx.example");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn admin_invite_refuses_whoever_has_enrolled() {
    let app = TestApp::start().await;
    app.enrol_as("ann@raxx.example", "support").await;
    let ended = invite(&app, "ann@raxx.example", "superadmin").await;
    assert_eq!((ended.status, ended.stdout.as_str()), (1, ""));
    assert_eq!(ended.stderr, "This person is already an operator.\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn admin_invite_refuses_what_is_no_address_or_no_role() {
    let app = TestApp::start().await;
    for (email, role) in [("ann", "support"), ("ann@raxx.example", "root")] {
        let ended = invite(&app, email, role).await;
        assert_eq!((ended.status, ended.stdout.as_str()), (2, ""), "{ended:?}");
    }
    assert_eq!(app.count("admins").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn flag_set_switches_and_audits() {
    let app = TestApp::start().await;
    let set = async |value| {
        run(&["flag", "set", "beta_ghost_reset", value], &little(&app.database)).await.status
    };
    assert_eq!(set("on").await, 0);
    assert_eq!(app.count("feature_flags WHERE enabled").await, 1);
    assert_eq!(set("off").await, 0);
    assert_eq!(app.count("feature_flags WHERE enabled").await, 0);
    assert_eq!(set("maybe").await, 2);
    let row = |from: bool| {
        json!({
            "actor": "cli", "target_type": "feature_flag", "target_id": "beta_ghost_reset",
            "payload": {"from": from, "to": !from},
        })
    };
    assert_eq!(app.audited("console.flag.changed").await, [row(false), row(true)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn flag_set_refuses_an_unknown_flag_and_one_that_a_variable_overrides() {
    let app = TestApp::start().await;
    let ended = run(&["flag", "set", "unknown", "on"], &little(&app.database)).await;
    assert_eq!((ended.status, ended.stderr.as_str()), (1, "There is no flag of that name.\n"));
    let mut overriding = little(&app.database);
    overriding.insert("FLAG_BETA_GHOST_RESET", "0".to_owned());
    let ended = run(&["flag", "set", "beta_ghost_reset", "on"], &overriding).await;
    assert_eq!(ended.status, 1);
    assert!(ended.stderr.contains("FLAG_BETA_GHOST_RESET"), "{ended:?}");
    assert_eq!(app.count("feature_flags WHERE enabled").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_without_its_database_says_so_in_a_sentence() {
    let nowhere = [
        ("DATABASE_URL", "postgres://postgres@127.0.0.1:1/nowhere".to_owned()),
        ("CONSOLE_PUBLIC_URL", ORIGIN.to_owned()),
    ];
    let nowhere = nowhere.into_iter().collect();
    for arguments in [
        &["migrate"][..],
        &["flag", "set", "beta_ghost_reset", "on"],
        &["admin", "invite", "--email", "a@b.example", "--role", "support"],
    ] {
        let ended = run(arguments, &nowhere).await;
        assert_eq!((ended.status, ended.stdout.as_str()), (1, ""), "{ended:?}");
        assert_eq!(ended.stderr.lines().count(), 1, "{ended:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn migrate_can_be_run_twice_and_at_once() {
    let database = TestDatabase::create_empty().await;
    let variables = little(&database);
    let (one, two) = tokio::join!(run(&["migrate"], &variables), run(&["migrate"], &variables));
    assert_eq!((one.status, two.status), (0, 0), "{one:?} {two:?}");
    let again = run(&["migrate"], &variables).await;
    assert_eq!((again.status, again.stdout.as_str()), (0, "The schema is up to date.\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn serve_logs_json_serves_and_drains_on_sigterm() {
    let database = migrated_database().await;
    let mut program = start(&["serve"], &variables(&database.url()));
    let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
    let port = test_support::wait::within("the service listens", async {
        while let Some(line) = lines.next_line().await.unwrap() {
            let line: serde_json::Value = serde_json::from_str(&line).unwrap();
            if line["message"] == "listening" {
                return u16::try_from(line["port"].as_u64().unwrap()).unwrap();
            }
        }
        panic!("the service ended before it listened");
    })
    .await;
    let alive = Client::new(port).get("/healthz").await;
    assert_eq!(alive.json(), json!({"status": "alive"}));
    let process = program.id().unwrap().to_string();
    let killed = tokio::process::Command::new("kill").args(["-TERM", &process]).status().await;
    assert!(killed.unwrap().success());
    while let Some(line) = lines.next_line().await.unwrap() {
        serde_json::from_str::<serde_json::Value>(&line).unwrap();
    }
    assert_eq!(end(program).await.status, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_tells_whether_the_service_at_its_port_is_alive_and_needs_no_other_variable() {
    let app = TestApp::start().await;
    let (_, port) = app.client.base().rsplit_once(':').unwrap();
    for (port, status) in [(port, 0), ("1", 1), ("nowhere", 2)] {
        let ended = run(&["health"], &BTreeMap::from([("PORT", port.to_owned())])).await;
        assert_eq!((ended.status, ended.stdout.as_str()), (status, ""), "{ended:?}");
        assert_eq!(ended.stderr.is_empty(), status == 0, "{ended:?}");
    }
}

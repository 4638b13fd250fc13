//! The list of testers.

use ghost_contracts::raptor::GHOST_CHECK_BATCH_PATH;
use serde_json::{Value, json};
use test_support::Answer;
use test_support::proxy::Rule;

use crate::helpers::{Reply, System, TestApp, token_of_row};

fn emails(reply: &Reply) -> Vec<String> {
    assert_eq!(reply.status, 200, "{reply:?}");
    let body = reply.json();
    let testers = body["testers"].as_array().unwrap();
    testers.iter().map(|tester| tester["email"].as_str().unwrap().to_owned()).collect()
}

/// One tester in each state; their addresses begin with it.
async fn every_state(system: &System) {
    let app = &system.console;
    for name in ["invited", "spent", "shell", "signing-up", "healthy"] {
        let (_, token) = app.add_tester(&format!("{name}@example.com")).await;
        if name != "invited" {
            assert_eq!(app.consume(&token_of_row(token)).await.status, 200);
        }
    }
    system.raptor.add_shell("shell@example.com", 6).await;
    system.raptor.add_shell("signing-up@example.com", 1).await;
    system.raptor.add_healthy("healthy@example.com").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn testers_come_newest_first_with_invitation_and_account() {
    let system = System::start().await;
    let operator = system.console.enrol("readonly").await;
    every_state(&system).await;
    let listed = operator.client.testers("").await;
    assert_eq!(listed.status, 200);
    let row = |name: &str, invitation: &str, state: &str| -> Value {
        json!([format!("{name}@example.com"), "Ada", invitation, state])
    };
    let body = listed.json();
    let rows: Vec<Value> = body["testers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| json!([t["email"], t["name"], t["invitation"], t["state"]]))
        .collect();
    let expected = [
        row("healthy", "consumed", "healthy"),
        row("signing-up", "consumed", "mid_enrollment"),
        row("shell", "consumed", "ghost_empty_shell"),
        row("spent", "consumed", "ghost_no_users_row"),
        row("invited", "sent", "ghost_no_users_row"),
    ];
    assert_eq!(rows, expected);
    assert_eq!(body["raptor_available"], true);
    assert_eq!(body["next"], Value::Null);
    let members: Vec<_> = body["testers"][0].as_object().unwrap().keys().cloned().collect();
    assert_eq!(members, ["email", "invitation", "name", "state", "tester_id"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_can_be_expired_or_revoked() {
    let app = TestApp::start().await;
    let operator = app.enrol("readonly").await;
    app.add_tester("ada@example.com").await;
    for (change, status) in [
        ("expires_at = now() - interval '1 second'", "expired"),
        ("consumed_at = now()", "consumed"),
        ("revoked_at = now()", "revoked"),
    ] {
        app.sql(&format!("UPDATE beta_walkthrough_tokens SET {change}")).await;
        assert_eq!(operator.client.testers("").await.json()["testers"][0]["invitation"], status);
    }
    app.sql("INSERT INTO beta_walkthrough_tokens (tester_email) VALUES ('ada@example.com')").await;
    assert_eq!(operator.client.testers("").await.json()["testers"][0]["invitation"], "sent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_call_asks_for_a_whole_page() {
    let system = System::start().await;
    let operator = system.console.enrol("readonly").await;
    every_state(&system).await;
    let asked = |email: &str| {
        let calls = system.to_raptor.seen_at(GHOST_CHECK_BATCH_PATH);
        let whole = calls.iter().filter(|call| call.json()["emails"][0] == email);
        whole.map(|call| call.json()["emails"].as_array().unwrap().len()).collect::<Vec<_>>()
    };
    operator.client.testers("?limit=5").await;
    assert_eq!(asked("healthy@example.com"), [5]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_raptor_is_away_the_list_comes_without_states() {
    let system = System::start().await;
    let operator = system.console.enrol("readonly").await;
    every_state(&system).await;
    for rule in [
        Rule::Cut,
        Rule::Answer(Answer::garbage()),
        Rule::Answer(Answer::json(500, &json!({"error": "internal", "message": "x"}))),
        Rule::Answer(Answer::json(200, &json!({"results": []}))),
    ] {
        system.to_raptor.always(GHOST_CHECK_BATCH_PATH, rule);
        let body = operator.client.testers("").await.json();
        assert_eq!(body["raptor_available"], false);
        assert_eq!(body["testers"].as_array().unwrap().len(), 5);
        assert!(body["testers"].as_array().unwrap().iter().all(|t| t["state"].is_null()));
    }
    let page = operator.client.page("/console/beta").await;
    page.assert_page(200, "Raptor is not reachable");
    system.to_raptor.always(GHOST_CHECK_BATCH_PATH, Rule::Pass);
    assert_eq!(operator.client.testers("").await.json()["raptor_available"], true);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_state_filter_finds_who_is_in_it() {
    let system = System::start().await;
    let operator = system.console.enrol("readonly").await;
    every_state(&system).await;
    for (state, expected) in [
        ("ghost", vec!["shell", "spent"]),
        ("ghost_no_users_row", vec!["spent", "invited"]),
        ("ghost_empty_shell", vec!["shell"]),
        ("mid_enrollment", vec!["signing-up"]),
        ("healthy", vec!["healthy"]),
    ] {
        let expected: Vec<_> =
            expected.into_iter().map(|name| format!("{name}@example.com")).collect();
        // The first time nobody's state was ever seen, afterwards it is known.
        for _ in 0..2 {
            let listed = operator.client.testers(&format!("?state={state}")).await;
            assert_eq!(emails(&listed), expected, "{state}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_filtered_page_shows_nobody_whose_state_has_changed_meanwhile() {
    let system = System::start().await;
    let operator = system.console.enrol("readonly").await;
    every_state(&system).await;
    assert_eq!(emails(&operator.client.testers("").await).len(), 5);
    system.raptor.sql("UPDATE users SET created_at = now() - interval '1 hour'").await;
    system.raptor.add_healthy("spent@example.com").await;
    let page = operator.client.testers("?state=ghost&limit=1").await;
    assert_eq!(emails(&page), ["shell@example.com"]);
    let next = page.json()["next"].as_str().unwrap().to_owned();
    let page = operator.client.testers(&format!("?state=ghost&limit=1&cursor={next}")).await;
    assert_eq!(emails(&page), Vec::<String>::new());
    assert_eq!(page.json()["next"], Value::Null);
    // What was seen is kept.
    let healthy = "beta_testers WHERE account_state = 'healthy'";
    assert_eq!(system.console.count(healthy).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_raptor_is_away_a_filter_goes_by_what_was_seen() {
    let system = System::start().await;
    let operator = system.console.enrol("readonly").await;
    every_state(&system).await;
    operator.client.testers("").await;
    system.to_raptor.always(GHOST_CHECK_BATCH_PATH, Rule::Cut);
    let listed = operator.client.testers("?state=healthy").await;
    assert_eq!(emails(&listed), ["healthy@example.com"]);
    assert_eq!(listed.json()["testers"][0]["state"], Value::Null);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_looks_into_name_and_address_and_takes_every_sign_as_it_is() {
    let app = TestApp::start().await;
    let operator = app.enrol("readonly").await;
    app.sql(
        "INSERT INTO beta_testers (email, name) VALUES \
         ('ada@example.com', 'Ada Lovelace'), ('grace_h@example.com', 'Grace Hopper'), \
         ('x@example.com', '100% Ännchen\\')",
    )
    .await;
    for (search, expected) in [
        ("LOVE", vec!["ada@example.com"]),
        ("grace", vec!["grace_h@example.com"]),
        ("a%25ce", vec![]),
        ("_h@", vec!["grace_h@example.com"]),
        ("_da", vec![]),
        ("%25", vec!["x@example.com"]),
        ("%5C", vec!["x@example.com"]),
        ("%C3%84NN", vec!["x@example.com"]),
        ("'; DROP TABLE beta_testers", vec![]),
        ("nobody", vec![]),
    ] {
        let listed = operator.client.testers(&format!("?q={search}")).await;
        assert_eq!(emails(&listed), expected, "{search}");
    }
    assert_eq!(emails(&operator.client.testers("?q=").await).len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_follow_each_other_and_each_tester_is_on_one() {
    let app = TestApp::start().await;
    let operator = app.enrol("readonly").await;
    app.sql(
        "INSERT INTO beta_testers (email, name) \
         SELECT 'ada' || n || '@example.com', 'Ada' FROM generate_series(1, 55) n",
    )
    .await;
    assert_eq!(emails(&operator.client.testers("").await).len(), 50);
    let (mut found, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let page = operator.client.testers(&format!("?limit=20&cursor={cursor}")).await;
        found.extend(emails(&page));
        pages += 1;
        match page.json()["next"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    let expected: Vec<_> = (1..=55).rev().map(|n| format!("ada{n}@example.com")).collect();
    assert_eq!((found, pages), (expected, 3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parameters_that_make_no_sense_are_refused() {
    let app = TestApp::start().await;
    let operator = app.enrol("readonly").await;
    for query in
        ["?limit=0", "?limit=201", "?limit=x", "?cursor=x", "?state=unwell", "?q=%00", "?q=a%0Ab"]
    {
        operator.client.testers(query).await.assert_error(400, "invalid_request");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_role_sees_the_page_and_only_some_may_invite() {
    let system = System::start().await;
    every_state(&system).await;
    for (role, may) in [("superadmin", true), ("support", true), ("readonly", false)] {
        let operator = system.console.enrol(role).await;
        let page = operator.client.page("/console/beta").await;
        page.assert_page(200, "shell@example.com");
        for word in ["Healthy", "Signing up", "Ghost", "Not started", "Spent", "Sent"] {
            assert!(page.text.contains(word), "{word}");
        }
        assert_eq!(page.text.contains("Only support and superadmins can do this."), !may);
    }
    app_page_is_closed(&system.console).await;
}

async fn app_page_is_closed(app: &TestApp) {
    app.client.page("/console/beta").await.assert_redirect("/console/login");
    app.client.testers("").await.assert_error(401, "unauthenticated");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_the_flag_off_no_page_shows_the_reset() {
    let system = System::start().await;
    let operator = system.console.enrol("superadmin").await;
    every_state(&system).await;
    let tester = system
        .console
        .number("SELECT id FROM beta_testers WHERE email = 'shell@example.com'")
        .await;
    let pages = ["/console/beta".to_owned(), format!("/console/beta/testers/{tester}")];
    for page in &pages {
        let page = operator.client.page(page).await;
        assert_eq!(page.status, 200);
        assert!(!page.text.to_lowercase().contains("reset"), "{}", page.text);
    }
    system.console.switch_ghost_reset(true).await;
    for page in &pages {
        operator.client.page(page).await.assert_page(200, "eset");
    }
}

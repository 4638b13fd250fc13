//! The list of testers as people see it.

use crate::helpers::{Reply, System, TestApp};

const PATH: &str = "/console/beta";

async fn sees(reply: Reply, words: &[&str]) {
    assert_eq!(reply.status, 200);
    for word in words {
        assert!(reply.text.contains(word), "no {word:?} in {}", reply.text);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn filters_say_how_many_they_find() {
    let app = TestApp::start().await;
    let operator = app.enrol("readonly").await;
    sees(operator.client.page(PATH).await, &["Nobody is invited yet", ">0</span>"]).await;
    app.sql(
        "INSERT INTO beta_testers (email, name, account_state, account_state_since, \
                                   account_seen_at) \
         SELECT 'ada' || n || '@example.com', 'Ada', \
             CASE WHEN n <= 9 THEN 'healthy' WHEN n <= 12 THEN 'ghost_empty_shell' END, \
             CASE WHEN n <= 12 THEN now() END, CASE WHEN n <= 12 THEN now() END \
         FROM generate_series(1, 13) n",
    )
    .await;
    let counts = |all: u8, ghosts: u8, healthy: u8| {
        [
            ("All", all),
            ("Ghosts", ghosts),
            ("Account without passkey", ghosts),
            ("Healthy", healthy),
        ]
        .map(|(label, count)| format!("{label} <span class=\"count\">{count}</span>"))
    };
    let expected = counts(13, 3, 9);
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    let page = operator.client.page("/console/beta?state=healthy").await;
    assert!(page.text.contains("state=healthy\" aria-current=\"true\">Healthy"));
    sees(page, &[expected, vec!["1 were never seen yet"]].concat()).await;
    // While somebody searches, among those who are found.
    let found = counts(4, 3, 0);
    let found: Vec<&str> = found.iter().map(String::as_str).collect();
    sees(operator.client.page("/console/beta?q=ADA1").await, &found[..0]).await;
    app.sql("DELETE FROM beta_testers WHERE email = 'ada1@example.com'").await;
    sees(operator.client.page("/console/beta?q=ADA1").await, &found).await;
    let short = operator.client.page("/console/beta?q=ad").await;
    assert!(!short.text.contains("class=\"count\""));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_says_since_when_and_leads_to_what_helps() {
    let system = System::start().await;
    let app = &system.console;
    app.switch_ghost_reset(true).await;
    let operator = app.enrol("superadmin").await;
    let (shell, _) = app.add_tester("shell@example.com").await;
    let (opened, _) = app.add_tester("opened@example.com").await;
    let (expired, _) = app.add_tester("expired@example.com").await;
    system.raptor.add_shell("shell@example.com", 9).await;
    app.sql(
        "UPDATE beta_walkthrough_tokens SET first_opened_at = now() \
             WHERE tester_email = 'opened@example.com'; \
         UPDATE beta_walkthrough_tokens SET expires_at = now() \
             WHERE tester_email = 'expired@example.com'; \
         UPDATE beta_testers SET account_state = 'ghost_empty_shell', account_seen_at = now(), \
             account_state_since = now() - interval '3 days' WHERE email = 'shell@example.com'",
    )
    .await;
    let reset = format!("href=\"/console/beta/testers/{shell}/ghost-reset\">Ghost reset…");
    let again = format!("href=\"/console/beta/testers/{expired}/ghost-reset\">Ghost reset…");
    let words = [reset.as_str(), again.as_str(), ">for 3 days</time>", "Opened", "Expired"];
    sees(operator.client.page(PATH).await, &words).await;
    let waiting = format!("/console/beta/testers/{opened}/ghost-reset");
    assert!(!operator.client.page(PATH).await.text.contains(&waiting));
    // Without the flag the tester's page is where something can be done.
    app.switch_ghost_reset(false).await;
    let new_link = format!("href=\"/console/beta/testers/{expired}\">Send a new link…");
    sees(operator.client.page(PATH).await, &[new_link.as_str(), "Look into it…"]).await;
    // A program is told of neither.
    let row = &operator.client.testers("?q=opened").await.json()["testers"][0];
    assert_eq!(row["invitation"], "sent");
    assert_eq!(row.as_object().unwrap().len(), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_invitation_loses_nothing_that_was_typed() {
    let app = TestApp::start().await;
    let operator = app.enrol("support").await;
    let invite = "/console/beta/testers";
    let fields = [("email", "ada.example"), ("name", "Ada \"the <first>\"\n")];
    operator.client.submit(invite, &fields).await.assert_redirect(PATH);
    let page = operator.client.page(PATH).await;
    assert!(!page.text.contains("<first>"));
    let words = ["Nobody was invited.", "<details class=\"invite\" open>", "value=\"ada.example\""];
    sees(page, &words).await;
    // Shown once.
    assert!(!operator.client.page(PATH).await.text.contains("ada.example"));
    app.add_tester("ada@example.com").await;
    let fields = [("email", "ada@example.com"), ("name", "Ada the First")];
    operator.client.submit(invite, &fields).await.assert_redirect(PATH);
    let words =
        ["is invited already", "/console/beta?q=ada%40example.com", "value=\"Ada the First\""];
    sees(operator.client.page(PATH).await, &words).await;
    assert_eq!(app.count("beta_testers").await, 1);
}

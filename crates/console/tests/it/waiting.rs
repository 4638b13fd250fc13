//! Who waits for somebody, on the Overview and above the list of testers.

use serde_json::json;

use super::helpers::TestApp;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn interrupted_resets_and_undelivered_mails_are_counted_and_named() {
    let app = TestApp::start().await;
    let operator = app.enrol("readonly").await;
    for name in ["failed", "tried", "fresh", "accepted", "dead"] {
        let (tester, token) = app.add_tester(&format!("{name}@example.com")).await;
        app.sql(&format!("UPDATE beta_testers SET name = 'Is {name}' WHERE id = {tester}")).await;
        let mail = |status: &str, error: &str| {
            format!(
                "INSERT INTO mail_outbox (tester_id, token_id, kind, to_email, from_email, \
                     status, last_error, next_attempt_at) VALUES ({tester}, {token}, \
                     'invitation', '{name}@example.com', 'beta@raxx.example', '{status}', \
                     {error}, now() + interval '1 hour');"
            )
        };
        app.sql(&match name {
            // Two mails with one link are one tester who got none.
            "failed" => mail("failed", "'406'") + &mail("failed", "'406'"),
            "tried" => mail("pending", "'timeout'"),
            "fresh" => mail("pending", "NULL"),
            "accepted" => mail("failed", "'500'") + &mail("accepted", "NULL"),
            _ => {
                let revoke = format!(
                    "UPDATE beta_walkthrough_tokens SET revoked_at = now() WHERE id = {token}"
                );
                mail("failed", "'406'") + &revoke
            }
        })
        .await;
    }
    app.sql(
        "INSERT INTO beta_ghost_resets (tester_id, actor, started_at, finished_at, outcome) \
         SELECT id, 'x', now() - interval '1 hour', finished_at, outcome FROM beta_testers, \
             (VALUES (NULL::timestamptz, NULL), (now(), 'unknown')) AS run (finished_at, outcome) \
         WHERE email = 'dead@example.com'; \
         INSERT INTO beta_ghost_resets (tester_id, actor, started_at) \
         SELECT id, 'x', now() FROM beta_testers WHERE email = 'fresh@example.com'",
    )
    .await;
    let body = operator.client.get("/console").await.json();
    assert_eq!(
        (&body["undelivered_mails"], &body["interrupted_resets"]),
        (&json!(2), &json!(1)),
        "{body}"
    );
    let page = operator.client.page("/console").await;
    for (name, is_there) in
        [("failed", true), ("tried", true), ("fresh", false), ("accepted", false), ("dead", true)]
    {
        assert_eq!(page.text.contains(&format!(">Is {name}<")), is_there, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_wait_fifty_are_named_and_the_others_counted() {
    let app = TestApp::start().await;
    let operator = app.enrol("readonly").await;
    let waiting = async |testers: i64| {
        app.sql(&format!(
            "TRUNCATE beta_testers CASCADE; \
             INSERT INTO beta_testers (email, name) \
             SELECT 'ada' || n || '@example.com', 'Ada ' || n FROM generate_series(1, {testers}) n; \
             INSERT INTO beta_walkthrough_tokens (tester_email) SELECT email FROM beta_testers; \
             INSERT INTO mail_outbox (tester_id, token_id, kind, to_email, from_email, status) \
             SELECT t.id, w.id, 'invitation', t.email, 'x@raxx.example', 'failed' \
             FROM beta_testers t JOIN beta_walkthrough_tokens w ON w.tester_email = t.email; \
             INSERT INTO beta_ghost_resets (tester_id, actor, started_at) \
             SELECT id, 'x', now() - interval '1 hour' - id * interval '1 minute' \
             FROM beta_testers"
        ))
        .await;
        operator.client.page("/console").await.text
    };
    let named = |page: &str| {
        page.split("href=\"/console/beta/testers/").filter(|part| part.contains(">Ada ")).count()
    };
    let page = waiting(5).await;
    assert_eq!(named(&page), 10);
    assert!(!page.contains("more</summary>"), "{page}");
    let page = waiting(6).await;
    assert_eq!((named(&page), page.matches("<summary>1 more</summary>").count()), (12, 2));
    assert!(!page.contains("who come up here"), "{page}");
    let page = waiting(52).await;
    assert_eq!((named(&page), page.matches("<summary>45 more</summary>").count()), (100, 2));
    assert_eq!(page.matches("And 2 more, who come up here").count(), 2);
    // The list of testers names five resets, and leads to the others.
    let list = operator.client.page("/console/beta?q=nobody").await.text;
    assert_eq!(named(&list), 5);
    assert!(list.contains("<a href=\"/console#resets\">47 more</a>"), "{list}");
}

//! What a report may look like.

use serde_json::{Value, json};
use test_support::postmark::report::{bounce, delivery};

use super::{EMAIL, PATH, SECRET, UNKNOWN, basic, console, report, reported};
use crate::helpers::{Ask, Reply, TestApp};

async fn post(app: &TestApp, content_type: &str, body: impl Into<Vec<u8>>) -> Reply {
    let ask = Ask::post(PATH, content_type, body).header("authorization", basic("any", SECRET));
    app.client.send(ask).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_report_is_refused() {
    let app = console().await;
    let large = json!({"RecordType": "Delivery", "MessageID": "x".repeat(64 * 1024)}).to_string();
    post(&app, "application/json", large).await.assert_error(413, "payload_too_large");
    let good = delivery(UNKNOWN, EMAIL).to_string();
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "text/json"] {
        let answer = post(&app, content_type, good.clone()).await;
        answer.assert_error(415, "unsupported_media_type");
    }
    for body in [
        "",
        "{",
        "[]",
        "null",
        "{}",
        "{\"RecordType\": null}",
        "{\"RecordType\": \"Delivery\", \"MessageID\": 7}",
        "{\"RecordType\": \"Bounce\", \"MessageID\": \"a\", \"ID\": \"many\"}",
        "{\"RecordType\": \"Bounce\", \"MessageID\": \"a\", \"ID\": 9223372036854775808}",
    ] {
        post(&app, "application/json", body).await.assert_error(400, "invalid_request");
    }
    assert_eq!(app.count("mail_events").await, 0);
    assert_eq!(post(&app, "application/json; charset=utf-8", good).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_that_postmark_adds_or_leaves_out_do_no_harm() {
    let app = console().await;
    let mut added = bounce(UNKNOWN, EMAIL, "HardBounce", 1);
    added["AddedTomorrow"] = json!({"RecordType": ["deep"]});
    reported(&app, &added).await;
    reported(&app, &json!({"RecordType": "Delivery", "MessageID": UNKNOWN})).await;
    let nulls = json!({"RecordType": "Bounce", "MessageID": UNKNOWN, "ID": null, "Type": null,
                       "Details": null, "BouncedAt": null, "Inactive": null});
    reported(&app, &nulls).await;
    for at in ["yesterday", "", "2099-01-01T00:00:00Z"] {
        let at = json!({"RecordType": "Bounce", "MessageID": format!("at-{at}").replace(' ', "-"),
                        "Type": "HardBounce", "BouncedAt": at});
        reported(&app, &at).await;
    }
    assert_eq!(app.count("mail_events").await, 6);
    assert_eq!(app.count("mail_events WHERE occurred_at > received_at").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reports_that_say_nothing_of_a_mail_of_ours_are_taken_and_forgotten() {
    let app = console().await;
    let of_type = |name: &str| json!({"RecordType": name, "MessageID": UNKNOWN, "ID": {"odd": true}, "Details": 7});
    let no_id_of_ours = |id: &str| delivery(id, EMAIL);
    for body in [
        of_type("Open"),
        of_type("Click"),
        of_type("SubscriptionChange"),
        of_type("SMTPApiError"),
        of_type(""),
        bounce(UNKNOWN, EMAIL, "OpenRelayTest", 1),
        bounce(UNKNOWN, EMAIL, "InboundError", 2),
        json!({"RecordType": "Delivery"}),
        json!({"RecordType": "Delivery", "MessageID": null}),
        json!({"RecordType": "Bounce", "Type": "HardBounce", "ID": 3}),
        json!({"RecordType": "SpamComplaint", "MessageID": null, "ID": 4}),
        no_id_of_ours(""),
        no_id_of_ours("a\0b"),
        no_id_of_ours("ä"),
        no_id_of_ours(&"a".repeat(101)),
    ] {
        let answer = report(&app, &body).await;
        let ignored = json!({"status": "ignored"});
        assert_eq!((answer.status, answer.json()), (200, ignored), "{body}");
    }
    assert_eq!(app.count("mail_events").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeated_report_is_kept_once_as_it_first_was() {
    let app = console().await;
    let first = bounce(UNKNOWN, EMAIL, "HardBounce", 42);
    let mut changed = first.clone();
    changed["Details"] = json!("something else");
    let (a, b, c) = tokio::join!(report(&app, &first), report(&app, &first), report(&app, &first));
    assert_eq!([a.status, b.status, c.status], [200; 3]);
    reported(&app, &changed).await;
    let rows = app.rows("SELECT * FROM mail_events").await;
    assert_eq!(rows.len(), 1);
    assert!(rows[0]["detail"].as_str().unwrap().contains("no such mailbox"), "{rows:?}");
    // Another bounce, another record and another message are other reports.
    reported(&app, &bounce(UNKNOWN, EMAIL, "HardBounce", 43)).await;
    reported(&app, &delivery(UNKNOWN, EMAIL)).await;
    reported(&app, &delivery("another", EMAIL)).await;
    assert_eq!(app.count("mail_events").await, 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_server_says_is_kept_without_links_and_tokens() {
    let app = console().await;
    let token = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlLW9mLW91cnM";
    let mut hostile = bounce(UNKNOWN, EMAIL, "HardBounce", 1);
    hostile["Details"] = json!(format!(
        "550 refused\u{0}\r\n \u{202e}see https://raxx.example/walkthrough?token={token} or {token} \
         <script>alert(1)</script> {}",
        "long ".repeat(2000)
    ));
    reported(&app, &hostile).await;
    let rows = app.rows("SELECT * FROM mail_events").await;
    let detail = rows[0]["detail"].as_str().unwrap();
    assert!(detail.contains("550 refused see [left out] or [left out]"), "{detail}");
    assert!(detail.chars().count() <= 500 && detail.chars().all(|c| !c.is_control()));
    let Value::Object(row) = &rows[0] else { panic!("{rows:?}") };
    assert!(row.values().all(|value| !value.to_string().contains("eyJ")), "{row:?}");
    assert!(row.values().all(|value| !value.to_string().contains("raxx.example")), "{row:?}");
}

//! `/api/auth/sessions`: a person's own sessions, seen and ended from any of their browsers.

use diesel_async::SimpleAsyncConnection;
use serde_json::{Value, json};
use test_support::software_passkey::SoftwarePasskey;
use test_support::wait::eventually;

use crate::helpers::{Ask, ORIGIN, Reply, TestApp};

const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 \
                      (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";
const LIST: &str = "/api/auth/sessions";
const OTHERS: &str = "/api/auth/sessions/revoke-others";

async fn on_an_iphone(app: &TestApp, passkey: &mut SoftwarePasskey) -> String {
    let begun = app.client.login_begin().await.json();
    let credential = passkey.get(&begun["options"], ORIGIN);
    let body = json!({"ceremony_id": begun["ceremony_id"], "credential": credential});
    let ask = Ask::json("/api/auth/login/verify", &body).header("user-agent", IPHONE);
    app.client.send(ask).await.cookie()
}

async fn list(app: &TestApp, cookie: &str) -> Vec<Value> {
    let listed = app.client.send(Ask::get(LIST).cookie(cookie)).await;
    assert_eq!(listed.status, 200, "{listed:?}");
    assert_eq!(listed.header("cache-control"), "no-store");
    assert_eq!(listed.cookie(), cookie);
    listed.json()["sessions"].as_array().unwrap().clone()
}

async fn post(app: &TestApp, path: &str, cookie: &str) -> Reply {
    app.client.send(Ask::post(path, "", "").cookie(cookie)).await
}

async fn revoke(app: &TestApp, session: &Value, cookie: &str) -> Reply {
    let id = session["session_id"].as_str().unwrap();
    post(app, &format!("{LIST}/{id}/revoke"), cookie).await
}

/// A person with a session at a desk and one on a phone.
async fn twice_signed_in(app: &TestApp) -> (i64, SoftwarePasskey, String, String) {
    let (user, mut passkey) = app.sign_up("ada@example.com").await;
    let desk = app.sign_in(&mut passkey).await.cookie();
    let phone = on_an_iphone(app, &mut passkey).await;
    (user, passkey, desk, phone)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_sees_their_own_sessions_and_nothing_that_opens_one() {
    let app = TestApp::start().await;
    let (_, _, desk, phone) = twice_signed_in(&app).await;
    let (_, mut stranger) = app.sign_up("bob@example.com").await;
    let stranger = app.sign_in(&mut stranger).await.cookie();
    assert_eq!(list(&app, &stranger).await.len(), 1);
    let listed = list(&app, &phone).await;
    assert_eq!(listed.len(), 2);
    assert_eq!((&listed[0]["browser"], &listed[0]["platform"]), (&json!("safari"), &json!("ios")));
    assert_eq!((&listed[1]["browser"], &listed[1]["current"]), (&json!("other"), &json!(false)));
    assert_eq!(listed[0]["current"], json!(true));
    let text = format!("{listed:?}");
    for cookie in [&desk, &phone] {
        assert!(!text.contains(cookie.split_once('=').unwrap().1));
    }
    for row in app.rows("SELECT encode(id_sha256, 'hex') AS hash FROM customer_sessions").await {
        assert!(!text.contains(&row["hash"].as_str().unwrap()[..12]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_is_ended_from_another_browser_once_and_audited() {
    let app = TestApp::start().await;
    let (user, _, desk, phone) = twice_signed_in(&app).await;
    let other = list(&app, &desk).await.into_iter().find(|it| it["current"] == false).unwrap();
    let ended = revoke(&app, &other, &desk).await;
    assert_eq!((ended.status, ended.header("set-cookie")), (204, ""));
    app.client.session(&phone).await.assert_error(401, "unauthenticated");
    assert_eq!(app.client.session(&desk).await.status, 200);
    revoke(&app, &other, &desk).await.assert_error(404, "not_found");
    let audited = app.audit("account.signed_out").await;
    assert_eq!(audited.len(), 1);
    assert_eq!(audited[0]["target_id"], json!(user.to_string()));
    assert_eq!(audited[0]["context"], json!({"path": "revoked", "sessions": 1}));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ending_the_session_that_asks_forgets_its_cookie() {
    let app = TestApp::start().await;
    let (_, _, desk, phone) = twice_signed_in(&app).await;
    let own = list(&app, &desk).await.into_iter().find(|it| it["current"] == true).unwrap();
    let ended = revoke(&app, &own, &desk).await;
    assert_eq!(ended.status, 204);
    assert!(ended.header("set-cookie").contains("Max-Age=0"), "{ended:?}");
    app.client.session(&desk).await.assert_error(401, "unauthenticated");
    assert_eq!(app.client.session(&phone).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_others_end_at_once() {
    let app = TestApp::start().await;
    let (_, mut passkey, desk, phone) = twice_signed_in(&app).await;
    let third = on_an_iphone(&app, &mut passkey).await;
    assert_eq!(post(&app, OTHERS, &desk).await.status, 204);
    assert_eq!(post(&app, OTHERS, &desk).await.status, 204);
    for ended in [&phone, &third] {
        app.client.session(ended).await.assert_error(401, "unauthenticated");
    }
    assert_eq!(app.client.session(&desk).await.status, 200);
    let audited = app.audit("account.signed_out").await;
    assert_eq!(audited.len(), 1);
    assert_eq!(audited[0]["context"], json!({"path": "revoked", "sessions": 2}));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_ends_meanwhile_ends_no_other() {
    let app = TestApp::start().await;
    let (_, _, desk, phone) = twice_signed_in(&app).await;
    let mut other = app.database.connect().await;
    other.batch_execute("BEGIN; SELECT FROM users FOR NO KEY UPDATE").await.unwrap();
    let asking = post(&app, OTHERS, &desk);
    let meanwhile = async {
        eventually("it waits for its turn", async || {
            let waiting = "SELECT count(*) FROM pg_stat_activity \
                           WHERE datname = current_database() AND wait_event_type = 'Lock'";
            (app.number(waiting).await == 1).then_some(())
        })
        .await;
        let revoked = "UPDATE customer_sessions SET revoked_at = now() \
                       WHERE id = (SELECT min(id) FROM customer_sessions); COMMIT";
        other.batch_execute(revoked).await.unwrap();
    };
    let (answer, ()) = tokio::join!(asking, meanwhile);
    answer.assert_error(401, "unauthenticated");
    assert_eq!(app.client.session(&phone).await.status, 200);
    assert_eq!(app.audit("account.signed_out").await.len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_sessions_that_end_each_other_at_once_one_is_left() {
    let app = TestApp::start().await;
    let (_, _, desk, phone) = twice_signed_in(&app).await;
    let (one, two) = tokio::join!(post(&app, OTHERS, &desk), post(&app, OTHERS, &phone));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 401]);
    let live = "SELECT count(*) FROM customer_sessions WHERE revoked_at IS NULL";
    assert_eq!(app.number(live).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_else_lists_or_ends_a_session() {
    let app = TestApp::start().await;
    let (_, _, desk, phone) = twice_signed_in(&app).await;
    let session = list(&app, &desk).await.remove(0);
    let (_, mut stranger) = app.sign_up("bob@example.com").await;
    let stranger = app.sign_in(&mut stranger).await.cookie();
    let foreign = revoke(&app, &session, &stranger).await;
    foreign.assert_error(404, "not_found");
    let unknown = json!({"session_id": "5f0c8a52-54a3-4e0c-9d0e-1c4f4f6a7b11"});
    assert_eq!(revoke(&app, &unknown, &stranger).await.text, foreign.text);
    revoke(&app, &json!({"session_id": "x"}), &stranger).await.assert_error(404, "not_found");
    assert_eq!(post(&app, OTHERS, &stranger).await.status, 204);
    app.client.get(LIST).await.assert_error(401, "unauthenticated");
    revoke(&app, &session, "").await.assert_error(401, "unauthenticated");
    post(&app, OTHERS, "").await.assert_error(401, "unauthenticated");
    let from_elsewhere = Ask::post(OTHERS, "", "").cookie(desk.as_str());
    let from_elsewhere = from_elsewhere.header("sec-fetch-site", "cross-site");
    app.client.send(from_elsewhere).await.assert_error(403, "cross_origin");
    for live in [&desk, &phone] {
        assert_eq!(app.client.session(live).await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_that_are_over_are_not_listed() {
    let app = TestApp::start().await;
    let (_, _, desk, phone) = twice_signed_in(&app).await;
    app.client.logout(&phone).await;
    assert_eq!(list(&app, &desk).await.len(), 1);
    app.sql("UPDATE customer_sessions SET expires_at = now()").await;
    app.client.send(Ask::get(LIST).cookie(desk)).await.assert_error(401, "unauthenticated");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_an_audit_row_no_session_ends() {
    let app = TestApp::start().await;
    let (_, _, desk, phone) = twice_signed_in(&app).await;
    let other = list(&app, &desk).await.into_iter().find(|it| it["current"] == false).unwrap();
    app.break_audit_log().await;
    revoke(&app, &other, &desk).await.assert_error(500, "audit_write_failed");
    post(&app, OTHERS, &desk).await.assert_error(500, "audit_write_failed");
    assert_eq!(app.client.session(&phone).await.status, 200);
}

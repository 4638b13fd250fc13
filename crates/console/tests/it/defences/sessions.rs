//! Sessions seen, and ended, by whom they belong to, and by superadmins.

use serde_json::{Value, json};

use crate::helpers::{Ask, Client, ORIGIN, Operator, Reply, TestApp};

const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 \
                      (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";

/// Another sign-in of the same operator, in that browser.
async fn elsewhere(app: &TestApp, operator: &mut Operator, agent: &str) -> Client {
    let begun = app.client.login_begin().await.json();
    let credential = operator.passkey.get(&begun["options"], ORIGIN);
    let body = json!({"ceremony_id": begun["ceremony_id"], "credential": credential});
    let ask = Ask::json("/console/login/finish", &body).header("user-agent", agent).program();
    app.client.with_cookie(app.client.send(ask).await.cookie())
}

async fn sessions(client: &Client) -> Vec<Value> {
    let listed = client.get("/console/sessions").await;
    assert_eq!(listed.status, 200, "{listed:?}");
    assert_eq!(listed.header("cache-control"), "no-store");
    listed.json()["sessions"].as_array().unwrap().clone()
}

async fn revoke(client: &Client, session: &Value) -> Reply {
    let id = session["session_id"].as_str().unwrap();
    client.post(&format!("/console/sessions/{id}/revoke"), &json!({})).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_sees_their_own_sessions_and_nobody_elses() {
    let app = TestApp::start().await;
    let mut ann = app.enrol_as("ann@raxx.example", "readonly").await;
    let bob = app.enrol_as("bob@raxx.example", "superadmin").await;
    let phone = elsewhere(&app, &mut ann, IPHONE).await;
    let listed = sessions(&phone).await;
    assert_eq!(listed.len(), 2);
    let named = |session: &Value| (session["browser"].clone(), session["platform"].clone());
    assert_eq!(named(&listed[0]), (json!("safari"), json!("ios")));
    assert_eq!(named(&listed[1]), (json!("other"), json!("other")));
    assert_eq!((&listed[0]["current"], &listed[1]["current"]), (&json!(true), &json!(false)));
    let members: Vec<_> = listed[0].as_object().unwrap().keys().cloned().collect();
    assert_eq!(
        members,
        [
            "browser",
            "created_at",
            "current",
            "expires_at",
            "last_seen_at",
            "platform",
            "session_id"
        ]
    );
    assert_eq!(sessions(&bob.client).await.len(), 1);
    let page = phone.page("/console/sessions").await;
    page.assert_page(200, "Safari on iOS <span class=\"tag\">this one</span>");
    page.assert_page(200, "An unknown browser");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_shown_of_a_session_opens_nothing() {
    let app = TestApp::start().await;
    let ann = app.enrol("readonly").await;
    let listed = ann.client.get("/console/sessions").await;
    let page = ann.client.page("/console/sessions").await;
    let id = ann.client.cookie().split_once('=').unwrap().1;
    let rows = app.rows("SELECT encode(id_sha256, 'hex') AS hash FROM admin_sessions").await;
    let hash = rows[0]["hash"].as_str().unwrap();
    for text in [&listed.text, &page.text] {
        assert!(!text.contains(id) && !text.contains(&hash[..12]), "{text}");
    }
    let shown = listed.json()["sessions"][0]["session_id"].as_str().unwrap().to_owned();
    let thief = app.client.with_cookie(format!("console_session={shown}"));
    thief.session().await.assert_error(401, "unauthenticated");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_is_ended_from_another_browser_and_audited() {
    let app = TestApp::start().await;
    let mut ann = app.enrol("readonly").await;
    let phone = elsewhere(&app, &mut ann, IPHONE).await;
    let other = sessions(&ann.client).await.into_iter().find(|it| it["current"] == false).unwrap();
    let ended = revoke(&ann.client, &other).await;
    assert_eq!((ended.status, ended.json()), (200, json!({"ended": 1})));
    phone.session().await.assert_error(401, "unauthenticated");
    assert_eq!(ann.client.session().await.status, 200);
    revoke(&ann.client, &other).await.assert_error(404, "not_found");
    let payload = json!({"email": "readonly@raxx.example", "sessions": 1});
    let row =
        json!({"actor": ann.id, "target_type": "admin", "target_id": ann.id, "payload": payload});
    assert_eq!(app.audited("console.admin.sessions_ended").await, [row]);
    ann.client.page("/console/audit").await.assert_page(200, "ended a session of their own");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_ends_a_session_that_is_not_theirs() {
    let app = TestApp::start().await;
    let ann = app.enrol_as("ann@raxx.example", "superadmin").await;
    let bob = app.enrol_as("bob@raxx.example", "readonly").await;
    let theirs = sessions(&bob.client).await.remove(0);
    revoke(&ann.client, &theirs).await.assert_error(404, "not_found");
    let unknown = json!({"session_id": "5f0c8a52-54a3-4e0c-9d0e-1c4f4f6a7b11"});
    let (missing, foreign) =
        (revoke(&ann.client, &unknown).await, revoke(&ann.client, &theirs).await);
    assert_eq!(missing.text, foreign.text);
    for id in ["x", "..", "5f0c8a52"] {
        let path = format!("/console/sessions/{id}/revoke");
        assert_eq!(ann.client.post(&path, &json!({})).await.status, 404);
    }
    revoke(&app.client, &theirs).await.assert_error(401, "unauthenticated");
    assert_eq!(bob.client.session().await.status, 200);
    assert!(app.audited("console.admin.sessions_ended").await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_others_end_at_once_and_the_one_that_asks_stays() {
    let app = TestApp::start().await;
    let mut ann = app.enrol("support").await;
    let bob = app.enrol_as("bob@raxx.example", "support").await;
    let (one, two) =
        (elsewhere(&app, &mut ann, IPHONE).await, elsewhere(&app, &mut ann, "curl/8").await);
    let path = "/console/sessions/revoke-others";
    ann.client.submit(path, &[]).await.assert_redirect("/console/sessions");
    ann.client.page("/console/sessions").await.assert_page(200, "2 other sessions have ended");
    for ended in [one, two] {
        ended.session().await.assert_error(401, "unauthenticated");
    }
    assert_eq!(bob.client.session().await.status, 200);
    assert_eq!(ann.client.post(path, &json!({})).await.json(), json!({"ended": 0}));
    let audited = app.audited("console.admin.sessions_ended").await;
    assert_eq!((audited.len(), &audited[0]["payload"]["sessions"]), (1, &json!(2)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ending_ones_own_session_signs_out() {
    let app = TestApp::start().await;
    let ann = app.enrol("readonly").await;
    let own = sessions(&ann.client).await.remove(0);
    assert_eq!(revoke(&ann.client, &own).await.status, 200);
    ann.client.session().await.assert_error(401, "unauthenticated");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_that_are_over_are_not_listed() {
    let app = TestApp::start().await;
    let mut ann = app.enrol("readonly").await;
    for _ in 0..2 {
        elsewhere(&app, &mut ann, IPHONE).await;
    }
    app.sql(
        "UPDATE admin_sessions SET expires_at = now() WHERE id = 2; \
         UPDATE admin_sessions SET created_at = now() - interval '12 hours 1 second' WHERE id = 3",
    )
    .await;
    assert_eq!(sessions(&ann.client).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_an_audit_row_no_session_ends() {
    let app = TestApp::start().await;
    let mut ann = app.enrol("superadmin").await;
    let phone = elsewhere(&app, &mut ann, IPHONE).await;
    let other = sessions(&ann.client).await.into_iter().find(|it| it["current"] == false).unwrap();
    app.break_audit_log().await;
    revoke(&ann.client, &other).await.assert_error(500, "audit_write_failed");
    let all = ann.client.post("/console/sessions/revoke-others", &json!({})).await;
    all.assert_error(500, "audit_write_failed");
    let path = format!("/console/admins/{}/sign-out", ann.id);
    ann.client.post(&path, &json!({})).await.assert_error(500, "audit_write_failed");
    assert_eq!(phone.session().await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_superadmin_signs_somebody_out_everywhere() {
    let app = TestApp::start().await;
    let boss = app.enrol("superadmin").await;
    let mut ann = app.enrol("support").await;
    let phone = elsewhere(&app, &mut ann, IPHONE).await;
    let path = format!("/console/admins/{}/sign-out", ann.id);
    ann.client.post(&path, &json!({})).await.assert_error(403, "forbidden");
    boss.client.page(&format!("/console/admins/{}", ann.id)).await.assert_page(200, &path);
    let done = boss.client.post(&path, &json!({})).await;
    assert_eq!((done.status, &done.json()["admin_id"]), (200, &json!(ann.id)));
    for ended in [&ann.client, &phone] {
        ended.session().await.assert_error(401, "unauthenticated");
    }
    assert_eq!(app.sign_in(&mut ann.passkey).await.status, 200);
    let payload = json!({"email": "support@raxx.example"});
    let row =
        json!({"actor": boss.id, "target_type": "admin", "target_id": ann.id, "payload": payload});
    assert_eq!(app.audited("console.admin.signed_out_everywhere").await, [row]);
    boss.client
        .page("/console/audit")
        .await
        .assert_page(200, "support@raxx.example</a> out everywhere");
    let nobody = "/console/admins/5f0c8a52-54a3-4e0c-9d0e-1c4f4f6a7b11/sign-out";
    boss.client.post(nobody, &json!({})).await.assert_error(404, "not_found");
    assert_eq!(boss.client.session().await.status, 200);
}

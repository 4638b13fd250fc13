//! One operator, as a page and as JSON.

use serde_json::{Value, json};

use crate::helpers::TestApp;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_enrolled_operator_is_shown_with_passkeys_and_sessions() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    let ann = app.enrol_as("ann@raxx.example", "support").await;
    app.sql("UPDATE admin_passkeys SET transports = '{internal,usb}'").await;
    let path = format!("/console/admins/{}", ann.id);
    let known = admin.client.get(&path).await;
    assert_eq!((known.status, known.header("cache-control")), (200, "no-store"));
    let body = known.json();
    let expected = json!({
        "admin_id": ann.id, "email": "ann@raxx.example", "role": "support", "enrolled": true,
    });
    assert_eq!(body["admin"], expected);
    assert_eq!((&body["enrolment_link"], &body["revoked_at"]), (&Value::Null, &Value::Null));
    assert_eq!(body["sessions"]["live"], 1);
    assert!(body["sessions"]["last_seen_at"].as_str().unwrap().ends_with('Z'));
    let passkeys = body["passkeys"].as_array().unwrap();
    assert_eq!(passkeys.len(), 1);
    let mut names: Vec<_> = passkeys[0].as_object().unwrap().keys().collect();
    names.sort_unstable();
    assert_eq!(names, ["backed_up", "created_at", "last_used_at", "transports"]);
    assert_eq!(passkeys[0]["transports"], json!(["internal", "usb"]));
    let page = admin.client.page(&path).await;
    page.assert_page(200, "this device, USB");
    page.assert_page(200, "in 1 browser");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_an_open_link_the_times_are_shown_and_nothing_else() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    let (id, token) = app.invite("ann@raxx.example", "support").await;
    let path = format!("/console/admins/{id}");
    let body = admin.client.get(&path).await.json();
    let link = body["enrolment_link"].as_object().unwrap();
    assert_eq!(link.keys().collect::<Vec<_>>(), ["created_at", "expires_at"]);
    let sessions = json!({"live": 0, "last_seen_at": null});
    assert_eq!((&body["passkeys"], &body["sessions"]), (&json!([]), &sessions));
    let page = admin.client.page(&path).await;
    page.assert_page(200, "New enrolment link…");
    assert!(!page.text.contains(&token));
    app.sql("UPDATE admin_enrolment_links SET expires_at = now() WHERE used_at IS NULL").await;
    assert_eq!(admin.client.get(&path).await.json()["enrolment_link"], Value::Null);
    admin.client.page(&path).await.assert_page(200, "Link expired");
    admin.client.page("/console/admins").await.assert_page(200, "Link expired");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_issues_a_new_link_for_one_who_has_not_enrolled() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    let (id, old) = app.invite("ann@raxx.example", "support").await;
    let page = admin.client.page(&format!("/console/admins/{id}")).await;
    page.assert_page(200, "name=\"email\" value=\"ann@raxx.example\"");
    page.assert_page(200, "name=\"role\" value=\"support\"");
    let fields = [("email", "ann@raxx.example"), ("role", "support")];
    let shown = admin.client.submit("/console/admins", &fields).await;
    shown.assert_page(201, &format!("href=\"/console/admins/{id}\""));
    app.client.enroll(&old).await.assert_error(400, "invalid_enrolment_link");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_who_was_revoked_is_still_told_of_and_can_be_invited_again() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    let ann = app.enrol_as("ann@raxx.example", "support").await;
    admin.client.revoke(&ann.id).await;
    let path = format!("/console/admins/{}", ann.id);
    let body = admin.client.get(&path).await.json();
    assert!(body["revoked_at"].is_string(), "{body}");
    assert_eq!(body["sessions"]["live"], 0);
    let page = admin.client.page(&path).await;
    page.assert_page(200, "Invite again");
    assert!(!page.text.contains("/revoke\""), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_looks_at_themselves_is_told_what_a_change_does_to_them() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    let path = format!("/console/admins/{}", admin.id);
    let page = admin.client.page(&path).await;
    page.assert_page(200, "This is you.");
    page.assert_page(200, "The last superadmin.");
    page.assert_page(200, "<p class=\"notice warn\" id=\"last\">");
    for word in ["Revoke", "Reset passkeys"] {
        let button = format!("<button class=\"danger\" disabled aria-describedby=\"last\">{word}");
        page.assert_page(200, &button);
    }
    app.enrol_as("ann@raxx.example", "superadmin").await;
    let page = admin.client.page(&path).await;
    page.assert_page(200, "<button class=\"danger\">Revoke</button>");
    assert!(!page.text.contains("The last superadmin."));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_no_operator() {
    let app = TestApp::start().await;
    let reader = app.enrol("readonly").await;
    for id in ["nobody", "1", "00000000-0000-4000-8000-000000000000"] {
        let path = format!("/console/admins/{id}");
        reader.client.get(&path).await.assert_error(404, "not_found");
        reader.client.page(&path).await.assert_page(404, "There is no such operator.");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_change_operators_sees_why() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    let reader = app.enrol("readonly").await;
    let page = reader.client.page(&format!("/console/admins/{}", admin.id)).await;
    page.assert_page(200, "Only superadmins can do this.");
    for action in ["/role\"", "/revoke\"", "/reset-passkeys\""] {
        assert!(!page.text.contains(action), "{action}");
    }
}

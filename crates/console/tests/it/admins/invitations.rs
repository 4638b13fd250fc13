//! Inviting, and inviting again.

use serde_json::json;
use test_support::software_passkey::SoftwarePasskey;

use crate::helpers::{TestApp, token_of};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invited_operator_gets_a_link_that_works() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    let invited = admin.client.invite_admin(" Ann@RAXX.example ", "support").await;
    assert_eq!(invited.status, 201, "{invited:?}");
    let body = invited.json();
    assert_eq!(body.as_object().unwrap().len(), 2, "{body}");
    let id = body["admin_id"].as_str().unwrap();
    let token = token_of(body["enroll_url"].as_str().unwrap());
    let audited = app.audited("console.admin.invited").await;
    let payload = json!({"email": "ann@raxx.example", "role": "support", "again": false});
    let row =
        json!({"actor": admin.id, "target_type": "admin", "target_id": id, "payload": payload});
    assert_eq!(audited.last(), Some(&row));
    let enrolled = app.enrol_with(&mut SoftwarePasskey::new(), &token).await;
    assert_eq!(enrolled.json()["admin_id"], id);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_links_token_is_kept_as_a_hash_alone() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    let body = admin.client.invite_admin("ann@raxx.example", "support").await.json();
    let token = token_of(body["enroll_url"].as_str().unwrap());
    for table in ["admin_enrolment_links", "audit_log", "admin_sessions", "admins"] {
        let holding = format!("{table} AS t WHERE t::text LIKE '%{token}%'");
        assert_eq!(app.count(&holding).await, 0, "{table}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_list_tells_who_has_enrolled() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    let invited = admin.client.invite_admin("ann@raxx.example", "readonly").await.json();
    let expected = json!({"admins": [
        {"admin_id": invited["admin_id"], "email": "ann@raxx.example", "role": "readonly",
         "enrolled": false},
        {"admin_id": admin.id, "email": "superadmin@raxx.example", "role": "superadmin",
         "enrolled": true},
    ]});
    assert_eq!(admin.client.admins().await.json(), expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn inviting_again_issues_a_new_link_and_voids_the_old() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    let first = admin.client.invite_admin("ann@raxx.example", "readonly").await.json();
    let second = admin.client.invite_admin("ann@raxx.example", "support").await;
    assert_eq!(second.status, 201);
    let second = second.json();
    assert_eq!(first["admin_id"], second["admin_id"]);
    let old = token_of(first["enroll_url"].as_str().unwrap());
    let new = token_of(second["enroll_url"].as_str().unwrap());
    app.client.enroll(&old).await.assert_error(400, "invalid_enrolment_link");
    assert_eq!(app.client.enroll(&new).await.json()["role"], "support");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expired_link_is_replaced_too() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    app.invite("ann@raxx.example", "support").await;
    app.sql("UPDATE admin_enrolment_links SET expires_at = now() WHERE used_at IS NULL").await;
    let again = admin.client.invite_admin("ann@raxx.example", "support").await;
    assert_eq!(again.status, 201, "{again:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_has_enrolled_is_not_invited_again() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    app.enrol_as("ann@raxx.example", "support").await;
    let refused = admin.client.invite_admin("Ann@raxx.example", "readonly").await;
    refused.assert_error(409, "admin_exists");
    assert_eq!(app.count("admins WHERE role = 'support'").await, 1);
    assert_eq!(app.count("admin_enrolment_links WHERE used_at IS NULL").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_was_revoked_can_be_invited_afresh() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    let mut ann = app.enrol_as("ann@raxx.example", "support").await;
    assert_eq!(admin.client.revoke(&ann.id).await.status, 200);
    let invited = admin.client.invite_admin("ann@raxx.example", "readonly").await;
    assert_eq!(invited.status, 201, "{invited:?}");
    assert_eq!(invited.json()["admin_id"], ann.id);
    app.sign_in(&mut ann.passkey).await.assert_error(400, "passkey_verification_failed");
    ann.client.session().await.assert_error(401, "unauthenticated");
    let token = token_of(invited.json()["enroll_url"].as_str().unwrap());
    let enrolled = app.enrol_with(&mut ann.passkey, &token).await;
    assert_eq!(enrolled.json()["role"], "readonly");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_address_or_no_role_is_refused() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    for (email, role) in [
        ("", "support"),
        ("ann", "support"),
        ("änn@raxx.example", "support"),
        ("ann@raxx.example", "root"),
        ("ann@raxx.example", ""),
        ("ann@raxx.example", "Support"),
    ] {
        let refused = admin.client.invite_admin(email, role).await;
        refused.assert_error(400, "invalid_request");
    }
    let surplus = json!({"email": "ann@raxx.example", "role": "support", "force": true});
    let refused = admin.client.post("/console/admins", &surplus).await;
    refused.assert_error(400, "invalid_request");
    assert_eq!(app.count("admins").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_invitations_at_once_one_link_lives() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    let invite = || admin.client.invite_admin("ann@raxx.example", "support");
    let replies = tokio::join!(invite(), invite(), invite(), invite());
    for reply in [&replies.0, &replies.1, &replies.2, &replies.3] {
        assert_eq!(reply.status, 201, "{reply:?}");
    }
    assert_eq!(app.count("admins WHERE email = 'ann@raxx.example'").await, 1);
    let live = "admin_enrolment_links WHERE used_at IS NULL AND voided_at IS NULL";
    assert_eq!(app.count(live).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_an_audit_row_nobody_is_invited() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    app.break_audit_log().await;
    let failed = admin.client.invite_admin("ann@raxx.example", "support").await;
    failed.assert_error(500, "audit_write_failed");
    assert_eq!(app.count("admins").await, 1);
    assert_eq!(app.count("admin_enrolment_links").await, 1);
}

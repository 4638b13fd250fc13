//! Role, revocation and new passkeys: audited, and the operator's sessions end.

use serde_json::json;

use crate::helpers::{TestApp, token_of};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_role_ends_the_operators_sessions() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    let mut ann = app.enrol_as("ann@raxx.example", "support").await;
    let changed = admin.client.change_role(&ann.id, "readonly").await;
    assert_eq!(changed.status, 200, "{changed:?}");
    let expected = json!({
        "admin_id": ann.id, "email": "ann@raxx.example", "role": "readonly", "enrolled": true,
    });
    assert_eq!(changed.json(), expected);
    ann.client.session().await.assert_error(401, "unauthenticated");
    assert_eq!(app.sign_in(&mut ann.passkey).await.json()["role"], "readonly");
    let payload = json!({"email": "ann@raxx.example", "from": "support", "to": "readonly"});
    let row =
        json!({"actor": admin.id, "target_type": "admin", "target_id": ann.id, "payload": payload});
    assert_eq!(app.audited("console.admin.role_changed").await, [row]);
    assert_eq!(admin.client.session().await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_that_they_have_already_is_audited_and_ends_their_sessions_too() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    let ann = app.enrol_as("ann@raxx.example", "support").await;
    assert_eq!(admin.client.change_role(&ann.id, "support").await.status, 200);
    ann.client.session().await.assert_error(401, "unauthenticated");
    let audited = app.audited("console.admin.role_changed").await;
    assert_eq!(
        (&audited[0]["payload"]["from"], &audited[0]["payload"]["to"]),
        (&json!("support"), &json!("support"))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_operator_is_out_at_once_and_for_good() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    let mut ann = app.enrol_as("ann@raxx.example", "support").await;
    let revoked = admin.client.revoke(&ann.id).await;
    assert_eq!(revoked.status, 200, "{revoked:?}");
    let expected = json!({
        "admin_id": ann.id, "email": "ann@raxx.example", "role": "support", "enrolled": true,
    });
    assert_eq!(revoked.json(), expected);
    ann.client.session().await.assert_error(401, "unauthenticated");
    app.sign_in(&mut ann.passkey).await.assert_error(400, "passkey_verification_failed");
    assert_eq!(admin.client.admins().await.json()["admins"].as_array().unwrap().len(), 1);
    let payload = json!({"email": "ann@raxx.example", "role": "support"});
    let row =
        json!({"actor": admin.id, "target_type": "admin", "target_id": ann.id, "payload": payload});
    assert_eq!(app.audited("console.admin.revoked").await, [row]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn revoking_an_invitation_voids_its_link() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    let (id, token) = app.invite("ann@raxx.example", "superadmin").await;
    assert_eq!(admin.client.revoke(&id).await.status, 200);
    app.client.enroll(&token).await.assert_error(400, "invalid_enrolment_link");
    let open = "admin_enrolment_links WHERE used_at IS NULL AND voided_at IS NULL";
    assert_eq!(app.count(open).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reset_passkeys_are_gone_and_a_new_link_makes_new_ones() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    let mut ann = app.enrol_as("ann@raxx.example", "support").await;
    let reset = admin.client.reset_passkeys(&ann.id).await;
    assert_eq!(reset.status, 200, "{reset:?}");
    let mut body = reset.json();
    let url = body.as_object_mut().unwrap().remove("enroll_url").unwrap();
    let expected = json!({
        "admin_id": ann.id, "email": "ann@raxx.example", "role": "support", "enrolled": false,
    });
    assert_eq!(body, expected);
    ann.client.session().await.assert_error(401, "unauthenticated");
    app.sign_in(&mut ann.passkey).await.assert_error(400, "passkey_verification_failed");
    let payload = json!({"email": "ann@raxx.example", "role": "support"});
    let row =
        json!({"actor": admin.id, "target_type": "admin", "target_id": ann.id, "payload": payload});
    assert_eq!(app.audited("console.admin.passkeys_reset").await, [row]);
    let token = token_of(url.as_str().unwrap());
    assert_eq!(app.enrol_with(&mut ann.passkey, &token).await.status, 200);
    assert_eq!(app.sign_in(&mut ann.passkey).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_who_does_not_exist_cannot_be_changed() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    let ann = app.enrol_as("ann@raxx.example", "support").await;
    app.sql(&format!("UPDATE admins SET revoked_at = now() WHERE id = '{}'", ann.id)).await;
    let stranger = "5f0c8a52-54a3-4e0c-9d0e-1c4f4f6a7b11";
    for id in [stranger, ann.id.as_str(), "1", "nobody", "%00"] {
        admin.client.change_role(id, "readonly").await.assert_error(404, "not_found");
        admin.client.revoke(id).await.assert_error(404, "not_found");
        admin.client.reset_passkeys(id).await.assert_error(404, "not_found");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_take_no_other_members_and_a_known_role_alone() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    let ann = app.enrol_as("ann@raxx.example", "support").await;
    let wishes = [
        ("role", json!({})),
        ("role", json!({"role": "root"})),
        ("role", json!({"role": "readonly", "force": true})),
        ("revoke", json!({"force": true})),
        ("reset-passkeys", json!({"force": true})),
    ];
    for (action, body) in wishes {
        let path = format!("/console/admins/{}/{action}", ann.id);
        admin.client.post(&path, &body).await.assert_error(400, "invalid_request");
    }
    assert_eq!(ann.client.session().await.json()["role"], "support");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_an_audit_row_nobody_is_changed() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    let ann = app.enrol_as("ann@raxx.example", "support").await;
    app.break_audit_log().await;
    for failed in [
        admin.client.change_role(&ann.id, "readonly").await,
        admin.client.revoke(&ann.id).await,
        admin.client.reset_passkeys(&ann.id).await,
    ] {
        failed.assert_error(500, "audit_write_failed");
    }
    assert_eq!(ann.client.session().await.json()["role"], "support");
    assert_eq!(app.count("admin_passkeys").await, 2);
    assert_eq!(app.count("admin_enrolment_links").await, 2);
}

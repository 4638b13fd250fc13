//! Somebody must be left who can change operators, whatever happens at the same time.

use crate::helpers::{Client, Operator, Reply, TestApp};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_superadmin_stays_one() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    app.enrol("support").await;
    for refused in [
        admin.client.change_role(&admin.id, "support").await,
        admin.client.revoke(&admin.id).await,
        admin.client.reset_passkeys(&admin.id).await,
    ] {
        refused.assert_error(409, "last_superadmin");
    }
    assert_eq!(admin.client.session().await.json()["role"], "superadmin");
    for action in ["role_changed", "revoked", "passkeys_reset"] {
        assert_eq!(app.audited(&format!("console.admin.{action}")).await.len(), 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_invited_but_has_not_enrolled_is_nobody_yet() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    app.invite("ann@raxx.example", "superadmin").await;
    admin.client.revoke(&admin.id).await.assert_error(409, "last_superadmin");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_was_revoked_is_nobody_any_more() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    let ann = app.enrol_as("ann@raxx.example", "superadmin").await;
    assert_eq!(admin.client.revoke(&ann.id).await.status, 200);
    admin.client.revoke(&admin.id).await.assert_error(409, "last_superadmin");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_another_superadmin_one_may_go() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    let ann = app.enrol_as("ann@raxx.example", "superadmin").await;
    assert_eq!(admin.client.change_role(&admin.id, "support").await.status, 200);
    admin.client.session().await.assert_error(401, "unauthenticated");
    ann.client.revoke(&ann.id).await.assert_error(409, "last_superadmin");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_open_invitation_as_superadmin_can_be_taken_back() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    let (id, _) = app.invite("ann@raxx.example", "superadmin").await;
    assert_eq!(admin.client.change_role(&id, "support").await.status, 200);
    let (id, _) = app.invite("bob@raxx.example", "superadmin").await;
    assert_eq!(admin.client.revoke(&id).await.status, 200);
}

async fn act(client: &Client, action: &str, id: &str) -> Reply {
    match action {
        "role" => client.change_role(id, "readonly").await,
        "revoke" => client.revoke(id).await,
        _ => client.reset_passkeys(id).await,
    }
}

/// Two superadmins, each about to take the other's rights away.
async fn duel(app: &TestApp, round: usize) -> (Operator, Operator) {
    let ann = app.enrol_as(&format!("ann{round}@raxx.example"), "superadmin").await;
    let bob = app.enrol_as(&format!("bob{round}@raxx.example"), "superadmin").await;
    let others = format!("id NOT IN ('{}', '{}')", ann.id, bob.id);
    app.sql(&format!("UPDATE admins SET revoked_at = now() WHERE {others}")).await;
    (ann, bob)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_superadmins_who_turn_on_each_other_leave_one() {
    let app = TestApp::start().await;
    let actions = ["role", "revoke", "reset"];
    for round in 0..12 {
        let (ann, bob) = duel(&app, round).await;
        let (first, second) = (actions[round % 3], actions[round / 3 % 3]);
        let (one, two) =
            tokio::join!(act(&ann.client, first, &bob.id), act(&bob.client, second, &ann.id));
        let won = [&one, &two].into_iter().filter(|reply| reply.status == 200).count();
        assert_eq!(won, 1, "{first} {one:?}, {second} {two:?}");
        let lost = if one.status == 200 { &two } else { &one };
        // The loser's session ended before the request was judged, or its lock came second.
        assert!([401, 409].contains(&lost.status), "{lost:?}");
        let left = "admins AS a WHERE role = 'superadmin' AND revoked_at IS NULL \
                    AND EXISTS (SELECT FROM admin_passkeys WHERE admin_id = a.id)";
        assert_eq!(app.count(left).await, 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_superadmins_who_leave_at_once_leave_one() {
    let app = TestApp::start().await;
    for round in 0..8 {
        let (ann, bob) = duel(&app, round).await;
        let (one, two) = tokio::join!(ann.client.revoke(&ann.id), bob.client.revoke(&bob.id));
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{one:?} {two:?}");
    }
}

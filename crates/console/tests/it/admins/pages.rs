//! The same by forms.

use crate::helpers::TestApp;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_shows_a_link_once_and_no_row_keeps_it() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    let list = admin.client.page("/console/admins").await;
    list.assert_page(200, "Invite an operator");
    // Whoever does not choose gives away the least.
    list.assert_page(200, "name=\"role\">\n<option value=\"readonly\">");
    let fields = [("email", "ann@raxx.example"), ("role", "support")];
    let shown = admin.client.submit("/console/admins", &fields).await;
    shown.assert_page(201, "/console/enroll?token=");
    assert_eq!(shown.header("cache-control"), "no-store");
    let flashes = "admin_sessions WHERE flash IS NOT NULL";
    assert_eq!(app.count(flashes).await, 0);
    let list = admin.client.page("/console/admins").await;
    list.assert_page(200, "ann@raxx.example");
    assert!(!list.text.contains("token="));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_done_or_refused_is_said_on_the_page_that_it_is_about() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    let ann = app.enrol_as("ann@raxx.example", "support").await;
    let back = "/console/admins";
    let page_of = |id: &str| format!("/console/admins/{id}");
    let act = |id: &str, action: &str| format!("/console/admins/{id}/{action}");
    let role = admin.client.submit(&act(&ann.id, "role"), &[("role", "readonly")]).await;
    role.assert_redirect(&page_of(&ann.id));
    admin
        .client
        .page(&page_of(&ann.id))
        .await
        .assert_page(200, "ann@raxx.example is readonly now.");
    admin.client.submit(&act(&ann.id, "revoke"), &[]).await.assert_redirect(back);
    admin.client.page(back).await.assert_page(200, "ann@raxx.example is revoked");
    let own = page_of(&admin.id);
    for action in ["revoke", "reset-passkeys"] {
        admin.client.submit(&act(&admin.id, action), &[]).await.assert_redirect(&own);
        admin.client.page(&own).await.assert_page(200, "This is the last superadmin");
    }
    let nobody = act("00000000-0000-4000-8000-000000000000", "revoke");
    admin.client.submit(&nobody, &[]).await.assert_redirect(back);
    admin.client.page(back).await.assert_page(200, "There is no such operator.");
    let fields = [("email", "superadmin@raxx.example"), ("role", "support")];
    admin.client.submit(back, &fields).await.assert_redirect(back);
    admin.client.page(back).await.assert_page(200, "already an operator");
    let fields = [("email", "nonsense"), ("role", "support")];
    admin.client.submit(back, &fields).await.assert_redirect(back);
    admin.client.page(back).await.assert_page(200, "This is not an e-mail address");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reset_passkeys_show_the_new_link() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    let ann = app.enrol_as("ann@raxx.example", "support").await;
    let path = format!("/console/admins/{}/reset-passkeys", ann.id);
    let shown = admin.client.submit(&path, &[]).await;
    shown.assert_page(200, "/console/enroll?token=");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_roles_see_the_actions_disabled_with_the_reason() {
    let app = TestApp::start().await;
    for role in ["support", "readonly"] {
        let operator = app.enrol(role).await;
        let page = operator.client.page("/console/admins").await;
        page.assert_page(200, "Only superadmins can do this.");
        assert!(!page.text.contains("/revoke"), "{}", page.text);
    }
}

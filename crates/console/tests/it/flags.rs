//! `/console/flags`: a row, or a variable that overrides it.

use serde_json::json;

use super::helpers::{Ask, TestApp};

const FLAG: &str = "beta_ghost_reset";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_ghost_reset_is_off_until_somebody_switches_it_on() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    let off = json!({"flags": [{"name": FLAG, "enabled": false, "source": "database"}]});
    assert_eq!(admin.client.flags().await.json(), off);
    let set = admin.client.set_flag(FLAG, true).await;
    assert_eq!(set.status, 200, "{set:?}");
    assert_eq!(set.json(), json!({"name": FLAG, "enabled": true, "source": "database"}));
    let on = json!({"flags": [{"name": FLAG, "enabled": true, "source": "database"}]});
    assert_eq!(admin.client.flags().await.json(), on);
    let row = json!({
        "actor": admin.id, "target_type": "feature_flag", "target_id": FLAG,
        "payload": {"from": false, "to": true},
    });
    assert_eq!(app.audited("console.flag.changed").await, [row]);
    let known = app.rows("SELECT updated_by FROM feature_flags").await;
    assert_eq!(known, [json!({"updated_by": admin.id})]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn setting_what_is_set_already_is_no_change() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    assert_eq!(admin.client.set_flag(FLAG, false).await.status, 200);
    assert_eq!(app.audited("console.flag.changed").await.len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flip_counts_from_the_next_request_on() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    let reset = "/console/beta/testers/1/ghost-reset";
    admin.client.post(reset, &json!({})).await.assert_error(404, "not_found");
    admin.client.set_flag(FLAG, true).await;
    admin.client.post(reset, &json!({})).await.assert_error(404, "tester_not_found");
    admin.client.set_flag(FLAG, false).await;
    admin.client.post(reset, &json!({})).await.assert_error(404, "not_found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_variable_overrides_the_row_and_the_row_stays_as_it_is() {
    for (variable, on) in [("1", true), ("0", false)] {
        let app = TestApp::start_with(&[("FLAG_BETA_GHOST_RESET", variable)]).await;
        let admin = app.enrol("superadmin").await;
        app.switch_ghost_reset(!on).await;
        let listed = json!({"flags": [{"name": FLAG, "enabled": on, "source": "environment"}]});
        assert_eq!(admin.client.flags().await.json(), listed);
        let refused = admin.client.set_flag(FLAG, on).await;
        refused.assert_error(409, "flag_overridden");
        assert_eq!(app.count(&format!("feature_flags WHERE enabled = {on}")).await, 0);
        assert_eq!(app.audited("console.flag.changed").await.len(), 0);
        let reset = "/console/beta/testers/1/ghost-reset";
        let code = if on { "tester_not_found" } else { "not_found" };
        admin.client.post(reset, &json!({})).await.assert_error(404, code);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flag_that_does_not_exist_cannot_be_set() {
    let app = TestApp::start_with(&[("FLAG_ANOTHER", "1")]).await;
    let admin = app.enrol("superadmin").await;
    for name in ["unknown", "another", "BETA_GHOST_RESET", "%00"] {
        admin.client.set_flag(name, true).await.assert_error(404, "not_found");
    }
    assert_eq!(admin.client.flags().await.json()["flags"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wish_is_true_or_false_and_nothing_else() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    let path = format!("/console/flags/{FLAG}");
    for body in [
        json!({}),
        json!({"enabled": "true"}),
        json!({"enabled": 1}),
        json!({"enabled": null}),
        json!({"enabled": true, "force": true}),
        json!([true]),
    ] {
        admin.client.post(&path, &body).await.assert_error(400, "invalid_request");
    }
    let text = Ask::post(&path, "text/plain", "enabled=true");
    admin.client.send(text).await.assert_error(415, "unsupported_media_type");
    assert_eq!(app.count("feature_flags WHERE enabled").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_an_audit_row_no_flag_changes() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    app.break_audit_log().await;
    admin.client.set_flag(FLAG, true).await.assert_error(500, "audit_write_failed");
    assert_eq!(app.count("feature_flags WHERE enabled").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_switches_with_a_form_and_says_so_once() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    let page = admin.client.page("/console/flags").await;
    page.assert_page(200, "Switch on");
    let path = format!("/console/flags/{FLAG}");
    let done = admin.client.submit(&path, &[("enabled", "true")]).await;
    done.assert_redirect("/console/flags");
    // Neither a program nor a HEAD shows it to anybody.
    admin.client.get("/console/flags").await;
    let head = Ask::get("/console/flags").html().method(reqwest::Method::HEAD);
    admin.client.send(head).await;
    admin.client.page("/console/flags").await.assert_page(200, "is on from now on");
    let again = admin.client.page("/console/flags").await;
    assert!(!again.text.contains("is on from now on"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_shows_others_the_button_disabled_with_the_reason() {
    let app = TestApp::start().await;
    let support = app.enrol("support").await;
    let page = support.client.page("/console/flags").await;
    page.assert_page(200, "Only superadmins can do this.");
    assert!(!page.text.contains("action=\"/console/flags/"), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_of_an_overridden_flag_names_the_variable() {
    let app = TestApp::start_with(&[("FLAG_BETA_GHOST_RESET", "1")]).await;
    let admin = app.enrol("superadmin").await;
    let page = admin.client.page("/console/flags").await;
    page.assert_page(200, "FLAG_BETA_GHOST_RESET");
    let path = format!("/console/flags/{FLAG}");
    let refused = admin.client.submit(&path, &[("enabled", "false")]).await;
    refused.assert_redirect("/console/flags");
    admin.client.page("/console/flags").await.assert_page(200, "Not done");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_asks_before_it_switches_the_ghost_reset_on_and_names_who_did() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    let page = admin.client.page("/console/flags").await;
    page.assert_page(200, "Never: it is as it came");
    page.assert_page(200, "<summary>Switch on…</summary>");
    page.assert_page(200, "Yes, switch it on");
    admin.client.set_flag(FLAG, true).await;
    let page = admin.client.page("/console/flags").await;
    page.assert_page(200, "by <strong>superadmin@raxx.example</strong>");
    page.assert_page(200, "name=\"enabled\" value=\"false\"");
    assert!(!page.text.contains("<summary>Switch"), "to switch it off takes one button");
    app.sql("UPDATE feature_flags SET updated_by = 'cli'").await;
    let page = admin.client.page("/console/flags").await;
    page.assert_page(200, "by <strong>Somebody at the command line</strong>");
}

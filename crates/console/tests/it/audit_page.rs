//! The audit log as people read it: words, links, choices.

use super::helpers::{Ask, TestApp};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_and_things_are_named_and_linked() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    let ann = app.enrol_as("ann@raxx.example", "support").await;
    admin.client.change_role(&ann.id, "readonly").await;
    admin.client.set_flag("beta_ghost_reset", true).await;
    let invited = admin.client.invite("ada@example.com", "Ada").await.json();
    let page = admin.client.page("/console/audit").await;
    let tester = format!("/console/beta/testers/{}", invited["tester_id"]);
    for linked in [
        format!("made <a href=\"/console/admins/{}\">ann@raxx.example</a> readonly", ann.id),
        "switched <a href=\"/console/flags#flag-beta_ghost_reset\">beta_ghost_reset</a> on".into(),
        format!("invited <a href=\"{tester}\">ada@example.com</a> to the beta"),
    ] {
        page.assert_page(200, &format!("<strong>superadmin@raxx.example</strong> {linked}"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_result_is_told_by_sign_and_word() {
    let app = TestApp::start().await;
    let reader = app.enrol("readonly").await;
    app.sql(
        "INSERT INTO audit_log (actor, action, target_type, target_id, payload) VALUES \
         ('cli', 'console.beta.ghost_reset.failed', 'beta_tester', '1', \
          '{\"email\": \"a@example.com\", \"reason\": \"Raptor is not reachable.\"}')",
    )
    .await;
    let page = reader.client.page("/console/audit").await;
    page.assert_page(200, "could not complete the reset of");
    page.assert_page(200, "</a>: Raptor is not reachable.");
    page.assert_page(200, "<span aria-hidden=\"true\">✕</span> Failed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_filter_offers_who_acts_and_what_is_done() {
    let app = TestApp::start().await;
    let reader = app.enrol("readonly").await;
    let path = format!("/console/audit?actor={}&action=console.admin.enrolled", reader.id);
    let page = reader.client.page(&path).await;
    page.assert_page(200, &format!("{}\" selected>readonly@raxx.example</option>", reader.id));
    page.assert_page(200, "\"console.admin.enrolled\" selected>Operator enrolled</option>");
    page.assert_page(200, "<option value=\"cli\">The command line</option>");
    page.assert_page(200, "<option value=\"raptor-api\">Raptor</option>");
    let unknown = reader.client.page("/console/audit?action=test.odd").await;
    unknown.assert_page(200, "<option value=\"test.odd\" selected>test.odd</option>");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_is_found_by_their_address() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    let tester = admin.client.invite("ada@example.com", "Ada").await.json()["tester_id"].clone();
    admin.client.invite("bob@example.com", "Bob").await;
    let found = async |query: &str| {
        let entries = admin.client.audit(query).await.json()["entries"].clone();
        let ids = entries.as_array().unwrap().iter().map(|entry| entry["target_id"].clone());
        ids.map(|id| id.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found("?target_id=%20Ada%40Example.com").await, [tester.to_string()]);
    let own = found("?target_id=superadmin%40raxx.example").await;
    assert_eq!(own, [admin.id.clone(), admin.id.clone()]);
    assert_eq!(found("?target_type=admin&target_id=ada%40example.com").await, [""; 0]);
    assert_eq!(found("?target_id=nobody%40example.com").await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_read_is_named_and_the_rest_is_kept() {
    let app = TestApp::start().await;
    let reader = app.enrol("readonly").await;
    let query = "from=yesterday&actor=cli&target_id=ada%40example.com&until=2026-06-12&limit=7";
    let page = reader.client.page(&format!("/console/audit?{query}")).await;
    page.assert_page(400, "“From (UTC)” cannot be read.");
    for kept in [
        "value=\"yesterday\"",
        "<option value=\"cli\" selected>",
        "value=\"ada@example.com\"",
        "type=\"date\" value=\"2026-06-12\"",
        "name=\"limit\" value=\"7\"",
    ] {
        page.assert_page(400, kept);
    }
    let field = "type=\"text\" value=\"yesterday\" autocomplete=\"off\" aria-invalid=\"true\" \
                 aria-describedby=\"problem\"";
    page.assert_page(400, field);
    page.assert_page(400, "<p class=\"notice bad\" id=\"problem\" role=\"alert\">");
    assert_eq!(page.text.matches("aria-invalid").count(), 1);
    for (query, named) in [("from=12", "from"), ("until=12", "until"), ("limit=0", "limit")] {
        let refused = reader.client.audit(&format!("?{query}")).await;
        refused.assert_error(400, "invalid_request");
        let message = refused.json()["message"].as_str().unwrap().to_owned();
        assert!(message.contains(named), "{message}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_has_no_field_does_not_come_back_with_the_form() {
    let app = TestApp::start().await;
    let reader = app.enrol("readonly").await;
    for (query, named) in [
        ("limit=many", "limit must be a whole number"),
        ("cursor=nonsense", "cursor must be what"),
        ("format=xml", "format is csv, or absent."),
    ] {
        let page = reader.client.page(&format!("/console/audit?actor=cli&{query}")).await;
        page.assert_page(400, &format!("The address cannot be read: {named}"));
        page.assert_page(400, "press Filter to see its first page");
        page.assert_page(400, "<option value=\"cli\" selected>");
        for trap in ["name=\"limit\"", "aria-invalid", "correct this"] {
            assert!(!page.text.contains(trap), "{trap} for {query}");
        }
    }
    let page = reader.client.page("/console/audit?limit=many&from=yesterday").await;
    assert!(!page.text.contains("name=\"limit\""), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_moment_stays_as_it_was_given() {
    let app = TestApp::start().await;
    let reader = app.enrol("readonly").await;
    let page = reader.client.page("/console/audit?from=2026-06-12T10:00:00Z").await;
    page.assert_page(200, "type=\"text\" value=\"2026-06-12T10:00:00Z\"");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_pages_back_to_the_newest() {
    let app = TestApp::start().await;
    let reader = app.enrol("readonly").await;
    let first = reader.client.page("/console/audit?actor=cli").await;
    assert!(!first.text.contains("Newest entries"));
    let later = reader.client.page("/console/audit?actor=cli&cursor=1").await;
    later.assert_page(200, "href=\"/console/audit?actor=cli\">Newest entries");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_is_a_page_only_for_who_asks_for_one() {
    let app = TestApp::start().await;
    let reader = app.enrol("readonly").await;
    let path = "/console/audit?from=yesterday";
    for ask in [Ask::get(path), Ask::get(path).header("accept", "*/*")] {
        reader.client.send(ask).await.assert_error(400, "invalid_request");
    }
    reader.client.page(path).await.assert_page(400, "“From (UTC)” cannot be read.");
}

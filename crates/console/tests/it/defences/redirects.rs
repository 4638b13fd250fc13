//! No answer leads to where a stranger wants it.

use crate::helpers::{Ask, TestApp};

const FORGED: [(&str, &str); 5] = [
    ("host", "evil.example"),
    ("x-forwarded-host", "evil.example"),
    ("forwarded", "host=evil.example;proto=https"),
    ("x-original-url", "https://evil.example/"),
    ("referer", "https://evil.example/"),
];

fn forged(ask: Ask) -> Ask {
    FORGED.iter().fold(ask, |ask, (name, value)| ask.header(name, *value))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_way_to_https_leads_to_the_public_address_whatever_the_host() {
    let app = TestApp::start_with(&[("CONSOLE_PUBLIC_URL", "https://console.raxx.example")]).await;
    for path in ["/console/login", "//evil.example/x", "/@evil.example", "/console?next=//evil"] {
        let ask = forged(Ask::get(path)).header("x-forwarded-proto", "http");
        let sent_on = app.client.send(ask).await;
        assert_eq!(sent_on.status, 308);
        assert_eq!(sent_on.header("location"), format!("https://console.raxx.example{path}"));
        assert_eq!(sent_on.header("cache-control"), "no-store");
        assert_eq!(sent_on.header("referrer-policy"), "no-referrer");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_built_from_the_host_that_was_asked() {
    let app = TestApp::start().await;
    let admin = app.enrol("superadmin").await;
    let (tester, _) = app.add_tester("ada@example.com").await;
    app.sql("UPDATE feature_flags SET enabled = true").await;
    for path in [
        "/",
        "/console",
        "/console/beta",
        "/console/audit",
        "/console/flags",
        "/console/admins",
        "/console/sessions",
        "/console/login",
        "/console/enroll?token=x",
        "/nowhere",
        &format!("/console/beta/testers/{tester}"),
        &format!("/console/beta/testers/{tester}/ghost-reset"),
        &format!("/console/admins/{}", admin.id),
    ] {
        for client in [&app.client, &admin.client] {
            for ask in [Ask::get(path).html(), Ask::get(path).program()] {
                let reply = client.send(forged(ask)).await;
                assert!(!format!("{reply:?}").contains("evil"), "{path}: {reply:?}");
            }
        }
    }
    let invite = Ask::form("/console/admins", &[("email", "b@raxx.example"), ("role", "support")]);
    let link = admin.client.send(forged(invite.html())).await;
    assert!(link.text.contains("http://console.localhost:8081/console/enroll?token="));
    assert!(!link.text.contains("evil"), "{}", link.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_after_signing_in_is_one_of_ours() {
    let app = TestApp::start().await;
    for next in ["//evil.example", "https://evil.example", "/console/../evil", "/\\evil.example"] {
        let client = app.client.with_cookie(format!("console_next={next}"));
        let page = client.page("/console/login").await;
        assert!(!page.text.contains("evil"), "{}", page.text);
        let asked = app.client.page(&format!("/console/login?next={next}")).await;
        assert!(!asked.text.contains("evil"), "{}", asked.text);
    }
}

//! No answer leads to where a stranger wants it.

use crate::helpers::{Ask, TestApp};

const FORGED: [(&str, &str); 4] = [
    ("host", "evil.example"),
    ("x-forwarded-host", "evil.example"),
    ("forwarded", "host=evil.example;proto=https"),
    ("referer", "https://evil.example/"),
];

fn forged(ask: Ask<'_>) -> Ask<'_> {
    FORGED.iter().fold(ask, |ask, (name, value)| ask.header(name, *value))
}

fn form(token: &str, rest: &str) -> Ask<'static> {
    let body = format!("token={token}&{rest}");
    Ask::post("/walkthrough", "application/x-www-form-urlencoded", body)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_way_to_https_leads_to_the_public_address_whatever_the_host() {
    let app = TestApp::start_with_variable("RAPTOR_PUBLIC_URL", "https://raptor.example").await;
    for path in ["/walkthrough?token=x", "//evil.example/x", "/@evil.example"] {
        let ask = forged(Ask::get(path)).header("x-forwarded-proto", "http");
        let sent_on = app.client.send(ask).await;
        assert_eq!(sent_on.status, 308);
        assert_eq!(sent_on.header("location"), format!("https://raptor.example{path}"));
        assert_eq!(sent_on.header("referrer-policy"), "no-referrer");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_walkthrough_leads_to_our_own_signup_by_its_path() {
    let app = TestApp::start().await;
    let token = app.console.invite("ada@example.com");
    let fields = "nda_version=2026-06&nda_accepted=true";
    let accepted = app.client.send(forged(form(&token, fields).html())).await;
    assert_eq!(accepted.status, 303, "{accepted:?}");
    assert!(accepted.header("location").starts_with("/signup?token=eyJ2IjoxLCJlbWFp"));
    for path in ["/", "/signup", "/nowhere", "/walkthrough"] {
        let page = app.client.send(forged(Ask::get(path).html())).await;
        assert!(!format!("{page:?}").contains("evil"), "{page:?}");
    }
}

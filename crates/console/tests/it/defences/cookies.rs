//! Every cookie of ours, on http and on https.

use test_support::software_passkey::SoftwarePasskey;

use crate::helpers::{Reply, TestApp};

const HTTPS: &str = "https://console.raxx.example";

#[track_caller]
fn assert_cookie(reply: &Reply, name: &str, is_https: bool) {
    let cookie = reply.header("set-cookie");
    let prefix = if is_https { "__Host-" } else { "" };
    assert!(cookie.starts_with(&format!("{prefix}{name}=")), "{cookie}");
    let attributes: Vec<_> = cookie.split("; ").skip(1).collect();
    for wanted in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(attributes.contains(&wanted), "{cookie}");
    }
    assert_eq!(attributes.contains(&"Secure"), is_https, "{cookie}");
    assert!(!cookie.contains("Domain"), "{cookie}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_cookie_is_out_of_reach_and_behind_https_bound_to_the_host() {
    for origin in [crate::helpers::ORIGIN, HTTPS] {
        let is_https = origin == HTTPS;
        let app = TestApp::start_with(&[("CONSOLE_PUBLIC_URL", origin)]).await;
        let (_, token) = app.invite("a@raxx.example", "readonly").await;
        let options = app.enrolment_options(&token).await;
        let mut passkey = SoftwarePasskey::new();
        let credential = passkey.create(&options, origin);
        let enrolled = app.client.enroll_finish(&token, &credential).await;
        assert_cookie(&enrolled, "console_session", is_https);
        let begun = app.client.login_begin().await.json();
        let credential = passkey.get(&begun["options"], origin);
        let ceremony = begun["ceremony_id"].as_str().unwrap();
        let signed_in = app.client.login_finish(ceremony, &credential).await;
        assert_cookie(&signed_in, "console_session", is_https);
        let client = app.client.with_cookie(signed_in.cookie());
        assert_cookie(&client.logout().await, "console_session", is_https);
        let sent_on = app.client.page("/console/flags").await;
        assert_cookie(&sent_on, "console_next", is_https);
        let next = app.client.with_cookie(sent_on.cookie());
        assert_cookie(&next.page("/console/login").await, "console_next", is_https);
        // A ceremony waits in the database, and so does a message for the next page.
        assert_eq!(app.client.login_begin().await.header("set-cookie"), "");
    }
}

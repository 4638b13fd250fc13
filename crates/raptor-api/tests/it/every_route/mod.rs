//! Every route of Raptor, asked by everybody (sections 2, 4, 5 and 7 of the contracts).

mod table;

use ghost_contracts::service_token::{self, Party, SigningKey};
use service_kit::clock::Clock;
use test_support::walk::{Asker, Expected, Question, Walk, documented, registered_in};

use self::table::{ROUTES, Who};
use crate::helpers::{Ask, INTERNAL_SECRET, TestApp};

/// What somebody is to Raptor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Whoever has no session that counts, whatever else they send.
    Nobody(&'static str),
    Customer,
    Console,
}

impl Kind {
    fn may(self, who: Who) -> bool {
        match who {
            Who::Anybody => true,
            Who::Customers => self == Self::Customer,
            Who::Console => self == Self::Console,
        }
    }
}

/// What the contracts say.
fn judge(kind: &Kind, question: &Question<'_, Who>) -> Expected {
    let Question { route, method, .. } = *question;
    if route.path.starts_with("/api/internal") && *kind != Kind::Console {
        return Expected::Error(401, "unauthorized");
    }
    match route.door(method) {
        // An address that is not there has no methods.
        _ if route.registered.is_empty() => Expected::Error(404, "not_found"),
        None => Expected::Error(405, "method_not_allowed"),
        Some(door) if kind.may(door.who) => Expected::Status(door.let_in),
        Some(_) => Expected::Error(401, "unauthenticated"),
    }
}

/// Signs each request for Raptor as the Console does, or for the Console as Raptor does.
fn with_service_token(kind: Kind, issuer: Party) -> Asker<Kind> {
    let headers = move |method: &str, path: &str, body: &str| {
        let key = SigningKey::new(INTERNAL_SECRET.to_owned().into()).unwrap();
        let now = Clock::system().now();
        let token = service_token::sign(&key, issuer, method, path, body.as_bytes(), now);
        vec![("authorization", format!("Bearer {token}"))]
    };
    Asker { kind, headers: Box::new(headers) }
}

/// The cookie of somebody who has signed up and in.
async fn signed_in(app: &TestApp, name: &str) -> String {
    let (_, mut passkey) = app.sign_up(&format!("{name}@example.com")).await;
    app.sign_in(&mut passkey).await.cookie()
}

async fn everybody(app: &TestApp) -> Vec<Asker<Kind>> {
    let nobody = |name, headers: &[(&'static str, &str)]| Asker::new(Kind::Nobody(name), headers);
    let unknown = format!("raptor_session={}", "A".repeat(43));
    let operators = signed_in(app, "operator").await;
    let operators = operators.replacen("raptor_session", "console_session", 1);
    let ended = signed_in(app, "ended").await;
    assert_eq!(app.client.logout(&ended).await.status, 204);
    let expired = signed_in(app, "expired").await;
    app.sql("UPDATE customer_sessions SET expires_at = now() WHERE revoked_at IS NULL").await;
    let customer = signed_in(app, "customer").await;
    vec![
        nobody("without a cookie", &[]),
        nobody("unknown session", &[("cookie", &unknown)]),
        nobody("expired session", &[("cookie", &expired)]),
        nobody("ended session", &[("cookie", &ended)]),
        // An id that would be good, under the other service's name.
        nobody("operator's cookie", &[("cookie", &operators)]),
        nobody("the secret itself", &[("authorization", &format!("Bearer {INTERNAL_SECRET}"))]),
        with_service_token(Kind::Console, Party::Console),
        with_service_token(Kind::Nobody("a token for the Console"), Party::Raptor),
        Asker::new(Kind::Customer, &[("cookie", &customer)]),
    ]
}

#[test]
fn the_table_has_every_route() {
    let health = include_str!("../../../../service-kit/src/health.rs");
    let mut registered = registered_in(include_str!("../../../src/routes.rs"));
    registered.extend(registered_in(health));
    let mut walked: Vec<_> =
        ROUTES.iter().map(|route| route.registered).filter(|route| !route.is_empty()).collect();
    registered.sort_unstable();
    walked.sort_unstable();
    assert_eq!(registered, walked, "each route needs its row in the table of this test");
}

#[test]
fn the_openapi_document_has_every_route() {
    let document = raptor_api::openapi::document().unwrap();
    // Pages are for people.
    let pages = ["/", "/walkthrough", "/signup", "/assets/style.css"];
    let faults = documented::faults(&ROUTES, &document, &pages);
    assert!(faults.is_empty(), "{faults:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_is_told_at_every_route_what_the_contracts_say() {
    let app = TestApp::start().await;
    let askers = everybody(&app).await;
    let walk = Walk { base: app.client.base().to_owned(), always: Vec::new(), https: false };
    walk.walk(&ROUTES, &askers, judge).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_site_gets_nothing_done_with_a_customers_cookie() {
    let app = TestApp::start().await;
    let cookie = signed_in(&app, "customer").await;
    let customer = || Asker::new(Kind::Customer, &[("cookie", &cookie)]);
    for foreign in [("sec-fetch-site", "cross-site"), ("origin", "https://elsewhere.example")] {
        let walk = Walk {
            base: app.client.base().to_owned(),
            always: vec![(foreign.0, foreign.1.to_owned())],
            https: false,
        };
        let judge = |kind: &Kind, question: &Question<'_, Who>| {
            let is_unsafe = !["GET", "HEAD", "OPTIONS"].contains(&question.method);
            let path = question.route.path;
            match is_unsafe && (path.starts_with("/api/auth/") || path.starts_with("/walkthrough"))
            {
                true => Expected::Error(403, "cross_origin"),
                false => judge(kind, question),
            }
        };
        walk.walk(&ROUTES, &[customer()], judge).await;
    }
    assert_eq!(app.client.session(&cookie).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_https_every_answer_says_so_and_http_is_led_there() {
    let public = "https://raxx.example";
    let app = TestApp::start_with_variable("RAPTOR_PUBLIC_URL", public).await;
    let by_https = vec![("x-forwarded-proto", "https".to_owned())];
    let walk = Walk { base: app.client.base().to_owned(), always: by_https, https: true };
    let nobody = Asker::new(Kind::Nobody("without a cookie"), &[]);
    walk.walk(&ROUTES, &[nobody], judge).await;
    for route in ROUTES {
        let ask = Ask::get(route.path).header("x-forwarded-proto", "http");
        let led = app.client.send(ask).await;
        let location = format!("{public}{}", route.path);
        assert_eq!((led.status, led.header("location")), (308, &*location), "{led:?}");
        assert_eq!(led.header("referrer-policy"), "no-referrer", "{led:?}");
    }
}

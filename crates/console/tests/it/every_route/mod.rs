//! Every route of the Console, asked by everybody (sections 2, 4, 6 and 7 of the contracts).

mod table;

use ghost_contracts::service_token::{self, Party, SigningKey};
use service_kit::clock::Clock;
use test_support::walk::{Asker, Expected, Question, Walk, documented, registered_in};

use self::table::{ROUTES, Who};
use crate::helpers::{INTERNAL_SECRET, TestApp};

/// `POSTMARK_WEBHOOK_SECRET`, and what Postmark sends: `postmark:` and that, in base64.
const WEBHOOK_SECRET: &str = "webhook-secret-of-the-tests";
const FROM_POSTMARK: &str = "Basic cG9zdG1hcms6d2ViaG9vay1zZWNyZXQtb2YtdGhlLXRlc3Rz";

/// What somebody is to the Console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Whoever has no session that counts, whatever else they send.
    Nobody(&'static str),
    Readonly,
    Support,
    Superadmin,
    Raptor,
    Postmark,
}

impl Kind {
    fn is_operator(self) -> bool {
        matches!(self, Self::Readonly | Self::Support | Self::Superadmin)
    }

    fn may(self, who: Who) -> bool {
        match who {
            Who::Anybody => true,
            Who::Operators => self.is_operator(),
            Who::Support => matches!(self, Self::Support | Self::Superadmin),
            Who::Superadmins => self == Self::Superadmin,
            Who::Raptor => self == Self::Raptor,
            Who::Postmark => self == Self::Postmark,
        }
    }
}

/// What the contracts say.
fn judge(kind: &Kind, question: &Question<'_, Who>) -> Expected {
    let Question { route, method, page } = *question;
    let path = route.path;
    if path.starts_with("/api/internal") && *kind != Kind::Raptor {
        return Expected::Error(401, "unauthorized");
    }
    let is_open = ["/console/login", "/console/enroll", "/console/logout", "/console/assets"]
        .iter()
        .any(|open| path.starts_with(open));
    if path.starts_with("/console") && !is_open && !kind.is_operator() {
        return match page {
            true => Expected::SeeOther("/console/login"),
            false => Expected::Error(401, "unauthenticated"),
        };
    }
    match route.door(method) {
        // An address that is not there has no methods.
        None if route.registered.is_empty() => Expected::Error(404, "not_found"),
        None => Expected::Error(405, "method_not_allowed"),
        Some(door) if kind.may(door.who) => Expected::Status(door.let_in),
        Some(door) if door.who == Who::Postmark => Expected::Error(401, "unauthorized"),
        Some(_) => Expected::Error(403, "forbidden"),
    }
}

/// Signs each request for the Console as Raptor does, or for Raptor as the Console does.
fn with_service_token(kind: Kind, issuer: Party) -> Asker<Kind> {
    let headers = move |method: &str, path: &str, body: &str| {
        let key = SigningKey::new(INTERNAL_SECRET.into()).unwrap();
        let now = Clock::system().now();
        let token = service_token::sign(&key, issuer, method, path, body.as_bytes(), now);
        vec![("authorization", format!("Bearer {token}"))]
    };
    Asker { kind, headers: Box::new(headers) }
}

async fn everybody(app: &TestApp) -> Vec<Asker<Kind>> {
    let nobody = |name, headers: &[(&'static str, &str)]| Asker::new(Kind::Nobody(name), headers);
    let mut all = vec![
        nobody("without a cookie", &[]),
        nobody("unknown session", &[("cookie", &format!("console_session={}", "A".repeat(43)))]),
        nobody("the secret itself", &[("authorization", &format!("Bearer {INTERNAL_SECRET}"))]),
        with_service_token(Kind::Raptor, Party::Raptor),
        with_service_token(Kind::Nobody("a token for Raptor"), Party::Console),
        Asker::new(Kind::Postmark, &[("authorization", FROM_POSTMARK)]),
    ];
    for (kind, role) in [
        (Kind::Superadmin, "superadmin"),
        (Kind::Support, "support"),
        (Kind::Readonly, "readonly"),
        (Kind::Nobody("expired session"), "superadmin"),
        (Kind::Nobody("ended session"), "superadmin"),
        (Kind::Nobody("revoked operator"), "superadmin"),
        (Kind::Nobody("customer's cookie"), "superadmin"),
    ] {
        let email = format!("asker-{}@raxx.example", all.len());
        let operator = app.enrol_as(&email, role).await;
        let of = format!("WHERE admin_id = '{}'", operator.id);
        let mut cookie = operator.client.cookie().to_owned();
        match kind {
            Kind::Nobody("expired session") => {
                app.sql(&format!("UPDATE admin_sessions SET expires_at = now() {of}")).await;
            }
            Kind::Nobody("ended session") => {
                app.sql(&format!("UPDATE admin_sessions SET revoked_at = now() {of}")).await;
            }
            Kind::Nobody("revoked operator") => {
                let of = format!("WHERE id = '{}'", operator.id);
                app.sql(&format!("UPDATE admins SET revoked_at = now() {of}")).await;
            }
            // An id that would be good, under the other service's name.
            Kind::Nobody(_) => cookie = cookie.replacen("console_session", "raptor_session", 1),
            _ => {}
        }
        all.push(Asker::new(kind, &[("cookie", &cookie)]));
    }
    all
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
    let document = console::openapi::document().unwrap();
    // What is for people alone.
    let pages = ["/", "/console/assets/style.css", "/console/api-docs/assets/swagger-ui.css"];
    let faults = documented::faults(&ROUTES, &document, &pages);
    assert!(faults.is_empty(), "{faults:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_is_told_at_every_route_what_the_contracts_say() {
    let app = TestApp::start_with(&[
        ("POSTMARK_WEBHOOK_SECRET", WEBHOOK_SECRET),
        ("TRUSTED_PROXY_HOPS", "1"),
    ])
    .await;
    app.switch_ghost_reset(true).await;
    let askers = everybody(&app).await;
    let base = app.client.base().to_owned();
    let walk = Walk { base, always: Vec::new(), https: false };
    walk.walk(&ROUTES, &askers, judge).await;
    // Nobody got anything done but signing out.
    let done = "audit_log WHERE action NOT LIKE 'console.admin.%'";
    assert_eq!(app.count(done).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_from_another_site_is_refused_before_anything_else() {
    let app = TestApp::start_with(&[("TRUSTED_PROXY_HOPS", "1")]).await;
    app.switch_ghost_reset(true).await;
    let mut askers = everybody(&app).await;
    askers.retain(|asker| matches!(asker.kind, Kind::Superadmin | Kind::Readonly | Kind::Raptor));
    askers.push(Asker::new(Kind::Nobody("without a cookie"), &[]));
    for foreign in [("sec-fetch-site", "cross-site"), ("origin", "https://elsewhere.example")] {
        let walk = Walk {
            base: app.client.base().to_owned(),
            always: vec![(foreign.0, foreign.1.to_owned())],
            https: false,
        };
        let judge = |kind: &Kind, question: &Question<'_, Who>| {
            let is_unsafe = !["GET", "HEAD", "OPTIONS"].contains(&question.method);
            let path = question.route.path;
            match is_unsafe && path.starts_with("/console") && !path.starts_with("/console/assets/")
            {
                true => Expected::Error(403, "cross_origin"),
                false => judge(kind, question),
            }
        };
        let pages: Vec<_> =
            ROUTES.into_iter().filter(|route| route.path.starts_with("/console")).collect();
        walk.walk(&pages, &askers, judge).await;
    }
    // Not even a session was ended.
    assert_eq!(app.count("audit_log WHERE action = 'console.admin.signed_out'").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_https_every_answer_says_so_and_http_is_led_there() {
    let public = "https://console.raxx.example";
    let app = TestApp::start_with(&[
        ("CONSOLE_PUBLIC_URL", public),
        ("POSTMARK_WEBHOOK_SECRET", WEBHOOK_SECRET),
        ("TRUSTED_PROXY_HOPS", "1"),
    ])
    .await;
    let by_https = vec![("x-forwarded-proto", "https".to_owned())];
    let walk = Walk { base: app.client.base().to_owned(), always: by_https, https: true };
    let nobody = Asker::new(Kind::Nobody("without a cookie"), &[]);
    walk.walk(&ROUTES, &[nobody], judge).await;
    for route in ROUTES {
        let ask = crate::helpers::Ask::get(route.path).header("x-forwarded-proto", "http");
        let led = app.client.send(ask).await;
        let location = format!("{public}{}", route.path);
        assert_eq!((led.status, led.header("location")), (308, &*location), "{led:?}");
        assert_eq!(led.header("referrer-policy"), "no-referrer", "{led:?}");
    }
}

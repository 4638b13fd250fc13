//! Every address of the Console, and who is let in. A new route needs a row here.

use test_support::walk::{Door, Route};

/// Who may come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    Anybody,
    Operators,
    Support,
    Superadmins,
    Raptor,
    Postmark,
}

use Who::{Anybody, Operators, Postmark, Raptor, Superadmins, Support};

const fn get(
    registered: &'static str,
    path: &'static str,
    who: Who,
    let_in: &'static [u16],
) -> Route<Who> {
    Route { registered, path, read: Some(Door { who, let_in }), write: None }
}

const fn post(
    registered: &'static str,
    path: &'static str,
    who: Who,
    let_in: &'static [u16],
) -> Route<Who> {
    Route { registered, path, read: None, write: Some(Door { who, let_in }) }
}

/// The same that is posted to.
const fn and_post(route: Route<Who>, who: Who, let_in: &'static [u16]) -> Route<Who> {
    Route { write: Some(Door { who, let_in }), ..route }
}

/// Signing out is last: it ends the asker's session.
pub(super) const ROUTES: [Route<Who>; 43] = [
    get("get /healthz", "/healthz", Anybody, &[200]),
    get("get /readyz", "/readyz", Anybody, &[200]),
    // The walk comes through a router, and without METRICS_TOKEN only the machine itself is let in.
    get("get /metrics", "/metrics", Anybody, &[404]),
    get("get /", "/", Anybody, &[303]),
    get("get /console/assets/{name}", "/console/assets/style.css", Anybody, &[200]),
    post("post /api/webhooks/postmark", "/api/webhooks/postmark", Postmark, &[415]),
    post(
        "post /beta/walkthrough-tokens/verify",
        "/api/internal/beta/walkthrough-tokens/verify",
        Raptor,
        &[415],
    ),
    post(
        "post /beta/walkthrough-tokens/consume",
        "/api/internal/beta/walkthrough-tokens/consume",
        Raptor,
        &[415],
    ),
    get("get /enroll", "/console/enroll?token=nonsense", Anybody, &[400]),
    post("post /enroll/begin", "/console/enroll/begin", Anybody, &[415]),
    post("post /enroll/finish", "/console/enroll/finish", Anybody, &[415]),
    // A page leads on whoever is signed in.
    get("get /login", "/console/login", Anybody, &[200, 303]),
    post("post /login/begin", "/console/login/begin", Anybody, &[415]),
    post("post /login/finish", "/console/login/finish", Anybody, &[415]),
    get("get ", "/console", Operators, &[200]),
    get("get /beta", "/console/beta", Operators, &[200]),
    get("get /beta/testers/{id}", "/console/beta/testers/1", Operators, &[404]),
    and_post(
        get(
            "get_post /beta/testers/{id}/ghost-reset",
            "/console/beta/testers/1/ghost-reset",
            Operators,
            &[404],
        ),
        Superadmins,
        &[415],
    ),
    get("get /audit", "/console/audit", Operators, &[200]),
    get("get /api-docs", "/console/api-docs", Operators, &[200]),
    get("get /api-docs/{name}", "/console/api-docs/raptor-api.json", Operators, &[200]),
    get(
        "get /api-docs/assets/{name}",
        "/console/api-docs/assets/swagger-ui.css",
        Operators,
        &[200],
    ),
    get("get /session", "/console/session", Operators, &[200]),
    get("get /sessions", "/console/sessions", Operators, &[200]),
    post("post /sessions/revoke-others", "/console/sessions/revoke-others", Operators, &[200, 415]),
    post("post /sessions/{id}/revoke", "/console/sessions/nothing/revoke", Operators, &[404, 415]),
    get("get /flags", "/console/flags", Operators, &[200]),
    and_post(get("get_post /admins", "/console/admins", Operators, &[200]), Superadmins, &[415]),
    get("get /admins/{id}", "/console/admins/nobody", Operators, &[404]),
    post("post /beta/testers", "/console/beta/testers", Support, &[415]),
    post("post /beta/testers/{id}/invite", "/console/beta/testers/1/invite", Support, &[404, 415]),
    post("post /beta/testers/{id}/link", "/console/beta/testers/1/link", Superadmins, &[404, 415]),
    post("post /flags/{name}", "/console/flags/unknown", Superadmins, &[415]),
    post("post /admins/{id}/role", "/console/admins/nobody/role", Superadmins, &[415]),
    post("post /admins/{id}/revoke", "/console/admins/nobody/revoke", Superadmins, &[404, 415]),
    post("post /admins/{id}/sign-out", "/console/admins/nobody/sign-out", Superadmins, &[404, 415]),
    post(
        "post /admins/{id}/reset-passkeys",
        "/console/admins/nobody/reset-passkeys",
        Superadmins,
        &[404, 415],
    ),
    // No routes: what is not there asks for the same as what is.
    get("", "/unknown", Anybody, &[404]),
    get("", "/api/internal", Raptor, &[404]),
    get("", "/api/internal/", Raptor, &[404]),
    get("", "/console/unknown", Operators, &[404]),
    get("", "/api/internal/unknown", Raptor, &[404]),
    post("post /logout", "/console/logout", Anybody, &[204, 303]),
];

//! Every address of Raptor, and who is let in. A new route needs a row here.

use test_support::walk::{Door, Route};

/// Who may come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    Anybody,
    Customers,
    Console,
}

use Who::{Anybody, Console, Customers};

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

/// Signing out is last: it ends the asker's session.
pub(super) const ROUTES: [Route<Who>; 27] = [
    get("get /healthz", "/healthz", Anybody, &[200]),
    get("get /readyz", "/readyz", Anybody, &[200]),
    get("get /metrics", "/metrics", Anybody, &[200]),
    get("get /", "/", Anybody, &[200]),
    get("get /assets/{name}", "/assets/style.css", Anybody, &[200]),
    Route {
        write: Some(Door { who: Anybody, let_in: &[415] }),
        // A token of bad shape is no invitation that we know.
        ..get("get_post WALKTHROUGH_PAGE_PATH", "/walkthrough?token=nonsense", Anybody, &[404])
    },
    get("get SIGNUP_PAGE_PATH", "/signup?token=nonsense", Anybody, &[400]),
    post("post /begin-with-token", "/api/auth/register/begin-with-token", Anybody, &[415]),
    post("post /verify-with-token", "/api/auth/register/verify-with-token", Anybody, &[415]),
    post("post /report", "/api/auth/register/report", Anybody, &[415]),
    post("post /login/begin", "/api/auth/login/begin", Anybody, &[415]),
    post("post /login/verify", "/api/auth/login/verify", Anybody, &[415]),
    get("get /session", "/api/auth/session", Customers, &[200]),
    get("get /sessions", "/api/auth/sessions", Customers, &[200]),
    post("post /sessions/revoke-others", "/api/auth/sessions/revoke-others", Customers, &[204]),
    post("post /sessions/{id}/revoke", "/api/auth/sessions/nothing/revoke", Customers, &[404]),
    post("post /users/ghost-check", "/api/internal/users/ghost-check", Console, &[415]),
    post("post /users/ghost-check-batch", "/api/internal/users/ghost-check-batch", Console, &[415]),
    post("post /users/ghost-preview", "/api/internal/users/ghost-preview", Console, &[415]),
    post("post /users/ghost-delete", "/api/internal/users/ghost-delete", Console, &[415]),
    post("post /signup-timeline", "/api/internal/signup-timeline", Console, &[415]),
    // No routes: what is not there asks for the same as what is.
    get("", "/unknown", Anybody, &[404]),
    get("", "/api/internal", Console, &[404]),
    get("", "/api/internal/", Console, &[404]),
    get("", "/api/internal/unknown", Console, &[404]),
    get("", "/api/auth/unknown", Anybody, &[404]),
    post("post /logout", "/api/auth/logout", Anybody, &[204]),
];

//! The OpenAPI document of Raptor: `docs/api/raptor-api.json`, which the Console shows to
//! operators. Raptor itself serves no documentation.

use ghost_contracts::ErrorCode;
use ghost_contracts::raptor::{NotGhost, PlanChanged};
use serde_json::{Value, json};
use service_kit::health;
use service_kit::openapi::{Area, Asked, Details, Document};
use utoipa::OpenApi;

use crate::http::auth::{login, logout, register, session, sessions};
use crate::http::internal;

/// What the annotations say.
///
/// The pages (`/`, `/walkthrough`, `/signup`) and their files are left out: they are for people.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "raptor-api",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
        description = "Accounts: signup, sign-in, sessions, and what the Console asks about them.\n\n\
            Errors are JSON: a code (`error`) and a sentence for a person (`message`). An unknown \
            address is 404 `not_found`, another method 405 `method_not_allowed` with `Allow`. HEAD \
            is answered wherever GET is. Every answer has an `X-Request-Id`. Where Raptor is \
            reached by https, a request that came by http is led there with 308.",
    ),
    servers((
        url = "{origin}",
        variables(("origin" = (
            default = "http://localhost:8080",
            description = "`RAPTOR_PUBLIC_URL`.",
        ))),
    )),
    tags(
        (name = "signup", description = "The passkey of a new account, by the signup page."),
        (name = "sign-in", description = "Signing in with a passkey."),
        (name = "sessions", description = "The sessions of whoever is signed in."),
        (name = "accounts", description = "For the Console alone, with a service token."),
        (name = "health", description = "For those who look after the service."),
    ),
    paths(
        register::begin::handle,
        register::verify::handle,
        register::report::handle,
        login::begin::handle,
        login::verify::handle,
        session::handle,
        sessions::list::handle,
        sessions::revoke::handle,
        sessions::revoke_others::handle,
        logout::handle,
        internal::ghost_check::handle,
        internal::ghost_check_batch::handle,
        internal::ghost_preview::handle,
        internal::ghost_delete::handle,
        internal::signup_timeline::handle,
        health::alive,
        health::ready,
        health::metrics,
    )
)]
struct ApiDoc;

/// The document, whole.
///
/// # Errors
/// Where an annotation names what is no error code, or cannot be written as JSON.
pub fn document() -> serde_json::Result<Value> {
    let document = Document {
        api: ApiDoc::openapi(),
        area,
        security: security(),
        details: vec![
            Details::of::<NotGhost>(ErrorCode::NotGhost),
            Details::of::<PlanChanged>(ErrorCode::PlanChanged),
        ],
    };
    document.finish()
}

/// What [`crate::routes`] puts around the handlers.
fn area(asked: Asked<'_>) -> Area {
    use ErrorCode::{
        CrossOrigin, Internal, NotFound, RateLimited, ServiceUnavailable, Unauthorized,
    };
    let fails = [Internal, ServiceUnavailable];
    let Asked { path, method } = asked;
    if path.starts_with("/api/internal/") {
        let errors = [&[Unauthorized][..], &fails].concat();
        return Area { errors, security: Some("service_token") };
    }
    if !path.starts_with("/api/auth/") {
        return Area { errors: Vec::new(), security: security_of_health(path) };
    }
    let mut errors = [&[RateLimited][..], &fails].concat();
    if method == "post" {
        errors.push(CrossOrigin);
    }
    if path.starts_with("/api/auth/register/") {
        // While registration is off.
        errors.push(NotFound);
    }
    let security = path.starts_with("/api/auth/session").then_some("raptor_session");
    Area { errors, security }
}

fn security_of_health(path: &str) -> Option<&'static str> {
    (path == "/metrics").then_some("metrics_token")
}

fn security() -> Value {
    json!({
        "service_token": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "An HS256 JWT with `RAPTOR_INTERNAL_TOKEN` as its key, made for this one \
                request: `iss` `console`, `aud` `raptor-api`, `iat` and `exp` at most 60 s apart, a \
                `jti` that is accepted once, `htm` and `htu` with method and path, `body_sha256` \
                with the SHA-256 of the body. `kid` is the first 8 hex digits of the key's SHA-256.",
        },
        "raptor_session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "raptor_session",
            "description": "The cookie of a sign-in; by https its name begins with `__Host-`.",
        },
        "metrics_token": {
            "type": "http",
            "scheme": "bearer",
            "description": "`METRICS_TOKEN`, where it is set.",
        },
    })
}

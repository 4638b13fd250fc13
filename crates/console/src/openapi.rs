//! The OpenAPI document of the Console: `docs/api/console.json`, which it shows to operators.

use ghost_contracts::ErrorCode;
use ghost_contracts::console::{
    AccountHealthy, NdaVersionOutdated, StillEnrolling, TokenNotUsable,
};
use ghost_contracts::raptor::{NotGhost, PlanChanged};
use serde_json::{Value, json};
use service_kit::health;
use service_kit::openapi::{Area, Asked, Details, Document};
use utoipa::OpenApi;

use crate::http::{
    admins, api_docs, audit, beta, enroll, flags, internal, login, logout, overview, session,
    sessions, webhooks,
};

/// What the annotations say.
///
/// `/` and the files that pages load are left out: they are for people.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "console",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
        description = "Operators: testers, ghost resets, flags, audit; and what Raptor and \
            Postmark ask.\n\n\
            Every address under `/console` is described as a program meets it, with `Accept: \
            application/json`. A browser gets pages from the same addresses: a page where there is \
            JSON here, 303 with a message where something was done or refused, 303 to the sign-in \
            page where nobody is signed in. A POST takes a form as well where that is said.\n\n\
            Errors are a code (`error`) and a sentence for a person (`message`). An unknown \
            address is 404 `not_found`, another method 405 `method_not_allowed` with `Allow`. HEAD \
            is answered wherever GET is. Every answer has an `X-Request-Id`. Where the Console is \
            reached by https, a request that came by http is led there with 308.",
    ),
    servers((
        url = "{origin}",
        variables(("origin" = (
            default = "http://localhost:8081",
            description = "`CONSOLE_PUBLIC_URL`.",
        ))),
    )),
    tags(
        (name = "testers", description = "Testers and their invitations."),
        (name = "ghost reset", description = "Bringing a ghost safely back in."),
        (name = "audit log", description = "Who did what to whom."),
        (name = "flags", description = "What is switched on."),
        (name = "operators", description = "Those who may sign in."),
        (name = "sessions", description = "The sessions of whoever is signed in."),
        (name = "enrolment", description = "The first passkey of an invited operator."),
        (name = "sign-in", description = "Signing in with a passkey."),
        (name = "invitations", description = "For Raptor alone, with a service token."),
        (name = "mail", description = "For Postmark alone, with a password."),
        (name = "documentation", description = "These documents."),
        (name = "health", description = "For those who look after the service."),
    ),
    paths(
        overview::overview,
        beta::list::list,
        beta::invite::invite,
        beta::detail::detail,
        beta::resend::resend,
        beta::link::reveal,
        beta::ghost_reset_preview::preview,
        beta::ghost_reset::ghost_reset,
        audit::list::list,
        flags::list::list,
        flags::set::set,
        admins::list::list,
        admins::invite::invite,
        admins::detail::detail,
        admins::role::role,
        admins::revoke::revoke,
        admins::sign_out::sign_out,
        admins::reset_passkeys::reset_passkeys,
        session::session,
        sessions::list::list,
        sessions::revoke::revoke,
        sessions::revoke_others::revoke_others,
        enroll::page::page,
        enroll::begin::begin,
        enroll::finish::finish,
        login::page::page,
        login::begin::begin,
        login::finish::finish,
        logout::logout,
        internal::walkthrough_verify::verify,
        internal::walkthrough_consume::consume,
        webhooks::postmark::receive,
        api_docs::page::page,
        api_docs::document::document,
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
            Details::of::<AccountHealthy>(ErrorCode::AccountHealthy),
            Details::of::<StillEnrolling>(ErrorCode::MidEnrollment),
            Details::of::<TokenNotUsable>(ErrorCode::TokenNotUsable),
            Details::of::<NdaVersionOutdated>(ErrorCode::NdaVersionOutdated),
        ],
    };
    document.finish()
}

/// What [`crate::routes`] puts around the handlers.
fn area(asked: Asked<'_>) -> Area {
    use ErrorCode::{
        CrossOrigin, Internal, RateLimited, ServiceUnavailable, Unauthenticated, Unauthorized,
    };
    let Asked { path, method } = asked;
    let mut errors = vec![Internal, ServiceUnavailable];
    if path.starts_with("/api/internal/") {
        errors.push(Unauthorized);
        return Area { errors, security: Some("service_token") };
    }
    if path.starts_with("/api/webhooks/") {
        return Area { errors, security: Some("postmark") };
    }
    if !path.starts_with("/console") {
        let security = (path == "/metrics").then_some("metrics_token");
        return Area { errors: Vec::new(), security };
    }
    if method == "post" {
        errors.push(CrossOrigin);
    }
    let is_counted = path.starts_with("/console/login/") || path.starts_with("/console/enroll");
    if is_counted {
        errors.push(RateLimited);
    }
    if is_counted || ["/console/login", "/console/logout"].contains(&path) {
        return Area { errors, security: None };
    }
    errors.push(Unauthenticated);
    Area { errors, security: Some("console_session") }
}

fn security() -> Value {
    json!({
        "console_session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "console_session",
            "description": "The cookie of a sign-in; by https its name begins with `__Host-`. What \
                its operator may do is looked up at every request.",
        },
        "service_token": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "An HS256 JWT with `RAPTOR_INTERNAL_TOKEN` as its key, made for this one \
                request: `iss` `raptor-api`, `aud` `console`, `iat` and `exp` at most 60 s apart, a \
                `jti` that is accepted once, `htm` and `htu` with method and path, `body_sha256` \
                with the SHA-256 of the body. `kid` is the first 8 hex digits of the key's SHA-256.",
        },
        "postmark": {
            "type": "http",
            "scheme": "basic",
            "description": "Any user name, and `POSTMARK_WEBHOOK_SECRET` as the password.",
        },
        "metrics_token": {
            "type": "http",
            "scheme": "bearer",
            "description": "`METRICS_TOKEN`, where it is set.",
        },
    })
}

//! Every address of the Console, by who may call. Who may is said again where it is enforced: in
//! the first parameter of each handler, a type of [`http::access`].

use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use service_kit::health;
use service_kit::http::body::{BodyLimit, INTERNAL_LIMIT};
use service_kit::http::resource::{get, get_post, not_found, post};
use service_kit::service_token;

use crate::http;

/// The table.
pub fn routes(config: &mut ServiceConfig) {
    config
        .configure(health::routes)
        .service(get("/", http::home::home))
        .service(get("/console/assets/{name}", http::assets::asset))
        .configure(for_postmark)
        .service(
            web::scope("/api/internal")
                .wrap(from_fn(service_token::guard))
                .app_data(BodyLimit(INTERNAL_LIMIT))
                .configure(for_raptor)
                .default_service(web::to(not_found)),
        )
        .service(
            web::scope("/console")
                .wrap(from_fn(http::gate::gate))
                .configure(for_anybody)
                .configure(for_operators)
                .configure(for_support)
                .configure(for_superadmins)
                .default_service(web::to(not_found)),
        );
}

/// Postmark, with the password of `POSTMARK_WEBHOOK_SECRET`.
fn for_postmark(config: &mut ServiceConfig) {
    use http::webhooks::postmark;
    config.service(
        post("/api/webhooks/postmark", postmark::receive)
            .default_service(web::to(postmark::refuse))
            .wrap(from_fn(http::rate_limit::webhook)),
    );
}

/// Raptor, with a service token (section 6 of the contracts). Paths under `/api/internal`.
fn for_raptor(config: &mut ServiceConfig) {
    use http::internal::{walkthrough_consume, walkthrough_verify};
    config
        .service(post("/beta/walkthrough-tokens/verify", walkthrough_verify::verify))
        .service(post("/beta/walkthrough-tokens/consume", walkthrough_consume::consume));
}

/// Whoever is not signed in yet. Paths under `/console`.
fn for_anybody(config: &mut ServiceConfig) {
    use http::rate_limit::{enrolment_page, entrance};
    use http::{enroll, login};
    config
        .service(get("/enroll", enroll::page::page).wrap(from_fn(enrolment_page)))
        .service(post("/enroll/begin", enroll::begin::begin).wrap(from_fn(entrance)))
        .service(post("/enroll/finish", enroll::finish::finish).wrap(from_fn(entrance)))
        .service(get("/login", login::page::page))
        .service(post("/login/begin", login::begin::begin).wrap(from_fn(entrance)))
        .service(post("/login/finish", login::finish::finish).wrap(from_fn(entrance)))
        .service(post("/logout", http::logout::logout));
}

/// Everybody who is signed in.
///
/// A path that is both read and posted to stands here; who may post is said by its handler.
fn for_operators(config: &mut ServiceConfig) {
    use http::{admins, api_docs, audit, beta, flags, sessions};
    config
        .service(get("", http::overview::overview))
        .service(get("/beta", beta::list::list))
        .service(get("/beta/testers/{id}", beta::detail::detail))
        // POST: superadmins. Both are here while their flag is on.
        .service(get_post(
            "/beta/testers/{id}/ghost-reset",
            beta::ghost_reset_preview::preview,
            beta::ghost_reset::ghost_reset,
        ))
        .service(get("/audit", audit::list::list))
        .service(get("/api-docs", api_docs::page::page))
        .service(get("/api-docs/{name}", api_docs::document::document))
        .service(get("/api-docs/assets/{name}", api_docs::asset::asset))
        .service(get("/session", http::session::session))
        .service(get("/sessions", sessions::list::list))
        .service(post("/sessions/revoke-others", sessions::revoke_others::revoke_others))
        .service(post("/sessions/{id}/revoke", sessions::revoke::revoke))
        .service(get("/flags", flags::list::list))
        // POST: superadmins.
        .service(get_post("/admins", admins::list::list, admins::invite::invite))
        .service(get("/admins/{id}", admins::detail::detail));
}

/// Support and superadmins.
fn for_support(config: &mut ServiceConfig) {
    use http::beta;
    config
        .service(post("/beta/testers", beta::invite::invite))
        .service(post("/beta/testers/{id}/invite", beta::resend::resend));
}

/// Superadmins.
fn for_superadmins(config: &mut ServiceConfig) {
    use http::{admins, beta, flags};
    config
        .service(post("/beta/testers/{id}/link", beta::link::reveal))
        .service(post("/flags/{name}", flags::set::set))
        .service(post("/admins/{id}/role", admins::role::role))
        .service(post("/admins/{id}/revoke", admins::revoke::revoke))
        .service(post("/admins/{id}/sign-out", admins::sign_out::sign_out))
        .service(post("/admins/{id}/reset-passkeys", admins::reset_passkeys::reset_passkeys));
}

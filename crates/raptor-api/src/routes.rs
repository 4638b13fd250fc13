//! The table of all addresses, grouped by who may call.

use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use ghost_contracts::signup::{SIGNUP_PAGE_PATH, WALKTHROUGH_PAGE_PATH};
use service_kit::health;
use service_kit::http::body::{BodyLimit, INTERNAL_LIMIT};
use service_kit::http::rate_limit::limit;
use service_kit::http::resource::{get, get_post, not_found, post};
use service_kit::service_token::guard;

use crate::http::auth::{login, logout, register, session, sessions};
use crate::http::flag::registration_is_on;
use crate::http::own_cookie::from_our_pages;
use crate::http::{assets, front, internal, signup, walkthrough};

/// Adds every route. A `wrap` further down is further out: it is asked first.
pub fn configure(config: &mut ServiceConfig) {
    // The Console alone, by its service token.
    config.service(
        web::scope("/api/internal")
            .service(post("/users/ghost-check", internal::ghost_check::handle))
            .service(post("/users/ghost-check-batch", internal::ghost_check_batch::handle))
            .service(post("/users/ghost-preview", internal::ghost_preview::handle))
            .service(post("/users/ghost-delete", internal::ghost_delete::handle))
            .service(post("/signup-timeline", internal::signup_timeline::handle))
            .default_service(web::to(not_found))
            .app_data(BodyLimit(INTERNAL_LIMIT))
            .wrap(from_fn(guard)),
    );
    // Anybody, counted by the rate limit. The register calls are not there while registration
    // is off, and nobody is counted for asking.
    config.service(
        web::scope("/api/auth/register")
            .service(post("/begin-with-token", register::begin::handle))
            .service(post("/verify-with-token", register::verify::handle))
            .service(post("/report", register::report::handle))
            .default_service(web::to(not_found))
            .wrap(from_fn(from_our_pages))
            .wrap(from_fn(limit))
            .wrap(from_fn(registration_is_on)),
    );
    config.service(
        web::scope("/api/auth")
            .service(post("/login/begin", login::begin::handle))
            .service(post("/login/verify", login::verify::handle))
            .service(get("/session", session::handle))
            .service(get("/sessions", sessions::list::handle))
            .service(post("/sessions/revoke-others", sessions::revoke_others::handle))
            .service(post("/sessions/{id}/revoke", sessions::revoke::handle))
            .service(post("/logout", logout::handle))
            .default_service(web::to(not_found))
            .wrap(from_fn(from_our_pages))
            .wrap(from_fn(limit)),
    );
    config.service(
        get_post(WALKTHROUGH_PAGE_PATH, walkthrough::show::handle, walkthrough::accept::handle)
            .wrap(from_fn(from_our_pages))
            .wrap(from_fn(limit)),
    );
    config.service(get(SIGNUP_PAGE_PATH, signup::handle).wrap(from_fn(limit)));
    // Anybody.
    config.service(get("/", front::handle));
    config.service(get("/assets/{name}", assets::handle));
    config.configure(health::routes);
}

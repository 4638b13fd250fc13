//! Every address of the Console, by who may call. Who may is said again where it is enforced: in
//! the first parameter of each handler, a type of [`http::access`].

use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use service_kit::health;
use service_kit::http::body::{BodyLimit, INTERNAL_LIMIT};
use service_kit::http::resource::{get, not_found};
use service_kit::service_token;

use crate::http;

/// The table.
pub fn routes(config: &mut ServiceConfig) {
    config
        .configure(health::routes)
        .service(get("/", http::home::home))
        .service(get("/console/assets/{name}", http::assets::asset))
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

/// Raptor, with a service token (section 6 of the contracts). Paths under `/api/internal`.
fn for_raptor(_config: &mut ServiceConfig) {}

/// Whoever is not signed in yet. Paths under `/console`.
fn for_anybody(config: &mut ServiceConfig) {
    config.service(get("", http::home::home));
}

/// Everybody who is signed in.
fn for_operators(_config: &mut ServiceConfig) {}

/// Support and superadmins.
fn for_support(_config: &mut ServiceConfig) {}

/// Superadmins. The ghost reset is here while its flag is on.
fn for_superadmins(_config: &mut ServiceConfig) {}

//! `GET /healthz`, `GET /readyz`, `GET /metrics` (section 9 of the contracts).

mod gauges;
mod probe;
mod readiness;

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use ghost_contracts::error::ErrorCode;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::json;
use subtle::ConstantTimeEq;
use utoipa::ToSchema;

use crate::db::Pool;
use crate::error::ApiError;
use crate::http::client_address::TrustedProxyHops;
use crate::http::resource;
use crate::metrics::Metrics;
use crate::migrate;
use crate::redis::Redis;
pub use gauges::Gauges;
pub use probe::{NotAlive, probe};
use readiness::Answer;
pub use readiness::Readiness;

/// How long whoever reads the metrics waits to hear whether the service is ready, before it counts
/// as not. Prometheus gives up after 10 s.
const READY_WITHIN: Duration = Duration::from_secs(2);

/// What a service needs to be ready.
#[derive(Clone)]
pub struct Health {
    /// Its database.
    pub pool: Pool,
    /// The migrations that its binary was built with.
    pub migrations: Vec<String>,
    /// Its Redis, where it uses one.
    pub redis: Option<Redis>,
    /// `METRICS_TOKEN`.
    pub metrics_token: Option<SecretString>,
    /// `METRICS_TOKEN_PREVIOUS`: accepted as well, where there is a `METRICS_TOKEN`.
    pub metrics_token_previous: Option<SecretString>,
    /// Measured before each reading of the metrics.
    pub gauges: Gauges,
    /// What was found when somebody last looked whether it is ready.
    pub readiness: Readiness,
}

/// The three routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(resource::get("/healthz", alive))
        .service(resource::get("/readyz", ready))
        .service(resource::get("/metrics", metrics));
}

/// That the process answers.
#[derive(Serialize, ToSchema)]
pub struct Alive {
    /// Always `alive`.
    status: &'static str,
}

/// Whether the service can do its work.
#[derive(Serialize, ToSchema)]
pub struct Ready {
    /// `ready`, or `unavailable`.
    status: &'static str,
    /// What was looked at.
    checks: Checks,
}

/// What a service needs.
#[derive(Serialize, ToSchema)]
pub struct Checks {
    /// `ok`, or `unavailable`.
    database: &'static str,
    /// `ok`, `pending`, or `unknown` without a database.
    migrations: &'static str,
    /// As `database`; there where the service uses Redis.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    redis: Option<&'static str>,
}

/// Says that the process lives. Asks nothing of the database.
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "alive",
    tag = "health",
    responses((status = 200, description = "It lives.", body = Alive)),
)]
pub async fn alive() -> HttpResponse {
    HttpResponse::Ok().json(Alive { status: "alive" })
}

/// Says whether the service can do its work: database, schema, Redis where it is used.
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "ready",
    tag = "health",
    responses(
        (status = 200, description = "It can.", body = Ready),
        (
            status = 503,
            description = "Something is missing; it is 200 again by itself.",
            body = Ready,
            headers(("Retry-After" = u32, description = "After how many seconds to try again.")),
        ),
    ),
)]
pub async fn ready(health: Data<Health>) -> HttpResponse {
    let found = health.readiness.find(async || look(&health).await).await;
    let mut answer = HttpResponse::build(found.status);
    if found.status != StatusCode::OK {
        answer.insert_header((header::RETRY_AFTER, "5"));
    }
    answer.insert_header((header::CACHE_CONTROL, "no-store")).json(found.body)
}

/// Asks everything that the service needs.
async fn look(health: &Health) -> Answer {
    let word = |ok: bool| if ok { "ok" } else { "unavailable" };
    let (database, migrations) = match migrate::is_current(&health.pool, &health.migrations).await {
        Ok(current) => (true, if current { "ok" } else { "pending" }),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (false, "unknown")
        }
    };
    let mut checks = Checks { database: word(database), migrations, redis: None };
    let mut ready = database && migrations == "ok";
    if let Some(redis) = &health.redis {
        let there = redis.check().await.is_ok();
        ready &= there;
        checks.redis = Some(word(there));
    }
    let (status, text) = match ready {
        true => (StatusCode::OK, "ready"),
        false => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
    };
    Answer { status, body: json!(Ready { status: text, checks }) }
}

/// The metrics in Prometheus's text form.
///
/// With `METRICS_TOKEN` whoever bears it may read them; without it the machine itself alone, and
/// everybody else is told that there is nothing.
///
/// # Errors
/// 401 `unauthorized`, 404 `not_found`.
#[utoipa::path(
    get,
    path = "/metrics",
    operation_id = "metrics",
    tag = "health",
    responses(
        (
            status = 200,
            description = "All metrics.",
            body = String,
            content_type = "text/plain; version=0.0.4",
        ),
        (status = 401, description = "`unauthorized`: The bearer is not `METRICS_TOKEN`."),
        (status = 404, description = "`not_found`: There is no `METRICS_TOKEN`, and this is another machine."),
    ),
    extensions(("x-errors" = json!([
        ErrorCode::Unauthorized,
        ErrorCode::NotFound,
        ErrorCode::Internal,
    ]))),
)]
pub async fn metrics(
    request: HttpRequest,
    health: Data<Health>,
    metrics: Data<Metrics>,
    hops: Data<TrustedProxyHops>,
) -> Result<HttpResponse, ApiError> {
    allowed(&request, &health, **hops)?;
    let found = health.readiness.find(async || look(&health).await);
    let found = tokio::time::timeout(READY_WITHIN, found).await;
    health.gauges.set(found.is_ok_and(|found| found.status == StatusCode::OK), &health.pool);
    let text = metrics.render().map_err(ApiError::internal)?;
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(text))
}

/// With `METRICS_TOKEN` whoever bears it; without it loopback alone, 404 for all others.
fn allowed(request: &HttpRequest, health: &Health, hops: TrustedProxyHops) -> Result<(), ApiError> {
    let Some(token) = &health.metrics_token else {
        let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
        let client = hops.client(peer, request.headers());
        return if client.is_loopback() { Ok(()) } else { Err(ApiError::not_found()) };
    };
    let given = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = given.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    let mut tokens = [Some(token), health.metrics_token_previous.as_ref()].into_iter().flatten();
    if tokens.any(|token| given.as_bytes().ct_eq(token.expose_secret().as_bytes()).into()) {
        return Ok(());
    }
    let message = "Metrics are read with the bearer token of METRICS_TOKEN.";
    Err(ApiError::new(ErrorCode::Unauthorized, message)
        .with_header(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Bearer")))
}

/// Adds what the routes need to an app.
pub fn data(config: &mut ServiceConfig, health: Health, metrics: Metrics) {
    config.app_data(web::Data::new(health)).app_data(web::Data::new(metrics));
}

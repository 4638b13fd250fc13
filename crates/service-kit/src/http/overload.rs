//! Too many at once: whoever comes when enough wait for the database is turned away at the door,
//! at little cost, so that those inside are served. What has begun is never turned away, and
//! neither is what asks the database nothing, or the other service.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};

use crate::db::Pool;
use crate::error::ApiError;
use crate::http::label::PROBES;
use crate::metrics::Metrics;

/// The page in front, which needs no database. Whoever watches over a service is not turned away
/// either: they must hear from it most of all when it is busy.
const FRONT: &str = "/";

/// The other service's requests, of which there are few and which prove themselves before they
/// reach the database (a reset that is half done must not break off at a door), and static files.
const OPEN_BELOW: [&str; 3] = ["/api/internal/", "/assets/", "/console/assets/"];

/// Where unknown addresses, too, are counted by a limit or ask for a session.
const ASKING_BELOW: [&str; 2] = ["/api/", "/console/"];

/// Stands in the extensions of a request that was turned away here.
pub(crate) struct Shed;

/// Middleware, directly inside the one that gives errors their form.
///
/// # Errors
/// None of its own: 503 `service_unavailable` is an answer.
pub async fn shed<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let pool = request.app_data::<web::Data<Pool>>();
    if pool.is_some_and(|pool| pool.is_crowded()) && !is_open(&request) {
        if let Some(metrics) = request.app_data::<web::Data<Metrics>>() {
            metrics.shed();
        }
        request.extensions_mut().insert(Shed);
        return Ok(request.error_response(ApiError::crowded()));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// No path has escapes: the router would know another one ([`super::head`]).
fn is_open(request: &ServiceRequest) -> bool {
    let path = request.path();
    let below = |starts: &[&str]| starts.iter().any(|start| path.starts_with(start));
    let is_unknown = || !below(&ASKING_BELOW) && !request.resource_map().has_resource(path);
    path == FRONT || PROBES.contains(&path) || below(&OPEN_BELOW) || is_unknown()
}

//! Which browser asks.

use actix_web::HttpRequest;
use actix_web::http::header;

use crate::user_agent::UserAgent;

/// What the header says; a request without one comes from no browser that we know.
#[must_use]
pub fn of(request: &HttpRequest) -> UserAgent {
    let agent = request.headers().get(header::USER_AGENT);
    UserAgent::read(agent.map_or(b"", |agent| agent.as_bytes()))
}

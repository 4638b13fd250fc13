//! What is said of a request in logs, metrics and traces: words of ours alone, none that a client
//! could make up.

use actix_web::dev::ServiceResponse;

/// What whoever watches over a service asks.
pub(crate) const PROBES: [&str; 3] = ["/healthz", "/readyz", "/metrics"];
/// The route of an address that there is not.
pub(crate) const UNMATCHED: &str = "unmatched";

/// A method; `other` for all that nobody here knows.
pub(crate) fn method(method: &str) -> &'static str {
    match method {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "DELETE" => "DELETE",
        "PATCH" => "PATCH",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

/// The route that an answer came from, with names where an address has values.
pub(crate) fn route<B>(response: &ServiceResponse<B>) -> String {
    response.request().match_pattern().unwrap_or_else(|| UNMATCHED.to_owned())
}

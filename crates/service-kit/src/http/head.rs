//! The head of a request: what is judged of it before anything else.
//!
//! Below this stands the HTTP library, which takes a head of at most 128 KiB and 96 headers and
//! waits 10 s for it. What fails there (400, 408, 431) has an empty body and none of our headers,
//! because it never was a request.

use actix_web::dev::ServiceRequest;
use actix_web::http::StatusCode;
use ghost_contracts::error::ErrorCode;

use crate::error::ApiError;

/// The longest path and query together, in bytes. Our longest, with a token, have some hundreds.
pub const ADDRESS_LIMIT: usize = 8 * 1024;
/// The most that names and values of all headers may hold together, in bytes.
pub const HEADERS_LIMIT: usize = 32 * 1024;

/// Refuses a head that no page and no program of ours would send.
///
/// # Errors
/// 414 and 431 with `invalid_request` for what is too long; 404 for a path with escapes.
pub(super) fn check(request: &ServiceRequest) -> Result<(), ApiError> {
    let address = request.uri().path_and_query().map_or(0, |address| address.as_str().len());
    if address > ADDRESS_LIMIT {
        return Err(too_long("address", ADDRESS_LIMIT, StatusCode::URI_TOO_LONG));
    }
    let headers = request.headers().iter();
    let headers: usize = headers.map(|(name, value)| name.as_str().len() + value.len()).sum();
    if headers > HEADERS_LIMIT {
        let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
        return Err(too_long("headers", HEADERS_LIMIT, status));
    }
    // No path of ours needs an escape, and one that is written with them would be matched by the
    // router and missed by whatever looks at the path.
    if request.uri().path().contains('%') {
        return Err(ApiError::not_found());
    }
    Ok(())
}

fn too_long(what: &str, limit: usize, status: StatusCode) -> ApiError {
    let message = format!("The request's {what} may hold {} KiB at most.", limit / 1024);
    ApiError::new(ErrorCode::InvalidRequest, message).with_status(status)
}

//! Whether an unsafe request comes from one of our own pages (section 7 of the contracts).

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap};
use ghost_contracts::error::ErrorCode;

use crate::error::ApiError;
use crate::settings::PublicUrl;

/// Refuses an unsafe request from another origin. `Sec-Fetch-Site` decides where the browser
/// sends it, whatever `Origin` says: a page with `no-referrer` sends `Origin: null`. A request
/// with neither comes from no browser and passes.
///
/// # Errors
/// 403 `cross_origin`.
pub fn check(method: &Method, headers: &HeaderMap, public: &PublicUrl) -> Result<(), ApiError> {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(());
    }
    let same = match (headers.get("sec-fetch-site"), headers.get(header::ORIGIN)) {
        (Some(site), _) => site == "same-origin" || site == "none",
        (None, Some(origin)) => origin.as_bytes() == public.origin().as_bytes(),
        (None, None) => true,
    };
    if same {
        return Ok(());
    }
    let message = "This request came from another site and was not carried out. Open the page \
                   here and try again.";
    Err(ApiError::new(ErrorCode::CrossOrigin, message))
}

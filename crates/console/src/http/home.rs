//! `/` and `/console`: the way to the testers.

use actix_web::HttpResponse;
use service_kit::error::ApiError;

use super::respond::see_other;

/// 303 to the testers.
///
/// # Errors
/// None.
pub async fn home() -> Result<HttpResponse, ApiError> {
    see_other("/console/beta")
}

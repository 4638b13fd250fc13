//! `/`: the way to the Overview.

use actix_web::HttpResponse;
use service_kit::error::ApiError;

use super::respond::see_other;
use crate::views::paths;

/// 303 to the Overview.
///
/// # Errors
/// None.
pub async fn home() -> Result<HttpResponse, ApiError> {
    see_other(paths::OVERVIEW)
}

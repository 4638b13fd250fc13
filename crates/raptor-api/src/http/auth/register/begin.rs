//! `POST /api/auth/register/begin-with-token`.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;
use ghost_contracts::signup::{BeginAnswer, BeginRequest};
use service_kit::error::ApiError;
use service_kit::http::body::JsonBody;

use crate::domain::registration;
use crate::state::State;

/// Begins the registration of a passkey.
///
/// # Errors
///
/// Those of section 2's table.
pub async fn handle(
    state: Data<State>,
    JsonBody(request): JsonBody<BeginRequest>,
) -> Result<HttpResponse, ApiError> {
    let options = registration::begin(&state, &request.token).await?;
    let mut answer = HttpResponse::Ok();
    Ok(answer.insert_header((header::CACHE_CONTROL, "no-store")).json(BeginAnswer { options }))
}

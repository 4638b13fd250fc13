//! `POST /api/auth/login/begin`.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;
use ghost_contracts::signup::{LOGIN_BEGIN_PATH, LoginBeginAnswer, LoginBeginRequest};
use service_kit::error::ApiError;
use service_kit::http::body::JsonBody;

use crate::domain::login;
use crate::state::State;

/// Begins a sign-in. Nobody is asked for an e-mail address: the passkey knows whose it is.
///
/// # Errors
///
/// Those of section 2's table.
#[utoipa::path(
    post,
    path = LOGIN_BEGIN_PATH,
    operation_id = "begin_sign_in",
    tag = "sign-in",
    request_body = LoginBeginRequest,
    responses((status = 200, description = "The ceremony and the options for the browser.", body = LoginBeginAnswer)),
)]
pub async fn handle(
    state: Data<State>,
    JsonBody(LoginBeginRequest {}): JsonBody<LoginBeginRequest>,
) -> Result<HttpResponse, ApiError> {
    let (ceremony_id, options) = login::begin(&state).await?;
    let answer = LoginBeginAnswer { ceremony_id, options };
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(answer))
}

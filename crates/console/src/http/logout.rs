//! `POST /console/logout`.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;
use ghost_contracts::ErrorCode;
use serde_json::json;
use service_kit::db::Pool;
use service_kit::error::ApiError;
use service_kit::session::expired_cookie;
use service_kit::settings::PublicUrl;

use super::access::LOGIN_PATH;
use super::gate::COOKIE;
use super::respond::{Reply, see_other};
use crate::db;
use crate::domain::audit::{action, target};
use crate::domain::operator::Operator;

/// Ends the session, if there is one: 204, or 303 to the sign-in page. The browser forgets the
/// cookie either way.
///
/// # Errors
/// 500 `audit_write_failed`, 503 where the database is away: then the session still lives.
#[utoipa::path(
    post,
    path = "/console/logout",
    operation_id = "sign_out",
    tag = "sessions",
    summary = "Ends the session, if there is one.",
    responses(
        (
            status = 204,
            description = "Nobody is signed in any more. A page is answered with 303 to the sign-in page.",
            headers(("Set-Cookie" = String, description = "The cookie, to be forgotten.")),
        ),
    ),
    extensions(("x-errors" = json!([ErrorCode::AuditWriteFailed]))),
)]
pub async fn logout(
    reply: Reply,
    pool: Data<Pool>,
    public: Data<PublicUrl>,
) -> Result<HttpResponse, ApiError> {
    if let (Some(sha256), Some(operator)) = (&reply.gate().cookie_sha256, &reply.gate().operator) {
        sign_out(&pool, operator, sha256).await?;
    }
    let mut answer = match reply.wants_json() {
        true => {
            HttpResponse::NoContent().insert_header((header::CACHE_CONTROL, "no-store")).finish()
        }
        false => see_other(LOGIN_PATH)?,
    };
    let forget = expired_cookie(COOKIE, public.is_https());
    answer.add_cookie(&forget).map_err(ApiError::internal)?;
    Ok(answer)
}

async fn sign_out(pool: &Pool, operator: &Operator, sha256: &[u8]) -> Result<(), ApiError> {
    db::transaction(pool, async |connection| {
        if db::session::end(connection, sha256).await? {
            let (actor, target) = (operator.actor(), operator.id.to_string());
            let payload = json!({"email": operator.email});
            let action = action::ADMIN_SIGNED_OUT;
            db::audit::insert(connection, &actor, action, target::ADMIN, &target, payload).await?;
        }
        Ok(())
    })
    .await
}

//! `POST /console/admins/{id}/revoke`.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use ghost_contracts::ErrorCode;
use service_kit::db::Pool;
use service_kit::error::ApiError;
use service_kit::http::body::OptionalBody;

use super::{AdminBody, Nothing, id, page_of};
use crate::domain::admin::{self, Admin, AdminError};
use crate::domain::operator::Operator;
use crate::http::access::Superadmin;
use crate::http::respond::Reply;
use crate::views::paths;

/// Shuts the operator out and answers with them as they were in the list.
///
/// # Errors
/// 404 `not_found`; 409 `last_superadmin`.
#[utoipa::path(
    post,
    path = "/console/admins/{id}/revoke",
    operation_id = "revoke_operator",
    tag = "operators",
    description = "For superadmins alone.",
    summary = "Shuts an operator out.",
    params(("id" = Uuid, Path, description = "The `admin_id` of the list.")),
    request_body(content(
        (Option<Nothing> = "application/json"),
        (Option<Nothing> = "application/x-www-form-urlencoded"),
    )),
    responses(
        (status = 200, description = "The operator as in the list.", body = AdminBody<'_>),
        (status = 404, description = "`not_found`: There is no such operator."),
    ),
    extensions(("x-errors" = json!([ErrorCode::Forbidden, ErrorCode::NotFound, ErrorCode::LastSuperadmin, ErrorCode::AuditWriteFailed]))),
)]
pub async fn revoke(
    operator: Superadmin,
    reply: Reply,
    path: Path<String>,
    _: OptionalBody<Nothing>,
    pool: Data<Pool>,
) -> Result<HttpResponse, ApiError> {
    match shut_out(&pool, &operator.0, &path).await {
        Ok(admin) => {
            let message = format!(
                "{} is revoked: their sessions have ended and their passkeys no longer sign in.",
                admin.email
            );
            reply.done(StatusCode::OK, &AdminBody::from(&admin), message, paths::ADMINS).await
        }
        Err(error) => {
            let page = page_of(&path, &error);
            reply.refused(error.into(), &page).await
        }
    }
}

async fn shut_out(pool: &Pool, operator: &Operator, path: &str) -> Result<Admin, AdminError> {
    admin::revoke(pool, &operator.actor(), id(path)?).await
}

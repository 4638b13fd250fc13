//! `POST /console/admins/{id}/sign-out`.

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

/// Ends every session of the operator, who can sign in again, and answers with them as in the
/// list.
///
/// # Errors
/// 404 `not_found`.
#[utoipa::path(
    post,
    path = "/console/admins/{id}/sign-out",
    operation_id = "sign_operator_out",
    tag = "operators",
    description = "For superadmins alone.",
    summary = "Ends every session of an operator, who can sign in again.",
    params(("id" = Uuid, Path, description = "The `admin_id` of the list.")),
    request_body(content(
        (Option<Nothing> = "application/json"),
        (Option<Nothing> = "application/x-www-form-urlencoded"),
    )),
    responses(
        (status = 200, description = "The operator as in the list.", body = AdminBody<'_>),
        (status = 404, description = "`not_found`: There is no such operator."),
    ),
    extensions(("x-errors" = json!([ErrorCode::Forbidden, ErrorCode::NotFound, ErrorCode::AuditWriteFailed]))),
)]
pub async fn sign_out(
    operator: Superadmin,
    reply: Reply,
    path: Path<String>,
    _: OptionalBody<Nothing>,
    pool: Data<Pool>,
) -> Result<HttpResponse, ApiError> {
    match everywhere(&pool, &operator.0, &path).await {
        Ok(admin) => {
            let message = format!("{} is signed out everywhere.", admin.email);
            let page = paths::admin(admin.id);
            reply.done(StatusCode::OK, &AdminBody::from(&admin), message, &page).await
        }
        Err(error) => {
            let page = page_of(&path, &error);
            reply.refused(error.into(), &page).await
        }
    }
}

async fn everywhere(pool: &Pool, operator: &Operator, path: &str) -> Result<Admin, AdminError> {
    admin::sign_out(pool, &operator.actor(), id(path)?).await
}

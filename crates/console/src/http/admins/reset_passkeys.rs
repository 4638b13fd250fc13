//! `POST /console/admins/{id}/reset-passkeys`.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use ghost_contracts::ErrorCode;
use service_kit::db::Pool;
use service_kit::error::ApiError;
use service_kit::http::body::OptionalBody;
use service_kit::settings::PublicUrl;

use super::{AdminBody, Nothing, enroll_url, id, page_of, show_link};
use crate::domain::admin::{self, AdminError, Invited};
use crate::domain::operator::Operator;
use crate::http::access::Superadmin;
use crate::http::respond::Reply;

/// Removes the operator's passkeys and answers with them as in the list, and the new link beside;
/// as a page, the link, once.
///
/// # Errors
/// 404 `not_found`; 409 `last_superadmin`.
#[utoipa::path(
    post,
    path = "/console/admins/{id}/reset-passkeys",
    operation_id = "reset_passkeys",
    tag = "operators",
    description = "For superadmins alone.",
    summary = "Removes an operator's passkeys and makes a new enrolment link.",
    params(("id" = Uuid, Path, description = "The `admin_id` of the list.")),
    request_body(content(
        (Option<Nothing> = "application/json"),
        (Option<Nothing> = "application/x-www-form-urlencoded"),
    )),
    responses(
        (status = 200, description = "The operator as in the list, with the new link.", body = AdminBody<'_>),
        (status = 404, description = "`not_found`: There is no such operator."),
    ),
    extensions(("x-errors" = json!([ErrorCode::Forbidden, ErrorCode::NotFound, ErrorCode::LastSuperadmin, ErrorCode::AuditWriteFailed]))),
)]
pub async fn reset_passkeys(
    operator: Superadmin,
    reply: Reply,
    path: Path<String>,
    _: OptionalBody<Nothing>,
    pool: Data<Pool>,
    public: Data<PublicUrl>,
) -> Result<HttpResponse, ApiError> {
    let invited = match reset(&pool, &operator.0, &path).await {
        Ok(invited) => invited,
        Err(error) => {
            let page = page_of(&path, &error);
            return reply.refused(error.into(), &page).await;
        }
    };
    let url = enroll_url(&public, &invited.token);
    if reply.wants_json() {
        let body = AdminBody { enroll_url: Some(&url), ..AdminBody::from(&invited.admin) };
        return Ok(reply.json(StatusCode::OK, &body));
    }
    show_link(&reply, StatusCode::OK, &invited, &url).await
}

async fn reset(pool: &Pool, operator: &Operator, path: &str) -> Result<Invited, AdminError> {
    admin::reset_passkeys(pool, &operator.actor(), id(path)?).await
}

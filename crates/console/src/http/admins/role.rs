//! `POST /console/admins/{id}/role`.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use ghost_contracts::ErrorCode;
use serde::Deserialize;
use service_kit::db::Pool;
use service_kit::error::ApiError;
use service_kit::http::body::JsonOrForm;
use utoipa::ToSchema;

use super::{AdminBody, id, page_of};
use crate::domain::admin::{self, Admin, AdminError};
use crate::domain::operator::Operator;
use crate::domain::permission::Role;
use crate::http::access::Superadmin;
use crate::http::respond::Reply;
use crate::views::paths;

/// What they are to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RoleWish)]
pub struct Wish {
    #[schema(value_type = Role)]
    role: String,
}

/// Changes the role, ends that operator's sessions, and answers with the operator as in the list.
///
/// # Errors
/// 404 `not_found`; 409 `last_superadmin`; 400 `invalid_request`.
#[utoipa::path(
    post,
    path = "/console/admins/{id}/role",
    operation_id = "change_role",
    tag = "operators",
    description = "For superadmins alone.",
    summary = "Changes what an operator may do and ends their sessions.",
    params(("id" = Uuid, Path, description = "The `admin_id` of the list.")),
    request_body(content(
        (Wish = "application/json"),
        (Wish = "application/x-www-form-urlencoded"),
    )),
    responses(
        (status = 200, description = "The operator as in the list.", body = AdminBody<'_>),
        (status = 404, description = "`not_found`: There is no such operator."),
    ),
    extensions(("x-errors" = json!([ErrorCode::Forbidden, ErrorCode::NotFound, ErrorCode::LastSuperadmin, ErrorCode::AuditWriteFailed]))),
)]
pub async fn role(
    operator: Superadmin,
    reply: Reply,
    path: Path<String>,
    body: JsonOrForm<Wish>,
    pool: Data<Pool>,
) -> Result<HttpResponse, ApiError> {
    let role = match body.0.role.parse::<Role>() {
        Ok(role) => role,
        Err(error) => {
            return reply
                .refused(ApiError::invalid_request(error.to_string()), paths::ADMINS)
                .await;
        }
    };
    match change(&pool, &operator.0, &path, role).await {
        Ok(admin) => {
            let message = format!(
                "{} is {role} now. Their sessions have ended; they sign in again.",
                admin.email
            );
            let page = paths::admin(admin.id);
            reply.done(StatusCode::OK, &AdminBody::from(&admin), message, &page).await
        }
        Err(error) => {
            let page = page_of(&path, &error);
            reply.refused(error.into(), &page).await
        }
    }
}

async fn change(
    pool: &Pool,
    operator: &Operator,
    path: &str,
    role: Role,
) -> Result<Admin, AdminError> {
    admin::change_role(pool, &operator.actor(), id(path)?, role).await
}

//! `POST /console/flags/{name}`.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use ghost_contracts::ErrorCode;
use serde::Deserialize;
use service_kit::db::Pool;
use service_kit::error::ApiError;
use service_kit::http::body::JsonOrForm;
use utoipa::ToSchema;

use crate::domain::flag::{self, Flag, Overrides};
use crate::http::access::FlagSwitcher;
use crate::http::respond::Reply;
use crate::views::paths;

/// What the flag is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FlagWish)]
pub struct Wish {
    enabled: bool,
}

/// Sets the flag and answers with it as it is in the list.
///
/// # Errors
/// 404 `not_found` for a name that no flag has; 409 `flag_overridden`.
#[utoipa::path(
    post,
    path = "/console/flags/{name}",
    operation_id = "set_flag",
    tag = "flags",
    description = "For superadmins alone.",
    params(("name" = String, Path, example = "beta_ghost_reset", description = "As in `beta_ghost_reset`.")),
    request_body(content(
        (Wish = "application/json"),
        (Wish = "application/x-www-form-urlencoded"),
    )),
    responses(
        (status = 200, description = "The flag as it is now.", body = Flag),
        (status = 404, description = "`not_found`: No flag has that name."),
    ),
    extensions(("x-errors" = json!([ErrorCode::Forbidden, ErrorCode::NotFound, ErrorCode::FlagOverridden, ErrorCode::AuditWriteFailed]))),
)]
pub async fn set(
    operator: FlagSwitcher,
    reply: Reply,
    name: Path<String>,
    body: JsonOrForm<Wish>,
    pool: Data<Pool>,
    overrides: Data<Overrides>,
) -> Result<HttpResponse, ApiError> {
    let actor = operator.0.actor();
    match flag::set(&pool, &overrides, &actor, &name, body.0.enabled).await {
        Ok(flag) => {
            let word = if flag.enabled { "on" } else { "off" };
            let message = format!("{} is {word} from now on.", flag.name);
            reply.done(StatusCode::OK, &flag, message, paths::FLAGS).await
        }
        Err(error) => reply.refused(error.into(), paths::FLAGS).await,
    }
}

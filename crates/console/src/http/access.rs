//! Who may call, as types that stand first in a handler's signature: session, then flag, then
//! role, and all of it before the body is read (section 7 of the contracts).
//!
//! They are ready at once, so that actix answers with their refusal before it polls the body.

use std::future::{Ready, ready};

use actix_web::cookie::Cookie;
use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest, HttpResponse, ResponseError};
use ghost_contracts::error::ErrorCode;
use service_kit::error::ApiError;

use super::gate::Gate;
use super::login::next;
use super::respond;
use crate::domain::operator::Operator;
use crate::domain::permission::Permission;

/// Where somebody without a session is sent.
pub const LOGIN_PATH: &str = "/console/login";

/// Anybody who is signed in.
#[derive(Debug, Clone)]
pub struct AnyOperator(pub Operator);

/// Whoever may invite: support and superadmins.
#[derive(Debug, Clone)]
pub struct MayInvite(pub Operator);

/// A superadmin who wants to change operators.
#[derive(Debug, Clone)]
pub struct Superadmin(pub Operator);

/// Whoever may switch flags.
#[derive(Debug, Clone)]
pub struct FlagSwitcher(pub Operator);

/// Whoever may see an invitation's link.
#[derive(Debug, Clone)]
pub struct LinkRevealer(pub Operator);

/// Whoever may reset a ghost, while `beta_ghost_reset` is on; without it there is nothing here.
#[derive(Debug, Clone)]
pub struct GhostResetter(pub Operator);

/// Whoever wants to see what a ghost reset would do, while `beta_ghost_reset` is on.
#[derive(Debug, Clone)]
pub struct ResetReader(pub Operator);

/// Nobody is signed in, and a page was asked for.
#[derive(Debug, thiserror::Error)]
#[error("303 to the sign-in page")]
struct ToSignIn(Option<Cookie<'static>>);

impl ResponseError for ToSignIn {
    fn status_code(&self) -> StatusCode {
        StatusCode::SEE_OTHER
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponse::SeeOther();
        answer.insert_header((header::LOCATION, LOGIN_PATH));
        answer.insert_header((header::CACHE_CONTROL, "no-store"));
        if let Some(next) = &self.0 {
            answer.cookie(next.clone());
        }
        answer.finish()
    }
}

/// The operator behind a request.
fn operator(request: &HttpRequest, gate: &Gate) -> Result<Operator, Error> {
    gate.operator.clone().ok_or_else(|| unauthenticated(request))
}

/// What somebody without a session is told: 303 to the sign-in page, or 401 for a program.
#[must_use]
pub fn unauthenticated(request: &HttpRequest) -> Error {
    if !respond::wants_json(request) {
        return ToSignIn(next::remember(request)).into();
    }
    let message = "Nobody is signed in, or the session has ended. Nothing was changed; sign in \
                   and try again.";
    ApiError::new(ErrorCode::Unauthenticated, message).into()
}

fn permitted(operator: Operator, permission: Permission) -> Result<Operator, Error> {
    if operator.may(permission) {
        return Ok(operator);
    }
    let message = format!(
        "{} You are signed in as {}. Nothing was changed.",
        permission.who_may(),
        operator.role
    );
    // Who it was is for the log alone: a refused attempt leaves no audit row.
    let who = format!("operator {}, {}, lacks {}", operator.id, operator.role, permission.as_str());
    Err(ApiError::new(ErrorCode::Forbidden, message).saying_unchanged().because(who).into())
}

fn gate(request: &HttpRequest) -> Gate {
    request.extensions().get::<Gate>().cloned().unwrap_or_default()
}

fn with(request: &HttpRequest, permission: Permission) -> Result<Operator, Error> {
    permitted(operator(request, &gate(request))?, permission)
}

macro_rules! extract {
    ($name:ident, $permission:expr) => {
        impl FromRequest for $name {
            type Error = Error;
            type Future = Ready<Result<Self, Error>>;

            fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
                ready(with(request, $permission).map(Self))
            }
        }
    };
}

extract!(AnyOperator, Permission::ConsoleRead);
extract!(MayInvite, Permission::TestersInvite);
extract!(Superadmin, Permission::AdminsWrite);
extract!(FlagSwitcher, Permission::FlagsWrite);
extract!(LinkRevealer, Permission::LinksReveal);

impl FromRequest for GhostResetter {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(with_ghost_reset(request, Permission::UsersWrite).map(Self))
    }
}

impl FromRequest for ResetReader {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(with_ghost_reset(request, Permission::ConsoleRead).map(Self))
    }
}

/// Session, flag, role.
fn with_ghost_reset(request: &HttpRequest, permission: Permission) -> Result<Operator, Error> {
    let gate = gate(request);
    let operator = operator(request, &gate)?;
    if !gate.flags.ghost_reset {
        return Err(ApiError::not_found().into());
    }
    permitted(operator, permission)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;
    use crate::domain::permission::Role;

    #[test]
    fn who_was_refused_is_told_to_the_log_and_not_to_the_client() {
        let id = Uuid::from_u128(7);
        let email = "ada@example.com".to_owned();
        let (role, expires_at) = (Role::Readonly, DateTime::UNIX_EPOCH);
        let operator = Operator { id, email, role, session_id: 1, expires_at };
        let refusal = permitted(operator, Permission::UsersWrite).unwrap_err();
        let refusal = refusal.as_error::<ApiError>().unwrap();
        let logged = format!("operator {id}, readonly, lacks console-users-write");
        assert_eq!(refusal.cause(), Some(logged.as_str()));
        assert!(!refusal.body(None).to_string().contains(&id.to_string()));
    }
}

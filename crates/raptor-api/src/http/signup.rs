//! `GET /signup?token=…`.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;
use ghost_contracts::ErrorCode;
use service_kit::error::ApiError;

use crate::domain::signup::{self, DeadLink, SignupLink};
use crate::http::error::plain;
use crate::http::token_page::QueryToken;
use crate::state::{RegistrationFlag, State};
use crate::views::signup::Signup;

/// The passkey page. Opening it consumes nothing: mail scanners follow links.
///
/// # Errors
///
/// 404 while registration is off; 400 for a link that is not ours; 410 with the `reason` for one
/// that is dead; 409 `already_registered`; and the general ones.
pub async fn handle(
    state: Data<State>,
    flag: Data<RegistrationFlag>,
    QueryToken(token): QueryToken,
) -> Result<HttpResponse, ApiError> {
    if !flag.0 {
        return Err(closed());
    }
    match signup::look_at(&state, &token).await? {
        SignupLink::Good(email) => {
            let page = Signup { email: email.as_str(), token: token.reveal() };
            let page = page.render().map_err(ApiError::internal)?;
            Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(page))
        }
        SignupLink::Dead(why) => Err(dead(why)),
        SignupLink::AlreadyRegistered => Err(plain(ErrorCode::AlreadyRegistered)),
        SignupLink::NotOurs => Err(not_ours()),
    }
}

fn closed() -> ApiError {
    let message = "Signing up is closed at the moment. Nothing was changed. Ask the person who \
                   invited you when it opens again.";
    ApiError::new(ErrorCode::NotFound, message)
}

fn not_ours() -> ApiError {
    let message = "The link is incomplete or was not made by us. Open it once more from where \
                   you got it; if that does not help, ask the person who invited you for a new \
                   one.";
    ApiError::new(ErrorCode::InvalidSignupLink, message)
}

fn dead(why: DeadLink) -> ApiError {
    let message = match why {
        DeadLink::Used => {
            "This link was used: a passkey was created with it. If that was you, go to the front \
             page and sign in. If not, tell the person who invited you."
        }
        DeadLink::Replaced => {
            "This link was replaced: your signup was reset after it was made. Use the link in \
             our newest e-mail, or ask the person who invited you for it."
        }
        DeadLink::Expired => {
            "This link is expired: it is good for half an hour. Nothing was changed. Ask the \
             person who invited you to let you in again."
        }
    };
    ApiError::new(ErrorCode::InvalidSignupLink, message)
        .with_status(StatusCode::GONE)
        .with("reason", why.as_str())
}

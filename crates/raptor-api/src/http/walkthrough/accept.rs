//! `POST /walkthrough`: the button of the page.

use actix_web::http::header::{self, HeaderValue};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use ghost_contracts::console::UsableWalkthrough;
use ghost_contracts::{ErrorCode, Token};
use serde::Deserialize;
use service_kit::error::ApiError;
use service_kit::http::accept::Wanted;
use service_kit::http::body::FormBody;
use service_kit::http::request_id::RequestId;
use service_kit::settings::PublicUrl;
use uuid::Uuid;

use super::{attempt, refusal};
use crate::domain::walkthrough::{self, Acceptance, Outcome};
use crate::http::error::plain;
use crate::state::{RegistrationFlag, State};
use crate::views::walkthrough::Walkthrough;

/// The page's form.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    token: Token,
    nda_version: String,
    #[serde(default)]
    nda_accepted: bool,
    attempt_id: Option<Uuid>,
}

/// Accepts the NDA, spends the invitation and leads on to the passkey.
///
/// # Errors
///
/// 404 while registration is off, 409 `already_registered`, 410 or 404 `token_not_usable`; for
/// programs also 409 `nda_version_outdated` and 400 `nda_not_accepted`, where people are shown
/// the page again; 503 while the Console or a store is away, or the database takes no writes; and
/// the general ones.
pub async fn handle(
    request: HttpRequest,
    state: Data<State>,
    public: Data<PublicUrl>,
    flag: Data<RegistrationFlag>,
    request_id: RequestId,
    FormBody(form): FormBody<Form>,
) -> Result<HttpResponse, ApiError> {
    if !flag.0 {
        return Err(refusal::closed());
    }
    // The cookie wins: it is the same in every tab of the browser.
    let known = attempt::known(&request).or(form.attempt_id);
    let acceptance = Acceptance {
        token: form.token,
        nda_version: form.nda_version,
        nda_accepted: form.nda_accepted,
        attempt: known.unwrap_or_else(Uuid::new_v4),
        repeated: known.is_some(),
    };
    let cookie = attempt::cookie(acceptance.attempt, &public).to_string();
    let cookie = HeaderValue::try_from(cookie).map_err(ApiError::internal)?;
    let outcome = walkthrough::accept(&state, &acceptance, &request_id).await;
    let wanted = Wanted::from_headers(request.headers());
    // The browser keeps the attempt whatever comes of it, so that trying again repeats it.
    let answer = outcome.map_err(ApiError::from).and_then(|o| answer(o, &acceptance, wanted));
    match answer {
        Ok(mut answer) => {
            answer.headers_mut().append(header::SET_COOKIE, cookie);
            Ok(answer)
        }
        Err(error) => Err(error.with_header(header::SET_COOKIE, cookie)),
    }
}

fn answer(
    outcome: Outcome,
    acceptance: &Acceptance,
    wanted: Wanted,
) -> Result<HttpResponse, ApiError> {
    match outcome {
        Outcome::SignUp(token) => {
            let location = format!("/signup?token={}", token.reveal());
            Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, location)).finish())
        }
        Outcome::NotUsable(reason) => Err(refusal::not_usable(reason)),
        Outcome::AccountInUse => Err(refusal::account_in_use()),
        Outcome::SignedUpAlready => Err(refusal::signed_up_already()),
        Outcome::NdaOutdated(usable) => {
            let notice = "The agreement has changed since you opened this page. Nothing was \
                          used up. Please read its current version and accept it.";
            let error = plain(ErrorCode::NdaVersionOutdated);
            let error = error.with("nda_version", usable.nda_version.as_str());
            again(error, notice, &usable, acceptance, wanted)
        }
        Outcome::NdaNotAccepted(usable) => {
            let notice = "To go on, tick the box below the agreement. Nothing was used up.";
            again(plain(ErrorCode::NdaNotAccepted), notice, &usable, acceptance, wanted)
        }
    }
}

/// The error for a program; for a person the page once more, with the error's status.
fn again(
    error: ApiError,
    notice: &str,
    usable: &UsableWalkthrough,
    acceptance: &Acceptance,
    wanted: Wanted,
) -> Result<HttpResponse, ApiError> {
    if wanted != Wanted::Html {
        return Err(error);
    }
    let (token, attempt) = (acceptance.token.reveal(), acceptance.attempt);
    let page = Walkthrough::new(usable, token, attempt, Some(notice));
    let page = page.render().map_err(ApiError::internal)?;
    let mut answer = HttpResponse::build(error.status());
    Ok(answer.content_type("text/html; charset=utf-8").body(page))
}

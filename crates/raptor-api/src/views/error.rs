//! The page of an error.

use askama::Template;
use ghost_contracts::ErrorCode;
use service_kit::http::errors::ErrorPage;

#[derive(Template)]
#[template(path = "error.html")]
struct View<'a> {
    title: &'a str,
    message: &'a str,
    code: &'a str,
    request_id: &'a str,
    offers_sign_in: bool,
}

/// The page.
///
/// # Errors
///
/// Where the template cannot be written.
pub fn render(page: &ErrorPage<'_>) -> Result<String, askama::Error> {
    let code = page.code.parse::<ErrorCode>().ok();
    let view = View {
        title: title(code),
        message: page.message,
        code: page.code,
        request_id: page.request_id,
        offers_sign_in: matches!(code, Some(ErrorCode::AlreadyRegistered)),
    };
    view.render()
}

fn title(code: Option<ErrorCode>) -> &'static str {
    match code {
        Some(ErrorCode::NotFound) => "There is nothing here",
        Some(ErrorCode::TokenNotUsable) => "This invitation does not work",
        Some(ErrorCode::InvalidSignupLink) => "This signup link does not work",
        Some(ErrorCode::AlreadyRegistered) => "You have an account already",
        Some(ErrorCode::RateLimited) => "That was a bit fast",
        Some(ErrorCode::ServiceUnavailable) => "Not right now",
        Some(ErrorCode::Internal | ErrorCode::AuditWriteFailed) => "Something went wrong",
        Some(ErrorCode::CrossOrigin) => "This came from another site",
        _ => "This did not work",
    }
}

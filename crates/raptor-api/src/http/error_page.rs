//! Which page an error gets. What it says is written in [`crate::views::error`].

use ghost_contracts::ErrorCode;
use ghost_contracts::signup::{SIGNUP_PAGE_PATH, WALKTHROUGH_PAGE_PATH};
use service_kit::http::errors::ErrorPage;

use crate::views::error::{Problem, View};

/// Draws the page of an error, for [`service_kit::http::errors::ErrorPages`].
///
/// # Errors
///
/// Where the template cannot be written.
pub fn draw(page: &ErrorPage<'_>) -> Result<String, askama::Error> {
    // An empty address is the page's own, with its query. That of a form asks for nothing, and the
    // link that it was opened by holds a token, which no error names (invariant 6).
    let here = page.request.method().is_safe().then_some("");
    let view = View {
        problem: problem(page),
        message: page.message,
        code: page.code,
        request_id: page.request_id,
        wait: page.retry_after,
        again: here,
    };
    view.draw()
}

fn problem(page: &ErrorPage<'_>) -> Problem {
    let reason = page.reason.unwrap_or_default();
    match page.code.parse().unwrap_or(ErrorCode::Internal) {
        ErrorCode::TokenNotUsable => match reason {
            "expired" => Problem::InvitationExpired,
            "revoked" => Problem::InvitationReplaced,
            "consumed" => Problem::InvitationUsed,
            _ => Problem::InvitationUnknown,
        },
        ErrorCode::InvalidSignupLink => match reason {
            "used" => Problem::LinkUsed,
            "replaced" => Problem::LinkReplaced,
            "expired" => Problem::LinkExpired,
            _ => Problem::LinkNotOurs,
        },
        ErrorCode::AlreadyRegistered => Problem::AccountExists,
        // These two addresses are always there, unless signing up is closed.
        ErrorCode::NotFound
            if [SIGNUP_PAGE_PATH, WALKTHROUGH_PAGE_PATH].contains(&page.request.path()) =>
        {
            Problem::Closed
        }
        ErrorCode::NotFound => Problem::NothingHere,
        ErrorCode::MethodNotAllowed => Problem::OtherMethod,
        ErrorCode::ServiceUnavailable => Problem::Unavailable,
        ErrorCode::RateLimited => Problem::TooFast,
        ErrorCode::CrossOrigin => Problem::OtherSite,
        _ if page.status.is_client_error() => Problem::Unreadable,
        _ => Problem::Fault,
    }
}

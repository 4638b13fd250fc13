//! Error pages: what happened, whether anything was changed, what to do next.

use askama::Template;
use service_kit::http::errors::ErrorPage;

/// The page of an error. It stands alone: who asks may not be signed in, and what it needs may
/// be away.
#[derive(Template)]
#[template(path = "error.html")]
struct Page<'a> {
    title: &'static str,
    status: u16,
    message: &'a str,
    code: &'a str,
    request_id: &'a str,
}

/// Draws it, for [`service_kit::http::errors::ErrorPages`].
///
/// # Errors
/// Where the template cannot be written.
pub fn draw(page: &ErrorPage<'_>) -> Result<String, askama::Error> {
    let title = match page.status.as_u16() {
        303 => "Please sign in",
        400 => "That could not be read",
        401 => "Please sign in",
        403 => "Not allowed",
        404 => "Nothing here",
        405 => "Not like this",
        409 => "Not done",
        410 => "No longer there",
        413 => "Too large",
        415 => "Not understood",
        429 => "Too many requests",
        502 | 503 => "Not available right now",
        _ => "Something went wrong",
    };
    Page {
        title,
        status: page.status.as_u16(),
        message: page.message,
        code: page.code,
        request_id: page.request_id,
    }
    .render()
}

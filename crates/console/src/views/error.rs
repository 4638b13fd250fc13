//! Error pages: what happened, whether anything was changed, what to do next.

use actix_web::http::Method;
use askama::Template;
use ghost_contracts::error::ErrorCode;
use service_kit::http::errors::ErrorPage;

use super::layout::Layout;
use super::paths;

/// The page of an error, with the navigation for whoever is signed in.
#[derive(Template)]
#[template(path = "error.html")]
struct Page<'a> {
    layout: Layout,
    title: &'static str,
    status: u16,
    message: &'a str,
    code: &'a str,
    request_id: &'a str,
    changed: Option<&'static str>,
    advice: &'static str,
    /// Whether to ask for the same page again may help.
    again: bool,
    way_out: (&'static str, &'static str),
}

/// The page.
///
/// # Errors
/// Where the template cannot be written.
pub fn draw(page: &ErrorPage<'_>, layout: Layout) -> Result<String, askama::Error> {
    let status = page.status.as_u16();
    let reads = matches!(*page.request.method(), Method::GET | Method::HEAD);
    Page {
        title: title(status, page.code),
        changed: changed(status, reads, page.request.path()).filter(|_| !page.says_unchanged),
        advice: advice(status, page.code, reads),
        again: reads && status >= 500,
        way_out: way_out(page.request.path(), layout.operator.is_some()),
        status,
        message: page.message,
        code: page.code,
        request_id: page.request_id,
        // The message of the last action waits for the page that it was meant for.
        layout: Layout { flash: None, ..layout },
    }
    .render()
}

fn title(status: u16, code: &str) -> &'static str {
    match status {
        _ if code == ErrorCode::TesterNotFound.as_str() => "No such tester",
        _ if code == ErrorCode::CrossOrigin.as_str() => "Sent from another site",
        303 | 401 => "Please sign in",
        400 => "That could not be read",
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
    }
}

/// Every refusal comes before anything is written; a fault of ours may come in the middle. Of what
/// may be done twice only the ghost reset does no harm: a mail goes out twice, a link is replaced.
fn changed(status: u16, reads: bool, path: &str) -> Option<&'static str> {
    match status {
        _ if reads => Some("Nothing was changed: only a page was asked for."),
        ..500 => Some("Nothing was changed."),
        _ if path.ends_with("/ghost-reset") => Some(
            "It may have been done in part. Look at the tester's page; to run the reset again is \
             safe and finishes it.",
        ),
        _ => {
            Some("It may have been done all the same. Look at the page again before you repeat it.")
        }
    }
}

fn advice(status: u16, code: &str, reads: bool) -> &'static str {
    match status {
        _ if code == ErrorCode::CrossOrigin.as_str() => {
            "Open the Console yourself, in this tab, and use the button there."
        }
        303 | 401 => "Sign in, then open the page again.",
        400 => "Go back, check what was entered, and try again.",
        403 => "Go back. If you need this for your work, ask a superadmin for another role.",
        404 | 410 => "Check the address, or go on from the navigation.",
        405 | 415 => "Go back and use the buttons of the page.",
        409 => "Open the page again: it shows how things stand now.",
        413 => "Go back and send less.",
        429 => "Wait a minute, then try again.",
        502 | 503 if reads => "Wait a few seconds, then try again.",
        502 | 503 => "Wait a few seconds, then go on from there.",
        _ if !reads => "If it stays, tell whoever runs the Console the request id below.",
        _ => "Try again. If it stays, tell whoever runs the Console the request id below.",
    }
}

/// Where to go from here: the part of the Console that the address belongs to.
fn way_out(path: &str, signed_in: bool) -> (&'static str, &'static str) {
    let parts = [
        (paths::TESTERS, "To the testers"),
        (paths::AUDIT, "To the audit log"),
        (paths::FLAGS, "To the flags"),
        (paths::ADMINS, "To the operators"),
    ];
    match parts.into_iter().find(|(part, _)| path.starts_with(part)) {
        _ if !signed_in => (paths::OVERVIEW, "To the Console"),
        Some(part) => part,
        None => (paths::OVERVIEW, "To the Overview"),
    }
}

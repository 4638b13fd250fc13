//! The page that somebody without a session asked for, to which the sign-in leads them. It waits
//! in a cookie, not in the address, and is judged when it is read: whoever sets it can lead only
//! to a page of ours.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::Method;

use crate::http::access::LOGIN_PATH;

const NAME: &str = "console_next";
/// How long a person may take from being sent to the sign-in page to opening it.
const LIFE: Duration = Duration::minutes(10);
const MAX_LENGTH: usize = 1000;

/// The cookie for a page that was asked for.
#[must_use]
pub fn remember(request: &HttpRequest) -> Option<Cookie<'static>> {
    let asked = request.uri().path_and_query()?.as_str();
    if *request.method() != Method::GET || !is_page_of_ours(asked) {
        return None;
    }
    Some(cookie(asked.to_owned(), LIFE))
}

/// The page that waits, where there is one.
#[must_use]
pub fn recall(request: &HttpRequest) -> Option<String> {
    let cookie = request.cookie(NAME)?;
    is_page_of_ours(cookie.value()).then(|| cookie.value().to_owned())
}

/// Makes the browser forget it: it leads somewhere once.
#[must_use]
pub fn forgotten() -> Cookie<'static> {
    cookie(String::new(), Duration::ZERO)
}

fn cookie(value: String, life: Duration) -> Cookie<'static> {
    Cookie::build(NAME, value)
        .path(LOGIN_PATH)
        .max_age(life)
        .http_only(true)
        .same_site(SameSite::Lax)
        .finish()
}

/// A path below `/console/` that leaves it in no browser's reading, and not the way in or out.
fn is_page_of_ours(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/_.~?=&%+:@-".contains(&byte);
    let path = text.split('?').next().unwrap_or_default();
    let Some(below) = path.strip_prefix("/console/") else { return false };
    let first = below.split('/').next().unwrap_or_default();
    text.len() <= MAX_LENGTH
        && text.bytes().all(plain)
        && !path.contains("//")
        && !path.contains("..")
        && !path.contains('%')
        && !["", "login", "enroll", "logout", "session", "assets"].contains(&first)
}

#[cfg(test)]
mod tests {
    use super::is_page_of_ours;

    #[test]
    fn only_a_page_below_the_console_is_returned_to() {
        for good in [
            "/console/beta",
            "/console/audit?actor=cli&from=2026-06-12",
            "/console/audit?target_id=ada%40example.com",
            "/console/beta/testers/7",
        ] {
            assert!(is_page_of_ours(good), "{good}");
        }
        for bad in [
            "",
            "/",
            "/console",
            "/console/",
            "//evil.example/console/beta",
            "https://evil.example/console/beta",
            "/consolebeta",
            "/console//evil.example",
            "/console/../admin",
            "/console/%2e%2e/x",
            "/console/beta\\evil",
            "/console/beta\r\nx",
            "/console/logout",
            "/console/login",
            "/console/enroll?token=x",
        ] {
            assert!(!is_page_of_ours(bad), "{bad}");
        }
        assert!(!is_page_of_ours(&format!("/console/audit?actor={}", "a".repeat(1000))));
    }
}

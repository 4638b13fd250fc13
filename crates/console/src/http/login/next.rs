//! The page that somebody without a session asked for, to which the sign-in leads them. It waits
//! in a cookie, not in the address, and is judged when it is read: whoever sets it can lead only
//! to a page of ours.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::cookie::Cookie;
use actix_web::http::Method;
use actix_web::web::Data;
use service_kit::session::{self, cookie_name};
use service_kit::settings::PublicUrl;
use url::form_urlencoded;

/// The cookie, without the prefix that https brings.
const NAME: &str = "console_next";
/// How long a person may take from being sent to the sign-in page to opening it.
const LIFE: Duration = Duration::from_secs(600);
const MAX_LENGTH: usize = 1000;
/// The pages, by the first part of their path below `/console/`.
const PAGES: [&str; 5] = ["beta", "audit", "flags", "admins", "sessions"];

/// The cookie for a page that was asked for.
#[must_use]
pub fn remember(request: &HttpRequest) -> Option<Cookie<'static>> {
    if *request.method() != Method::GET {
        return None;
    }
    let page = page_of_ours(request.uri().path_and_query()?.as_str())?;
    Some(session::cookie(NAME, is_https(request), &page, LIFE))
}

/// The page that waits, where there is one. The cookie is read as it was written: decoded, the
/// query would be another one.
#[must_use]
pub fn recall(request: &HttpRequest) -> Option<String> {
    let cookie = request.cookie_raw(&cookie_name(NAME, is_https(request)))?;
    page_of_ours(cookie.value())
}

/// Makes the browser forget it: it leads somewhere once.
#[must_use]
pub fn forgotten(request: &HttpRequest) -> Cookie<'static> {
    session::expired_cookie(NAME, is_https(request))
}

fn is_https(request: &HttpRequest) -> bool {
    request.app_data::<Data<PublicUrl>>().is_some_and(|public| public.is_https())
}

/// The Overview, or a path below `/console/` that leads to a page and leaves it in no browser's
/// reading. Of a download only the page with the same filter is left.
#[must_use]
pub fn page_of_ours(text: &str) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/_.~*?=&%+:@-".contains(&byte);
    if text.len() > MAX_LENGTH || !text.bytes().all(plain) {
        return None;
    }
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    let below = path.strip_prefix("/console")?;
    let first = below.split('/').nth(1).unwrap_or_default();
    let is_page = below.is_empty()
        || below == "/api-docs"
        || (below.starts_with('/') && PAGES.contains(&first));
    if !is_page || path.contains("//") || path.contains("..") || path.contains('%') {
        return None;
    }
    let kept: Vec<_> =
        query.split('&').filter(|part| !part.is_empty() && !is_format(part)).collect();
    Some(if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) })
}

/// Whether a parameter is `format`, however it is written.
fn is_format(part: &str) -> bool {
    form_urlencoded::parse(part.as_bytes()).any(|(name, _)| name == "format")
}

#[cfg(test)]
mod tests {
    use super::page_of_ours;

    #[test]
    fn only_a_page_below_the_console_is_returned_to() {
        for good in [
            "/console",
            "/console/beta",
            "/console/beta?q=J%C3%BCrgen%20%26%20Co",
            "/console/audit?actor=cli&from=2026-06-12",
            "/console/audit?target_id=ada%40example.com",
            "/console/beta/testers/7",
            "/console/api-docs?document=raptor-api",
        ] {
            assert_eq!(page_of_ours(good).as_deref(), Some(good));
        }
        for bad in [
            "",
            "/",
            "/console/",
            "/console?next=//evil.example\\",
            "/console/nothing",
            "/console/session",
            "/console/betamax",
            "/console/api-docs/console.json",
            "/console/api-docs/assets/api-docs.js",
            "/console/assets/style.css",
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
            assert_eq!(page_of_ours(bad), None, "{bad}");
        }
        let long = format!("/console/audit?actor={}", "a".repeat(1000));
        assert_eq!(page_of_ours(&long), None);
    }

    #[test]
    fn a_download_leaves_the_page_with_its_filter() {
        for (asked, page) in [
            ("/console/audit?format=csv", "/console/audit"),
            ("/console/audit?format=csv&actor=cli", "/console/audit?actor=cli"),
            ("/console/audit?actor=format&f%6Frmat=csv", "/console/audit?actor=format"),
        ] {
            assert_eq!(page_of_ours(asked).as_deref(), Some(page));
        }
    }
}

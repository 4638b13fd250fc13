//! What the pages show.

use askama::Template;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use service_kit::http::errors::ErrorPage;

use super::mail::Mail;
use super::sign_in::Role;
use crate::demo::settings::Addresses;

/// Every mail.
#[derive(Template)]
#[template(path = "demo/mails.html")]
pub(super) struct Mails<'a> {
    pub(super) addresses: &'a Addresses,
    pub(super) plays: bool,
    pub(super) mails: &'a [Mail],
    pub(super) now: DateTime<Utc>,
}

/// One mail.
#[derive(Template)]
#[template(path = "demo/mail.html")]
pub(super) struct OneMail<'a> {
    pub(super) addresses: &'a Addresses,
    pub(super) plays: bool,
    pub(super) mail: &'a Mail,
    pub(super) now: DateTime<Utc>,
}

/// The desk.
#[derive(Template)]
#[template(path = "demo/sign_in.html")]
pub(super) struct SignIn<'a> {
    pub(super) addresses: &'a Addresses,
    pub(super) roles: &'a [Role],
    pub(super) problem: Option<String>,
}

#[derive(Template)]
#[template(path = "demo/error.html")]
struct Error<'a> {
    page: &'a ErrorPage<'a>,
}

/// The page of an error, for [`service_kit::http::errors::ErrorPages`].
pub(super) fn error(page: &ErrorPage<'_>) -> Result<String, askama::Error> {
    Error { page }.render()
}

/// "3 minutes ago".
fn ago(then: &DateTime<Utc>, now: &DateTime<Utc>) -> String {
    let passed = *now - *then;
    let in_words = |count: i64, unit: &str| {
        let s = if count == 1 { "" } else { "s" };
        format!("{count} {unit}{s} ago")
    };
    match passed {
        passed if passed < TimeDelta::seconds(10) => "just now".to_owned(),
        passed if passed < TimeDelta::minutes(1) => in_words(passed.num_seconds(), "second"),
        passed if passed < TimeDelta::hours(1) => in_words(passed.num_minutes(), "minute"),
        passed => in_words(passed.num_hours(), "hour"),
    }
}

/// The exact time.
fn exact(time: &DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_by_how_long_it_is_past() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(1);
        let told = |seconds| ago(&(now - TimeDelta::seconds(seconds)), &now);
        assert_eq!(told(0), "just now");
        assert_eq!(told(12), "12 seconds ago");
        assert_eq!(told(60), "1 minute ago");
        assert_eq!(told(3 * 60 * 60 + 5), "3 hours ago");
    }
}

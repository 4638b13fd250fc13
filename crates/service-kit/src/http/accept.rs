//! JSON or a page: which of the two a client wants.

use actix_web::http::header::{self, HeaderMap};

/// What a client asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// `Accept` names `application/json`.
    Json,
    /// `Accept` names `text/html` and not `application/json`.
    Html,
    /// Neither is named.
    Anything,
}

impl Wanted {
    /// Reads the `Accept` headers.
    #[must_use]
    pub fn from_headers(headers: &HeaderMap) -> Self {
        let names = |wanted: &str| {
            headers.get_all(header::ACCEPT).filter_map(|value| value.to_str().ok()).any(|value| {
                value.split(',').any(|range| {
                    let kind = range.split(';').next().unwrap_or_default().trim();
                    kind.eq_ignore_ascii_case(wanted)
                })
            })
        };
        if names("application/json") {
            Self::Json
        } else if names("text/html") {
            Self::Html
        } else {
            Self::Anything
        }
    }
}

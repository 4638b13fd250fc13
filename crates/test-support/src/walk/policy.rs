//! What an answer may load.

/// The policy of every page and answer: its own files alone, in no frame.
const USUAL: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                     connect-src 'self'; form-action 'self'; base-uri 'none'; \
                     frame-ancestors 'none'";

/// The page that shows documents with a library, which has styles and pictures inside itself.
const DOCUMENTATION: &str = "default-src 'none'; script-src 'self'; \
                             style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                             connect-src 'self'; form-action 'none'; base-uri 'none'; \
                             frame-ancestors 'none'";

/// The policy that an address answers with; `is_page` where that is a page and no refusal.
pub(super) fn of(path: &str, is_page: bool) -> &'static str {
    if is_page && path == "/console/api-docs" { DOCUMENTATION } else { USUAL }
}

//! Files that pages load: what both services serve, and how a file is served.

use actix_web::http::header::{
    CACHE_CONTROL, ETag, EntityTag, Header as _, IF_NONE_MATCH, IfNoneMatch,
};
use actix_web::{HttpRequest, HttpResponse};
use sha2::{Digest, Sha256};

/// An ES module around `navigator.credentials` (`passkey.js`): `isSupported()`,
/// `createPasskey(options, signal)` and `usePasskey(options, signal)`. What goes wrong comes out as
/// the browser says it; each service has its own words for that.
pub const PASSKEY_JS: &str = include_str!("../assets/passkey.js");

/// How long a browser may use a file without asking again: a deployment shows within that time.
const FRESH: &str = "public, max-age=300";

/// The answer to a request for a file: 304 where the browser has it already.
#[must_use]
pub fn respond(
    request: &HttpRequest,
    content_type: &'static str,
    content: &'static str,
) -> HttpResponse {
    let tag = EntityTag::new_strong(hex::encode(Sha256::digest(content.as_bytes())));
    let known = is_known(request, &tag);
    let mut answer = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer.insert_header(ETag(tag)).insert_header((CACHE_CONTROL, FRESH));
    if known { answer.finish() } else { answer.content_type(content_type).body(content) }
}

fn is_known(request: &HttpRequest, tag: &EntityTag) -> bool {
    if !request.headers().contains_key(IF_NONE_MATCH) {
        return false;
    }
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|known| known.weak_eq(tag)),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::StatusCode;
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_file_that_the_browser_has_is_not_sent_again() {
        let first = respond(&TestRequest::get().to_http_request(), "text/css", "a {}");
        assert_eq!(first.status(), StatusCode::OK);
        let tag = first.headers().get("etag").unwrap().clone();
        let again = TestRequest::get().insert_header((IF_NONE_MATCH, tag)).to_http_request();
        assert_eq!(respond(&again, "text/css", "a {}").status(), StatusCode::NOT_MODIFIED);
        assert_eq!(respond(&again, "text/css", "b {}").status(), StatusCode::OK);
    }
}

//! Files that pages load: what both services serve, and how a file is served.

use std::io::Read as _;

use actix_web::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, ETag, EntityTag, Header as _, IF_NONE_MATCH,
    IfNoneMatch, VARY,
};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use flate2::read::GzDecoder;
use sha2::{Digest, Sha256};

use crate::error::ApiError;

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
    let (mut answer, is_known) = begin(request, content.as_bytes(), "");
    if is_known { answer.finish() } else { answer.content_type(content_type).body(content) }
}

/// The same for a file that the binary holds compressed by gzip, as nearly every client takes it.
///
/// # Errors
/// 500 where `gzip` is not what it should be.
pub fn respond_compressed(
    request: &HttpRequest,
    content_type: &'static str,
    gzip: &'static [u8],
) -> Result<HttpResponse, ApiError> {
    // Each form has a tag of its own (RFC 9110, section 8.8.3.3).
    let takes_gzip = takes_gzip(request);
    let (mut answer, is_known) = begin(request, gzip, if takes_gzip { "-gzip" } else { "" });
    answer.insert_header((VARY, "Accept-Encoding"));
    if is_known {
        return Ok(answer.finish());
    }
    answer.content_type(content_type);
    if takes_gzip {
        return Ok(answer.insert_header((CONTENT_ENCODING, "gzip")).body(gzip));
    }
    let mut content = Vec::new();
    GzDecoder::new(gzip).read_to_end(&mut content).map_err(ApiError::internal)?;
    Ok(answer.body(content))
}

/// The answer without its body, and whether the browser has the file in this `form`.
fn begin(request: &HttpRequest, content: &[u8], form: &str) -> (HttpResponseBuilder, bool) {
    let tag = EntityTag::new_strong(hex::encode(Sha256::digest(content)) + form);
    let known = is_known(request, &tag);
    let mut answer = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer.insert_header(ETag(tag)).insert_header((CACHE_CONTROL, FRESH));
    (answer, known)
}

fn takes_gzip(request: &HttpRequest) -> bool {
    let named = request.headers().get_all(ACCEPT_ENCODING).filter_map(|value| value.to_str().ok());
    named.flat_map(|value| value.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0));
        name.trim().eq_ignore_ascii_case("gzip") && !refused
    })
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
    fn gzip_is_sent_to_whoever_takes_it() {
        for (accepted, taken) in [
            ("gzip", true),
            ("br, GZIP;q=0.5", true),
            ("gzip;q=0", false),
            ("gzip; q=0.000", false),
            ("identity", false),
            ("", false),
        ] {
            let request = TestRequest::get().insert_header((ACCEPT_ENCODING, accepted));
            assert_eq!(takes_gzip(&request.to_http_request()), taken, "{accepted}");
        }
    }

    #[test]
    fn the_two_forms_of_a_compressed_file_are_told_apart_by_every_cache() {
        use std::io::Write as _;
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(b"a {}").unwrap();
        let gzip: &'static [u8] = gzip.finish().unwrap().leak();
        let ask = |accepted: &str, known: &str| {
            let request = TestRequest::get().insert_header((ACCEPT_ENCODING, accepted));
            let request = request.insert_header((IF_NONE_MATCH, known)).to_http_request();
            let answer = respond_compressed(&request, "text/css", gzip).unwrap();
            assert_eq!(answer.headers().get(VARY).unwrap(), "Accept-Encoding");
            let tag = answer.headers().get("etag").unwrap().to_str().unwrap().to_owned();
            (answer.status(), tag)
        };
        let (_, compressed) = ask("gzip", "");
        let (_, plain) = ask("identity", "");
        assert_ne!(compressed, plain);
        assert_eq!(ask("gzip", &compressed).0, StatusCode::NOT_MODIFIED);
        assert_eq!(ask("identity", &compressed).0, StatusCode::OK);
    }

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

//! Request bodies, judged in this order: size (413), media type (415), content (400).

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::{Bytes, BytesMut};
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use ghost_contracts::error::ErrorCode;
use serde::de::DeserializeOwned;

use crate::error::ApiError;

/// The most a public request may hold, in bytes.
pub const PUBLIC_LIMIT: usize = 64 * 1024;
/// The most a request of the other service may hold, in bytes.
pub const INTERNAL_LIMIT: usize = 256 * 1024;

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// How long a body may take to arrive.
const READ_LIMIT: Duration = Duration::from_secs(10);

/// The limit of a part of the service, as app data; [`PUBLIC_LIMIT`] where there is none.
#[derive(Debug, Clone, Copy)]
pub struct BodyLimit(pub usize);

/// A JSON object.
#[derive(Debug)]
pub struct JsonBody<T>(pub T);

/// A JSON object, or the same members as a form.
#[derive(Debug)]
pub struct JsonOrForm<T>(pub T);

/// A form.
#[derive(Debug)]
pub struct FormBody<T>(pub T);

/// As [`JsonOrForm`], but nothing at all counts as no member.
#[derive(Debug)]
pub struct OptionalBody<T>(pub T);

/// An extractor that reads the whole body and hands it to `$parse`.
macro_rules! extract {
    ($body:ident, $parse:expr) => {
        impl<T: DeserializeOwned + 'static> FromRequest for $body<T> {
            type Error = ApiError;
            type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

            fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
                let (request, payload) = (request.clone(), payload.take());
                Box::pin(async move {
                    let bytes = read(&request, payload).await?;
                    $parse(&request, &bytes).map(Self)
                })
            }
        }
    };
}

extract!(JsonBody, json);
extract!(FormBody, form);
extract!(JsonOrForm, either);
extract!(OptionalBody, optional);

fn json<T: DeserializeOwned>(request: &HttpRequest, bytes: &[u8]) -> Result<T, ApiError> {
    match media_type(request).as_deref() {
        Some(JSON) => parse_json(bytes),
        _ => Err(unsupported(JSON)),
    }
}

fn form<T: DeserializeOwned>(request: &HttpRequest, bytes: &[u8]) -> Result<T, ApiError> {
    match media_type(request).as_deref() {
        Some(FORM) => parse_form(bytes),
        _ => Err(unsupported(FORM)),
    }
}

fn optional<T: DeserializeOwned>(request: &HttpRequest, bytes: &[u8]) -> Result<T, ApiError> {
    if bytes.is_empty() { parse_json(b"{}") } else { either(request, bytes) }
}

fn either<T: DeserializeOwned>(request: &HttpRequest, bytes: &[u8]) -> Result<T, ApiError> {
    match media_type(request).as_deref() {
        Some(JSON) => parse_json(bytes),
        Some(FORM) => parse_form(bytes),
        _ => Err(unsupported(&format!("{JSON} or {FORM}"))),
    }
}

async fn read(request: &HttpRequest, payload: Payload) -> Result<Bytes, ApiError> {
    let limit = request.app_data::<BodyLimit>().map_or(PUBLIC_LIMIT, |limit| limit.0);
    collect(request.headers(), payload, limit).await
}

/// The whole body, refused as soon as it is known to be over `limit` bytes.
///
/// # Errors
/// 413 `payload_too_large`; 400 `invalid_request` for a body that breaks off or takes over 10 s.
pub async fn collect(
    headers: &header::HeaderMap,
    mut payload: Payload,
    limit: usize,
) -> Result<Bytes, ApiError> {
    let read = tokio::time::timeout(READ_LIMIT, buffer(headers, &mut payload, limit)).await;
    read.map_err(|_| ApiError::invalid_request("The request body did not arrive within 10 s."))?
}

/// Refuses a body that its `Content-Length` says to be over `limit` bytes, before any of it is
/// read.
///
/// # Errors
/// 413 `payload_too_large`.
pub fn check_announced(headers: &header::HeaderMap, limit: usize) -> Result<(), ApiError> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let announced = announced.and_then(|value| value.parse::<usize>().ok()).unwrap_or(0);
    if announced > limit { Err(ApiError::payload_too_large(limit)) } else { Ok(()) }
}

async fn buffer(
    headers: &header::HeaderMap,
    payload: &mut Payload,
    limit: usize,
) -> Result<Bytes, ApiError> {
    check_announced(headers, limit)?;
    let mut bytes = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| {
            ApiError::invalid_request("The request body broke off.").because(error)
        })?;
        if bytes.len() + chunk.len() > limit {
            return Err(ApiError::payload_too_large(limit));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

fn media_type(request: &HttpRequest) -> Option<String> {
    let value = request.headers().get(header::CONTENT_TYPE)?.to_str().ok()?;
    Some(value.parse::<mime::Mime>().ok()?.essence_str().to_ascii_lowercase())
}

fn unsupported(wanted: &str) -> ApiError {
    let message = format!("Send the body with Content-Type: {wanted}.");
    ApiError::new(ErrorCode::UnsupportedMediaType, message)
}

/// Reads a whole body as one JSON object, which is UTF-8 throughout (RFC 8259, section 8.1), also
/// in members that are skipped and that serde_json therefore does not look into.
///
/// # Errors
/// 400 `invalid_request`, with no value of the body in it.
pub fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let text = std::str::from_utf8(bytes);
    let text = text.map_err(|_| ApiError::invalid_request("The request body is not UTF-8."))?;
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if first != Some(&b'{') {
        return Err(ApiError::invalid_request("The request body must be one JSON object."));
    }
    serde_json::from_str(text).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        ApiError::invalid_request(format!("{} ({place}).", explain(&error)))
    })
}

/// What is wrong, without a value of the body: a token must not come back in an error.
fn explain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let about_a_name = ["unknown field `", "missing field `", "duplicate field `"];
    match error.classify() {
        serde_json::error::Category::Data => {
            let named = about_a_name.iter().find(|start| text.starts_with(**start));
            let name = named.and_then(|start| text.strip_prefix(start)?.split('`').next());
            match (named, name) {
                (Some(start), Some(name)) => {
                    let kind = start.trim_end_matches(" field `");
                    let name: String = name.chars().take(40).collect();
                    format!("The request body is not as described: {kind} member {name:?}")
                }
                _ => "A member of the request body has the wrong type or value".to_owned(),
            }
        }
        _ => "The request body is not valid JSON".to_owned(),
    }
}

fn parse_form<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    // What the parser says quotes names of the body: they are for neither the log nor the answer.
    serde_urlencoded::from_bytes(bytes).map_err(|_| {
        ApiError::invalid_request("The form could not be read. Go back, reload and try again.")
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::parse_json;

    #[derive(serde::Deserialize)]
    struct Known {
        known: u8,
    }

    #[test]
    fn a_body_is_utf8_also_where_nobody_looks() {
        assert_eq!(parse_json::<Known>(b"{\"known\":1,\"skipped\":\"x\"}").unwrap().known, 1);
        assert!(parse_json::<Known>(b"{\"known\":1,\"skipped\":\"\xff\"}").is_err());
    }

    #[test]
    fn a_body_is_one_object() {
        for wrong in [b"[1]".as_slice(), b"{} {}", b"1", b"", b"\xef\xbb\xbf{}"] {
            assert!(parse_json::<Value>(wrong).is_err());
        }
    }
}

//! The options of a ceremony, read as strictly as a browser reads them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::PasskeyError;

/// The COSE number of ES256.
pub(crate) const ES256: i64 = -7;

pub(crate) struct Creation {
    pub(crate) challenge: String,
    pub(crate) rp_id: String,
    pub(crate) user_handle: Vec<u8>,
    pub(crate) excluded: Vec<Vec<u8>>,
    pub(crate) wants_cred_props: bool,
}

impl Creation {
    pub(crate) fn parse(options: &Value, origin: &str) -> Result<Self, PasskeyError> {
        text(options, "/rp/name")?;
        text(options, "/user/name")?;
        text(options, "/user/displayName")?;
        let user_handle = bytes(options, "/user/id")?;
        if !(1..=64).contains(&user_handle.len()) {
            return Err(PasskeyError::BadOptions("/user/id"));
        }
        let offered = list(options, "/pubKeyCredParams")?;
        if !offered.iter().any(|offer| offer.get("alg").and_then(Value::as_i64) == Some(ES256)) {
            return Err(PasskeyError::NoCommonAlgorithm);
        }
        let wants_cred_props = options.pointer("/extensions/credProps") == Some(&Value::Bool(true));
        Ok(Self {
            challenge: challenge(options)?,
            rp_id: rp_id(options, "/rp/id", origin)?,
            user_handle,
            excluded: ids(options, "/excludeCredentials")?,
            wants_cred_props,
        })
    }
}

pub(crate) struct Request {
    pub(crate) challenge: String,
    pub(crate) rp_id: String,
    pub(crate) allowed: Vec<Vec<u8>>,
}

impl Request {
    pub(crate) fn parse(options: &Value, origin: &str) -> Result<Self, PasskeyError> {
        Ok(Self {
            challenge: challenge(options)?,
            rp_id: rp_id(options, "/rpId", origin)?,
            allowed: ids(options, "/allowCredentials")?,
        })
    }
}

fn challenge(options: &Value) -> Result<String, PasskeyError> {
    bytes(options, "/challenge")?;
    text(options, "/challenge").map(str::to_owned)
}

/// The RP id: the page's host, or a parent domain of it.
fn rp_id(options: &Value, at: &'static str, origin: &str) -> Result<String, PasskeyError> {
    let host = url::Url::parse(origin).ok().and_then(|url| url.host_str().map(str::to_owned));
    let host = host.unwrap_or_default();
    let rp_id = match options.pointer(at) {
        None => host.as_str(),
        Some(_) => text(options, at)?,
    };
    let parent = host.strip_suffix(rp_id).is_some_and(|rest| rest.ends_with('.'));
    if rp_id.is_empty() || !(host == rp_id || parent) {
        let (origin, rp_id) = (origin.to_owned(), rp_id.to_owned());
        return Err(PasskeyError::ForeignRpId { origin, rp_id });
    }
    Ok(rp_id.to_owned())
}

fn text<'a>(options: &'a Value, at: &'static str) -> Result<&'a str, PasskeyError> {
    options.pointer(at).and_then(Value::as_str).ok_or(PasskeyError::BadOptions(at))
}

fn bytes(options: &Value, at: &'static str) -> Result<Vec<u8>, PasskeyError> {
    URL_SAFE_NO_PAD.decode(text(options, at)?).map_err(|_| PasskeyError::BadOptions(at))
}

fn list<'a>(options: &'a Value, at: &'static str) -> Result<&'a [Value], PasskeyError> {
    let list = options.pointer(at).and_then(Value::as_array);
    list.map(Vec::as_slice).ok_or(PasskeyError::BadOptions(at))
}

/// The ids of a list of credential descriptors, which may be absent.
fn ids(options: &Value, at: &'static str) -> Result<Vec<Vec<u8>>, PasskeyError> {
    if options.pointer(at).is_none() {
        return Ok(Vec::new());
    }
    let id = |descriptor: &Value| {
        let id = descriptor.get("id").and_then(Value::as_str);
        id.and_then(|id| URL_SAFE_NO_PAD.decode(id).ok()).ok_or(PasskeyError::BadOptions(at))
    };
    list(options, at)?.iter().map(id).collect()
}

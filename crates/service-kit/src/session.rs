//! Session ids and one-time links: random, shown once, kept as SHA-256.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// 256 random bits: a session's id, or the token of an enrolment link.
pub struct RandomToken(SecretString);

impl RandomToken {
    /// Draws a new one from the operating system's generator.
    #[must_use]
    pub fn generate() -> Self {
        Self(URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()).into())
    }

    /// Reads one back; `None` where the text has not the shape of one, so that nothing needs to
    /// be looked up.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        (bytes.len() == 32).then(|| Self(text.into()))
    }

    /// The text for the cookie or link. It goes nowhere else.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// What the database keeps.
    #[must_use]
    pub fn sha256(&self) -> Vec<u8> {
        Sha256::digest(self.expose().as_bytes()).to_vec()
    }
}

/// The name of a session cookie: `__Host-` in front where people use https, which ties it to
/// the host and to TLS (RFC 6265bis, section 4.1.3.2).
#[must_use]
pub fn cookie_name(base: &str, https: bool) -> String {
    if https { format!("__Host-{base}") } else { base.to_owned() }
}

/// A cookie that scripts cannot read and other sites' forms do not send.
#[must_use]
pub fn cookie(
    base: &str,
    https: bool,
    value: &str,
    life: std::time::Duration,
) -> actix_web::cookie::Cookie<'static> {
    use actix_web::cookie::time::Duration;
    use actix_web::cookie::{Cookie, SameSite};
    let seconds = i64::try_from(life.as_secs()).unwrap_or(i64::MAX);
    Cookie::build(cookie_name(base, https), value.to_owned())
        .path("/")
        .http_only(true)
        .secure(https)
        .same_site(SameSite::Lax)
        .max_age(Duration::seconds(seconds))
        .finish()
}

/// The cookie that makes a browser forget.
#[must_use]
pub fn expired_cookie(base: &str, https: bool) -> actix_web::cookie::Cookie<'static> {
    let mut cookie = cookie(base, https, "", std::time::Duration::ZERO);
    cookie.make_removal();
    cookie
}

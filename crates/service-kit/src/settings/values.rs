//! The plain kinds of setting.

use std::str::FromStr;

use secrecy::{ExposeSecret as _, SecretString};

use super::Setting;

impl Setting for u16 {
    fn parse(text: &str) -> Result<Self, String> {
        Self::from_str(text).map_err(|_| "must be a whole number from 0 to 65535".to_owned())
    }
}

impl Setting for u32 {
    fn parse(text: &str) -> Result<Self, String> {
        Self::from_str(text).map_err(|_| "must be a whole number, 0 or more".to_owned())
    }
}

impl Setting for usize {
    fn parse(text: &str) -> Result<Self, String> {
        Self::from_str(text).map_err(|_| "must be a whole number, 0 or more".to_owned())
    }
}

/// `1` or `0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Switch(pub bool);

impl Setting for Switch {
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "1" => Ok(Self(true)),
            "0" => Ok(Self(false)),
            _ => Err("must be 1 (on) or 0 (off)".to_owned()),
        }
    }
}

/// A secret that keys an HMAC: used as the UTF-8 bytes of its variable, at least 32 of them
/// (section 4 of the contracts).
#[derive(Clone)]
pub struct KeySecret(pub SecretString);

impl Setting for KeySecret {
    const VERBATIM: bool = true;

    fn parse(text: &str) -> Result<Self, String> {
        if text.len() < 32 {
            return Err("is too short: a secret has at least 32 bytes (try: openssl rand -hex 32)"
                .to_owned());
        }
        Ok(Self(text.into()))
    }
}

/// How the secrets begin that stand in this repository, for everybody to read: in each
/// `env.example`, and in `docker-compose.yml`.
const PUBLISHED: [&str; 2] = ["an-example-", "demo-only-"];

impl KeySecret {
    /// Whether it is one of those.
    #[must_use]
    pub fn is_published(&self) -> bool {
        let secret = self.0.expose_secret();
        PUBLISHED.iter().any(|start| secret.starts_with(start))
    }
}

impl Setting for SecretString {
    const VERBATIM: bool = true;

    fn parse(text: &str) -> Result<Self, String> {
        Ok(text.into())
    }
}

/// Any text.
#[derive(Debug, Clone)]
pub struct Text(pub String);

impl Setting for Text {
    fn parse(text: &str) -> Result<Self, String> {
        Ok(Self(text.to_owned()))
    }
}

/// A domain name, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain(pub String);

impl Setting for Domain {
    fn parse(text: &str) -> Result<Self, String> {
        let domain = text.to_ascii_lowercase();
        let label = |label: &str| {
            !label.is_empty()
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        if domain.len() <= 253 && domain.split('.').all(label) {
            Ok(Self(domain))
        } else {
            Err("must be a domain name, such as example.net".to_owned())
        }
    }
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For a person at a terminal.
    Pretty,
}

impl Setting for LogFormat {
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "json" => Ok(Self::Json),
            "pretty" => Ok(Self::Pretty),
            _ => Err("must be json or pretty".to_owned()),
        }
    }
}

/// `redis://…`, or `rediss://…` for TLS; `#insecure` accepts any certificate. It can hold a
/// password and so is not printed.
#[derive(Clone)]
pub struct RedisUrl {
    /// The address, as the client wants it.
    pub address: SecretString,
    /// Whether the connection is encrypted.
    pub tls: bool,
    /// Whether any certificate will do (Heroku's are self-signed).
    pub accept_any_certificate: bool,
}

impl Setting for RedisUrl {
    fn parse(text: &str) -> Result<Self, String> {
        let shape = "must be redis://host:port or rediss://host:port, the latter with #insecure \
                     where any certificate will do";
        let url = url::Url::parse(text).map_err(|_| shape.to_owned())?;
        let tls = match url.scheme() {
            "redis" => false,
            "rediss" => true,
            _ => return Err(shape.to_owned()),
        };
        let accept_any_certificate = match url.fragment() {
            None => false,
            Some("insecure") if tls => true,
            Some(_) => return Err(shape.to_owned()),
        };
        if url.host_str().is_none_or(str::is_empty) {
            return Err(shape.to_owned());
        }
        Ok(Self { address: text.into(), tls, accept_any_certificate })
    }
}

//! The bootstrap token: Raptor's signed permission to create one account (section 3 of the
//! contracts).
//!
//! `base64url(payload) "." hex(HMAC-SHA256(key, base64url(payload)))`. The signature is judged
//! first, so of a text that is not ours nothing is parsed.

use chrono::{DateTime, TimeDelta, Utc};
use ghost_contracts::{Base64Url, EmailAddress, Token, object};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use service_kit::session::RandomToken;
use sha2::Sha256;

use crate::db;
use crate::error::Error;
use crate::state::Accounts;

/// How long a token lives.
pub const LIFE: TimeDelta = TimeDelta::minutes(30);

/// How far the database's clock, which dates tokens, may be ahead of the one that judges them.
const SKEW: TimeDelta = TimeDelta::seconds(5);

/// The longest text that is looked at, in bytes. Ours have at most about 650.
const MAX_BYTES: usize = 2048;

/// The longest nonce that is taken, in bytes. Ours have 43.
const MAX_NONCE_BYTES: usize = 128;

/// The keys that are live: one that signs and verifies, and during a rotation the one before it,
/// which only verifies (`BOOTSTRAP_TOKEN_SIGNING_KEY_PREVIOUS`).
#[derive(Clone)]
pub struct BootstrapKeys {
    current: Hmac<Sha256>,
    previous: Option<Hmac<Sha256>>,
}

/// A token whose signature is ours. Whether its time is over, it was used or it was replaced is
/// a question of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BootstrapToken {
    /// Whose account it may create.
    pub email: EmailAddress,
    /// What makes it one of a kind.
    pub nonce: String,
    /// When it was made, by the database's clock, in Unix seconds.
    pub issued_at: i64,
    /// When its life ends, in Unix seconds.
    pub expires_at: i64,
}

/// What stands in a token, in this order.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    v: u8,
    email: String,
    nonce: String,
    iat: i64,
    exp: i64,
}

/// Why a text is no bootstrap token, for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAToken {
    /// Not two parts with a full stop between them, or too long.
    #[error("the token has another shape")]
    Shape,
    /// The signature is not by a live key.
    #[error("the token's signature is not ours")]
    Signature,
    /// Signed, but not what we sign.
    #[error("the token's payload is not as described")]
    Payload,
}

impl BootstrapKeys {
    /// Takes the secrets as the bytes of their UTF-8; `None` where one cannot be a key, which
    /// does not happen: HMAC takes any length.
    #[must_use]
    pub fn new(current: &SecretString, previous: Option<&SecretString>) -> Option<Self> {
        let key = |secret: &SecretString| {
            Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()).ok()
        };
        let previous = match previous {
            Some(secret) => Some(key(secret)?),
            None => None,
        };
        Some(Self { current: key(current)?, previous })
    }

    /// Signs a token with the current key.
    ///
    /// # Errors
    ///
    /// Where the payload cannot be written.
    pub fn sign(&self, token: &BootstrapToken) -> serde_json::Result<Token> {
        let payload = serde_json::to_vec(&Payload {
            v: 1,
            email: token.email.to_string(),
            nonce: token.nonce.clone(),
            iat: token.issued_at,
            exp: token.expires_at,
        })?;
        let signed = Base64Url::from(payload).to_string();
        let tag = self.current.clone().chain_update(signed.as_bytes()).finalize().into_bytes();
        Ok(Token::new(format!("{signed}.{}", hex::encode(tag))))
    }

    /// Reads a token back.
    ///
    /// # Errors
    ///
    /// The first reason that applies; the signature is compared in constant time and before
    /// anything is parsed.
    pub fn open(&self, token: &Token) -> Result<BootstrapToken, NotAToken> {
        let text = token.reveal();
        if text.len() > MAX_BYTES {
            return Err(NotAToken::Shape);
        }
        let (signed, tag) = text.split_once('.').ok_or(NotAToken::Shape)?;
        if tag.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(NotAToken::Shape);
        }
        let tag = hex::decode(tag).map_err(|_| NotAToken::Shape)?;
        let mut keys = [Some(&self.current), self.previous.as_ref()].into_iter().flatten();
        if !keys.any(|key| key.clone().chain_update(signed).verify_slice(&tag).is_ok()) {
            return Err(NotAToken::Signature);
        }
        read(signed).ok_or(NotAToken::Payload)
    }
}

/// The payload of a text whose signature is good: exactly the members of section 3, each of its
/// type, the e-mail in its normal form.
fn read(signed: &str) -> Option<BootstrapToken> {
    let bytes: Base64Url = signed.parse().ok()?;
    let payload: Payload = object::from_slice(bytes.as_bytes()).ok()?;
    let email = EmailAddress::parse(&payload.email).ok()?;
    let nonce_fits = (1..=MAX_NONCE_BYTES).contains(&payload.nonce.len())
        && payload.nonce.bytes().all(|byte| byte.is_ascii_graphic());
    let life =
        DateTime::from_timestamp(payload.exp, 0)? - DateTime::from_timestamp(payload.iat, 0)?;
    let lives = TimeDelta::zero() < life;
    let good = payload.v == 1 && email.as_str() == payload.email && nonce_fits && lives;
    good.then_some(BootstrapToken {
        email,
        nonce: payload.nonce,
        issued_at: payload.iat,
        expires_at: payload.exp,
    })
}

impl BootstrapToken {
    /// Whether its life is over.
    #[must_use]
    pub fn is_expired(&self, now: DateTime<Utc>) -> bool {
        self.expires_at <= now.timestamp()
    }

    /// Whether it begins or ends later than one that is made now, by more than clocks can differ:
    /// no token is good for longer than that.
    #[must_use]
    pub fn is_from_the_future(&self, now: DateTime<Utc>) -> bool {
        let latest = now + SKEW;
        self.issued_at > latest.timestamp() || self.expires_at > (latest + LIFE).timestamp()
    }
}

/// Makes a token for `email` and audits that, as `actor`, before anybody sees it.
///
/// Its `iat` is the database's time, because that is what the time of a ghost reset is compared
/// with.
///
/// # Errors
///
/// [`Error::AuditWriteFailed`], and where the database is away: then there is no token.
pub async fn mint(
    accounts: &Accounts,
    keys: &BootstrapKeys,
    email: &EmailAddress,
    actor: &str,
) -> Result<Token, Error> {
    let issued_at = accounts
        .transaction(async |connection| {
            let issued_at = db::bootstrap_token::time(connection).await?;
            let user = db::user::find_by_email(connection, email).await?;
            let entry = db::audit::Entry {
                actor,
                action: "account.bootstrap_token_minted",
                target: db::audit::account_target(user.map(|user| user.id), email),
                context: serde_json::json!({"path": actor}),
            };
            db::audit::insert(connection, entry).await?;
            Ok(issued_at)
        })
        .await?;
    let issued_at = issued_at.timestamp();
    let token = BootstrapToken {
        email: email.clone(),
        nonce: RandomToken::generate().expose().to_owned(),
        issued_at,
        expires_at: issued_at.saturating_add(LIFE.num_seconds()),
    };
    keys.sign(&token).map_err(Error::internal)
}

#[cfg(test)]
mod tests;

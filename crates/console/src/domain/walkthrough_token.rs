//! Walkthrough tokens: the Console's invitations (section 6 of the contracts).
//!
//! A token is derived from its row each time it is needed and stored nowhere. What the row says
//! now decides whether it can be used; the token itself only proves which row it is.

use chrono::{DateTime, TimeDelta, Utc};
use ghost_contracts::console::RefusalReason;
use ghost_contracts::{EmailAddress, Token};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What these tokens are for; a JWT with another purpose is refused.
const AUDIENCE: &str = "walkthrough";
/// Who makes them.
const ISSUER: &str = "console";

/// How long a consumption can be repeated by the attempt that made it.
const REPEATABLE: TimeDelta = TimeDelta::minutes(10);

/// A live token younger than this is kept by a ghost reset and mailed again (section 8 of the
/// contracts, step 7).
pub const KEPT: TimeDelta = TimeDelta::seconds(60);

/// `beta_walkthrough_tokens.id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenId(pub i64);

/// A row of `beta_walkthrough_tokens`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalkthroughToken {
    /// The row's id.
    pub id: TokenId,
    /// Whose invitation it is.
    pub tester_email: EmailAddress,
    /// When it was minted.
    pub created_at: DateTime<Utc>,
    /// When it ends, 14 days later.
    pub expires_at: DateTime<Utc>,
    /// When its link was first looked at, perhaps by a mail scanner.
    pub first_opened_at: Option<DateTime<Utc>>,
    /// When it was spent.
    pub consumed_at: Option<DateTime<Utc>>,
    /// Which attempt spent it.
    pub consume_attempt_id: Option<Uuid>,
    /// When a newer one, or a reset, took its place.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl WalkthroughToken {
    /// Why it cannot be used at `now`, the database's time; `None` where it can. Revoked counts
    /// before consumed, and that before expired.
    #[must_use]
    pub fn refusal(&self, now: DateTime<Utc>) -> Option<RefusalReason> {
        if self.revoked_at.is_some() {
            Some(RefusalReason::Revoked)
        } else if self.consumed_at.is_some() {
            Some(RefusalReason::Consumed)
        } else if self.expires_at <= now {
            Some(RefusalReason::Expired)
        } else {
            None
        }
    }

    /// What asking to consume it comes to at `now`, the database's time. An attempt that spent it
    /// within the last 10 minutes may ask again: its answer was perhaps lost on the way.
    #[must_use]
    pub fn judge_consumption(&self, attempt: Option<Uuid>, now: DateTime<Utc>) -> Consumption {
        match self.refusal(now) {
            None => Consumption::Usable,
            Some(RefusalReason::Consumed) if self.was_just_spent_by(attempt, now) => {
                Consumption::Repeated
            }
            Some(reason) => Consumption::Refused(reason),
        }
    }

    fn was_just_spent_by(&self, attempt: Option<Uuid>, now: DateTime<Utc>) -> bool {
        attempt.is_some()
            && self.consume_attempt_id == attempt
            && self.consumed_at.is_some_and(|consumed_at| now - consumed_at <= REPEATABLE)
    }

    /// Whether it can be used at `now`, the database's time.
    #[must_use]
    pub fn is_live(&self, now: DateTime<Utc>) -> bool {
        self.refusal(now).is_none()
    }
}

/// What asking to consume a token comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consumption {
    /// It can be spent.
    Usable,
    /// This very attempt has spent it already: the same answer, and nothing is written.
    Repeated,
    /// It cannot be spent.
    Refused(RefusalReason),
}

/// The keys of walkthrough tokens: one that signs and verifies and, during a rotation, the one
/// before it, which only verifies.
#[derive(Clone)]
pub struct WalkthroughKeys {
    signing: EncodingKey,
    verifying: Vec<DecodingKey>,
}

/// A row's token cannot be written. Not met in practice: an HMAC takes any key.
#[derive(Debug, thiserror::Error)]
#[error("a walkthrough token could not be signed")]
pub struct SigningFailed;

/// Everything a token says. The order of the members is part of its text.
#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    /// The row's id.
    sub: String,
    /// The row's `created_at` and `expires_at` in Unix seconds, for whoever looks at the token.
    iat: i64,
    exp: i64,
}

impl WalkthroughKeys {
    /// Takes `CONSOLE_SECRET_KEY` and `CONSOLE_SECRET_KEY_PREVIOUS`.
    #[must_use]
    pub fn new(current: &SecretString, previous: Option<&SecretString>) -> Self {
        let bytes = |secret: &SecretString| secret.expose_secret().as_bytes().to_vec();
        Self {
            signing: EncodingKey::from_secret(&bytes(current)),
            verifying: [Some(current), previous]
                .into_iter()
                .flatten()
                .map(|secret| DecodingKey::from_secret(&bytes(secret)))
                .collect(),
        }
    }

    /// The token of a row. The same row and key give the same text.
    ///
    /// # Errors
    /// [`SigningFailed`].
    pub fn derive(&self, row: &WalkthroughToken) -> Result<Token, SigningFailed> {
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: row.id.0.to_string(),
            iat: row.created_at.timestamp(),
            exp: row.expires_at.timestamp(),
        };
        let text = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.signing);
        text.map(Token::new).map_err(|_| SigningFailed)
    }

    /// Which row a token names; `None` for anything that is not a token of ours.
    ///
    /// Its times are neither judged nor compared with the row's. The row decides, whoever moved
    /// its times, and a revoked or expired token must be told apart from an unknown one after that,
    /// too. What a comparison would catch is a row whose id was given away twice, which happens
    /// where a database is restored from an older backup: then `CONSOLE_SECRET_KEY` is changed
    /// without a previous one, and with it every older token ends.
    #[must_use]
    pub fn verify(&self, token: &Token) -> Option<TokenId> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_audience(&[AUDIENCE]);
        validation.set_issuer(&[ISSUER]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        validation.leeway = 0;
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let claims = self.verifying.iter().find_map(|key| {
            jsonwebtoken::decode::<Claims>(token.reveal(), key, &validation).ok()
        })?;
        claims.claims.sub.parse().ok().map(TokenId)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "a console secret key of 32 bytes or more";
    const OLD_KEY: &str = "the console secret key that went before it";

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_780_000_000 + seconds, 0).unwrap()
    }

    fn row() -> WalkthroughToken {
        WalkthroughToken {
            id: TokenId(7),
            tester_email: "ada@example.com".parse().unwrap(),
            created_at: at(0),
            expires_at: at(0) + TimeDelta::days(14),
            first_opened_at: None,
            consumed_at: None,
            consume_attempt_id: None,
            revoked_at: None,
        }
    }

    fn keys(current: &str, previous: Option<&str>) -> WalkthroughKeys {
        let previous = previous.map(SecretString::from);
        WalkthroughKeys::new(&current.into(), previous.as_ref())
    }

    #[test]
    fn the_same_row_gives_the_same_token_and_the_token_names_the_row() {
        let keys = keys(KEY, None);
        let token = keys.derive(&row()).unwrap();
        assert_eq!(token.reveal(), keys.derive(&row()).unwrap().reveal());
        assert_eq!(keys.verify(&token), Some(TokenId(7)));
    }

    #[test]
    fn the_times_of_the_row_decide_and_not_those_of_the_token() {
        let keys = keys(KEY, None);
        let long_over = WalkthroughToken { expires_at: at(-9), created_at: at(-10), ..row() };
        assert_eq!(keys.verify(&keys.derive(&long_over).unwrap()), Some(TokenId(7)));
    }

    #[test]
    fn a_token_of_the_previous_key_still_counts_and_no_other() {
        let old = keys(OLD_KEY, None).derive(&row()).unwrap();
        assert_eq!(keys(KEY, Some(OLD_KEY)).verify(&old), Some(TokenId(7)));
        assert_eq!(keys(KEY, None).verify(&old), None);
    }

    #[test]
    fn a_jwt_with_another_purpose_or_algorithm_is_no_walkthrough_token() {
        let ring = keys(KEY, None);
        let encode = |algorithm, iss: &str, aud: &str| {
            let claims = Claims {
                iss: iss.to_owned(),
                aud: aud.to_owned(),
                sub: "7".to_owned(),
                iat: 0,
                exp: at(0).timestamp(),
            };
            let key = EncodingKey::from_secret(KEY.as_bytes());
            Token::new(jsonwebtoken::encode(&Header::new(algorithm), &claims, &key).unwrap())
        };
        assert!(ring.verify(&encode(Algorithm::HS256, "console", "walkthrough")).is_some());
        assert!(ring.verify(&encode(Algorithm::HS256, "console", "raptor-api")).is_none());
        assert!(ring.verify(&encode(Algorithm::HS256, "raptor-api", "walkthrough")).is_none());
        assert!(ring.verify(&encode(Algorithm::HS384, "console", "walkthrough")).is_none());
        let unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJzdWIiOiI3In0.";
        for text in ["", "7", "a.b.c", unsigned] {
            assert!(ring.verify(&Token::new(text)).is_none(), "{text}");
        }
    }

    #[test]
    fn revoked_counts_before_consumed_and_consumed_before_expired() {
        let over = at(0) + TimeDelta::days(14);
        let consumed = WalkthroughToken { consumed_at: Some(at(5)), ..row() };
        let revoked = WalkthroughToken { revoked_at: Some(at(6)), ..consumed.clone() };
        assert_eq!(row().refusal(at(10)), None);
        assert_eq!(row().refusal(over), Some(RefusalReason::Expired));
        assert_eq!(consumed.refusal(over), Some(RefusalReason::Consumed));
        assert_eq!(revoked.refusal(over), Some(RefusalReason::Revoked));
    }

    #[test]
    fn the_attempt_that_spent_it_may_ask_again_for_ten_minutes_and_no_other_may() {
        let attempt = Some(Uuid::from_u128(1));
        let spent =
            WalkthroughToken { consumed_at: Some(at(0)), consume_attempt_id: attempt, ..row() };
        let refused = Consumption::Refused(RefusalReason::Consumed);
        assert_eq!(row().judge_consumption(attempt, at(1)), Consumption::Usable);
        assert_eq!(spent.judge_consumption(attempt, at(600)), Consumption::Repeated);
        assert_eq!(spent.judge_consumption(attempt, at(601)), refused);
        assert_eq!(spent.judge_consumption(Some(Uuid::from_u128(2)), at(1)), refused);
        assert_eq!(spent.judge_consumption(None, at(1)), refused);
        let anonymous = WalkthroughToken { consume_attempt_id: None, ..spent.clone() };
        assert_eq!(anonymous.judge_consumption(None, at(1)), refused);
        let revoked = WalkthroughToken { revoked_at: Some(at(1)), ..spent };
        let taken_back = Consumption::Refused(RefusalReason::Revoked);
        assert_eq!(revoked.judge_consumption(attempt, at(2)), taken_back);
    }
}

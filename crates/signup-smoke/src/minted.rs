//! A bootstrap token as the harness sees it. It has no key and cannot check the signature; that
//! is what begin is for.

use chrono::{DateTime, Utc};
use ghost_contracts::{Base64Url, EmailAddress, Token};
use serde::Deserialize;

use crate::address::SmokeAddress;
use crate::cut;

/// A token for the run's address.
#[derive(Debug, Clone)]
pub struct Minted {
    /// The token.
    pub token: Token,
    /// When it was made, by the clock of the deployment's database. No account that this run
    /// makes can be older.
    pub issued_at: DateTime<Utc>,
}

/// What of the payload is looked at (section 3 of the contracts).
#[derive(Deserialize)]
struct Payload {
    email: EmailAddress,
    iat: i64,
}

impl Minted {
    /// Reads a line that is a token for `email` and nothing else.
    #[must_use]
    pub fn read(line: &str, email: &SmokeAddress) -> Option<Self> {
        let (signed, tag) = line.split_once('.')?;
        if tag.len() != 64 || !tag.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let payload: Base64Url = signed.parse().ok()?;
        let payload: Payload = serde_json::from_slice(payload.as_bytes()).ok()?;
        let issued_at = DateTime::from_timestamp(payload.iat, 0)?;
        (payload.email == *email.email()).then(|| Self { token: Token::new(line), issued_at })
    }

    /// The token as it may be shown.
    #[must_use]
    pub fn shown(&self) -> String {
        cut::ends(self.token.reveal())
    }
}

impl PartialEq for Minted {
    fn eq(&self, other: &Self) -> bool {
        self.token.reveal() == other.token.reveal()
    }
}

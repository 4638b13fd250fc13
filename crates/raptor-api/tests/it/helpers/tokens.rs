//! Secrets of the test's service, and tokens made with them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::TestApp;

/// `BOOTSTRAP_TOKEN_SIGNING_KEY`.
pub const BOOTSTRAP_KEY: &str = "bootstrap-key-of-the-tests-0123456789";
/// `RAPTOR_INTERNAL_TOKEN`.
pub const INTERNAL_SECRET: &str = "internal-secret-of-the-tests-0123456789";

/// What stands in a bootstrap token, to be made wrong in one place. Written here from section 3
/// of the contracts, not with the service's own code.
#[derive(Debug, Clone)]
pub struct BootstrapPayload {
    pub email: String,
    pub nonce: String,
    pub iat: i64,
    pub exp: i64,
}

impl BootstrapPayload {
    /// A good one, made now.
    pub fn new(app: &TestApp, email: &str) -> Self {
        let iat = app.now().timestamp();
        let nonce = uuid::Uuid::new_v4().to_string();
        Self { email: email.to_owned(), nonce, iat, exp: iat + 1800 }
    }

    /// The same, made at another time (Unix seconds).
    pub fn issued_at(self, iat: i64) -> Self {
        Self { iat, exp: iat + 1800, ..self }
    }

    pub fn sign(&self) -> String {
        self.sign_with(BOOTSTRAP_KEY)
    }

    pub fn sign_with(&self, key: &str) -> String {
        let Self { email, nonce, iat, exp } = self;
        sign_text(
            &format!(r#"{{"v":1,"email":"{email}","nonce":"{nonce}","iat":{iat},"exp":{exp}}}"#),
            key,
        )
    }
}

/// Signs any payload.
pub fn sign_text(payload: &str, key: &str) -> String {
    let signed = URL_SAFE_NO_PAD.encode(payload);
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(signed.as_bytes());
    format!("{signed}.{}", hex::encode(mac.finalize().into_bytes()))
}

impl TestApp {
    /// A good bootstrap token.
    pub async fn mint(&self, email: &str) -> String {
        // `iat` by the database's clock, as the service does it.
        let iat = self.number("SELECT floor(extract(epoch FROM now()))").await;
        BootstrapPayload { iat, exp: iat + 1800, ..BootstrapPayload::new(self, email) }.sign()
    }
}

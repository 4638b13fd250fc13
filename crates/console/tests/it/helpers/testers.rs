//! Testers and their invitations, as a test needs them.

use chrono::{DateTime, TimeDelta};
use console::domain::walkthrough_token::{TokenId, WalkthroughKeys, WalkthroughToken};
use ghost_contracts::service_token::{self, Party, SigningKey};
use serde_json::{Value, json};
use service_kit::clock::Clock;

use super::app::{CONSOLE_SECRET, INTERNAL_SECRET, TestApp};
use super::client::{Ask, Client, Reply};

/// Where Raptor asks what a token is worth.
pub const VERIFY: &str = "/api/internal/beta/walkthrough-tokens/verify";
/// Where Raptor has a token spent.
pub const CONSUME: &str = "/api/internal/beta/walkthrough-tokens/consume";

impl TestApp {
    /// A tester with a fresh invitation and no mail: the ids of both.
    pub async fn add_tester(&self, email: &str) -> (i64, i64) {
        self.sql(&format!(
            "INSERT INTO beta_testers (email, name) VALUES ('{email}', 'Ada'); \
             INSERT INTO beta_walkthrough_tokens (tester_email) VALUES ('{email}')"
        ))
        .await;
        let id = |table: &str, column: &str| {
            format!("SELECT max(id) FROM {table} WHERE {column} = '{email}'")
        };
        let tester = self.number(&id("beta_testers", "email")).await;
        (tester, self.number(&id("beta_walkthrough_tokens", "tester_email")).await)
    }

    /// The state of every token of a tester, oldest first: `live`, `consumed`, `revoked`.
    pub async fn tokens(&self, email: &str) -> Vec<String> {
        let rows = self
            .rows(&format!(
                "SELECT CASE WHEN revoked_at IS NOT NULL THEN 'revoked' \
                             WHEN consumed_at IS NOT NULL THEN 'consumed' \
                             WHEN expires_at <= now() THEN 'expired' ELSE 'live' END AS state \
                 FROM beta_walkthrough_tokens WHERE tester_email = '{email}' ORDER BY id"
            ))
            .await;
        rows.iter().map(|row| row["state"].as_str().unwrap().to_owned()).collect()
    }

    /// Asks as Raptor does, with a service token of its own.
    pub async fn as_raptor(&self, path: &str, body: &Value) -> Reply {
        let key = SigningKey::new(INTERNAL_SECRET.into()).unwrap();
        let text = body.to_string();
        let now = Clock::system().now();
        let token = service_token::sign(&key, Party::Raptor, "POST", path, text.as_bytes(), now);
        let ask = Ask::post(path, "application/json", text);
        self.client.send(ask.header("authorization", format!("Bearer {token}"))).await
    }

    /// What Raptor hears of a token.
    pub async fn verify(&self, token: &str) -> Value {
        let answer = self.as_raptor(VERIFY, &json!({"token": token})).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    /// Has a token spent, as a person who accepts the current agreement.
    pub async fn consume(&self, token: &str) -> Reply {
        self.as_raptor(CONSUME, &consume_body(token, &self.nda_version().await)).await
    }

    /// The version of the agreement that is current.
    pub async fn nda_version(&self) -> String {
        let rows = "SELECT version FROM nda_documents ORDER BY published_at DESC LIMIT 1";
        self.rows(rows).await[0]["version"].as_str().unwrap().to_owned()
    }
}

/// What Raptor sends for a person who accepts.
pub fn consume_body(token: &str, nda_version: &str) -> Value {
    json!({"token": token, "nda_version": nda_version, "nda_accepted": true})
}

/// The token of a row, as a mail brings it.
pub fn token_of_row(id: i64) -> String {
    token_signed_with(CONSOLE_SECRET, id)
}

/// The same with another key.
pub fn token_signed_with(secret: &str, id: i64) -> String {
    let at = DateTime::from_timestamp(1_780_000_000, 0).unwrap();
    let row = WalkthroughToken {
        id: TokenId(id),
        tester_email: "ada@example.com".parse().unwrap(),
        created_at: at,
        expires_at: at + TimeDelta::days(14),
        first_opened_at: None,
        consumed_at: None,
        consume_attempt_id: None,
        revoked_at: None,
    };
    WalkthroughKeys::new(&secret.into(), None).derive(&row).unwrap().reveal().to_owned()
}

impl Client {
    /// `query` as in `?q=ada`, or nothing.
    pub async fn testers(&self, query: &str) -> Reply {
        self.get(&format!("/console/beta{query}")).await
    }

    pub async fn tester(&self, id: i64) -> Reply {
        self.get(&format!("/console/beta/testers/{id}")).await
    }

    pub async fn invite(&self, email: &str, name: &str) -> Reply {
        self.post("/console/beta/testers", &json!({"email": email, "name": name})).await
    }

    pub async fn resend(&self, id: i64) -> Reply {
        self.post(&format!("/console/beta/testers/{id}/invite"), &json!({})).await
    }

    pub async fn reveal_link(&self, id: i64) -> Reply {
        self.post(&format!("/console/beta/testers/{id}/link"), &json!({})).await
    }

    /// What a reset would do; `query` as in `?only=run`, or nothing.
    pub async fn reset_preview(&self, id: i64, query: &str) -> Reply {
        self.get(&format!("/console/beta/testers/{id}/ghost-reset{query}")).await
    }

    pub async fn ghost_reset(&self, id: i64) -> Reply {
        self.post(&format!("/console/beta/testers/{id}/ghost-reset"), &json!({})).await
    }
}

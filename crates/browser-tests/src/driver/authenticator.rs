//! A passkey device, as the browser can pretend to have one.

use serde_json::{Value, json};

use super::connection::Connection;

/// The tab's passkey device: built in, knows its owner, and says yes until told otherwise. Its
/// passkeys are the tab's own.
pub struct Authenticator {
    connection: &'static Connection,
    session: String,
    id: String,
}

impl Authenticator {
    pub(super) async fn plug_in(connection: &'static Connection, session: String) -> Self {
        let mut device = Self { connection, session, id: String::new() };
        device.command("enable", json!({"enableUI": false})).await;
        let options = json!({
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": true,
            "hasUserVerification": true,
            "isUserVerified": true,
            "automaticPresenceSimulation": true,
        });
        let made = device.command("addVirtualAuthenticator", json!({"options": options})).await;
        let id = made.get("authenticatorId").and_then(Value::as_str);
        device.id = id.expect("a device has an id").to_owned();
        device
    }

    /// Whether it recognises who holds it. Where not, every ceremony is refused.
    pub async fn recognises_its_owner(&self, recognises: bool) {
        self.tell("setUserVerified", json!({"isUserVerified": recognises})).await;
    }

    /// Whether somebody answers the prompt. Where not, it stays open.
    pub async fn is_answered(&self, answered: bool) {
        self.tell("setAutomaticPresenceSimulation", json!({"enabled": answered})).await;
    }

    /// How many passkeys it holds.
    pub async fn passkeys(&self) -> usize {
        let held = self.tell("getCredentials", json!({})).await;
        held.get("credentials").and_then(Value::as_array).map_or(0, Vec::len)
    }

    /// Loses them all.
    pub async fn forget(&self) {
        self.tell("clearCredentials", json!({})).await;
    }

    async fn tell(&self, method: &str, mut params: Value) -> Value {
        if let Some(params) = params.as_object_mut() {
            params.insert("authenticatorId".to_owned(), self.id.as_str().into());
        }
        self.command(method, params).await
    }

    async fn command(&self, method: &str, params: Value) -> Value {
        let method = format!("WebAuthn.{method}");
        let outcome = self.connection.call(Some(&self.session), &method, params).await;
        outcome.unwrap_or_else(|error| panic!("{error}"))
    }
}

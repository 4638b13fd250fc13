//! Somebody with the shared secret, who asks Raptor to delete accounts that are in use.

use std::sync::Arc;
use std::time::Duration;

use ghost_contracts::service_token::{self, Party, SigningKey};
use serde_json::{Value, json};

use super::Stage;
use crate::world::bystanders::BYSTANDERS;

const PATH: &str = "/api/internal/users/ghost-delete";

/// Attacks until it is over.
pub(super) async fn attack(stage: Arc<Stage>) {
    let mut dice = stage.dice("attacker");
    let Ok(key) = SigningKey::new(stage.secrets.internal.clone().into()) else { return };
    let http = reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(1))
        .timeout(Duration::from_secs(8))
        .no_proxy()
        .build();
    let Ok(http) = http else { return };
    let mut operators = stage.operators.clone();
    while !stage.is_over() {
        stage.pause(dice.millis(100, 700)).await;
        let Some(email) = victim(&stage, &mut dice) else { continue };
        let body = json!({"email": email, "actor_admin_id": "attacker"}).to_string();
        #[expect(
            clippy::disallowed_methods,
            reason = "no part of our services: an attacker's clock"
        )]
        let now = chrono::Utc::now();
        let token = service_token::sign(&key, Party::Console, "POST", PATH, body.as_bytes(), now);
        let Some(door) = dice.pick(&stage.raptor_doors) else { return };
        let request = http.post(format!("{door}{PATH}")).bearer_auth(token);
        let answer = request.header("content-type", "application/json").body(body).send().await;
        match answer.map(|answer| answer.status().as_u16()) {
            Ok(204) => {
                stage.notes.violation("deleted-in-use", format!("ghost-delete of {email}: 204"))
            }
            Ok(409) => stage.notes.count("attacks refused"),
            _ => stage.notes.count("attacks without a clear answer"),
        }
        if let Some(operator) = operators.first_mut().filter(|_| dice.chance(20)) {
            let tester = dice.between(1, 3).cast_signed();
            let bystander = (tester, "a bystander");
            let answer = operator.reset(&mut dice, &stage.notes, bystander, None).await;
            if answer.is_some_and(|answer| answer.status == 200) {
                stage.notes.violation("deleted-in-use", "a bystander was reset by an operator");
            }
        }
    }
}

/// A bystander, or somebody whose signup was confirmed.
fn victim(stage: &Stage, dice: &mut crate::dice::Dice) -> Option<String> {
    let signups = stage.notes.promised("signups");
    let signups = signups.as_array().map(Vec::as_slice).unwrap_or_default();
    let bystander = dice.chance(50) || signups.is_empty();
    match dice.pick(signups).filter(|_| !bystander) {
        Some(signup) => signup.get("email").and_then(Value::as_str).map(str::to_owned),
        None => dice.pick(&BYSTANDERS).map(|email| (*email).to_owned()),
    }
}

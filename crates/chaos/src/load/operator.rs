//! An operator at the Console.

use serde_json::{Value, json};
use test_support::software_passkey::SoftwarePasskey;

use crate::client::{Answer, Client, token_of};
use crate::dice::Dice;
use crate::notes::Notes;

/// Somebody with a session at the Console. A clone of them uses the same session.
#[derive(Debug, Clone)]
pub(crate) struct Operator {
    client: Client,
    pub(crate) admin_id: String,
}

impl Operator {
    /// Follows an enrolment link: makes a passkey and is signed in by it.
    pub(super) async fn enrol(
        mut client: Client,
        link: &str,
        dice: &mut Dice,
        notes: &Notes,
    ) -> Option<Self> {
        let token = token_of(link)?;
        notes.secret("an enrolment link", &token);
        let begun = client.post(dice, "/console/enroll/begin", &json!({"token": token})).await?;
        let options = begun.member("/options")?;
        let credential = SoftwarePasskey::synced().try_create(&options, client.origin()).ok()?;
        let body = json!({"token": token, "credential": credential});
        let finished = client.post(dice, "/console/enroll/finish", &body).await?;
        let admin_id = finished.member("/admin_id")?.as_str()?.to_owned();
        notes.secret("an operator's session", client.cookie("console_session")?);
        Some(Self { client, admin_id })
    }

    /// Invites a tester.
    pub(super) async fn invite(&mut self, dice: &mut Dice, email: &str) -> Option<Answer> {
        let body = json!({"email": email, "name": "Somebody"});
        self.client.post(dice, "/console/beta/testers", &body).await
    }

    /// Does something with a tester that needs no body.
    pub(super) async fn act(
        &mut self,
        dice: &mut Dice,
        tester: i64,
        action: &str,
    ) -> Option<Answer> {
        self.client
            .post(dice, &format!("/console/beta/testers/{tester}/{action}"), &json!({}))
            .await
    }

    /// The ghost reset, with a plan or without. What it answers is noted.
    pub(crate) async fn reset(
        &mut self,
        dice: &mut Dice,
        notes: &Notes,
        (tester, email): (i64, &str),
        plan: Option<Value>,
    ) -> Option<Answer> {
        let path = format!("/console/beta/testers/{tester}/ghost-reset");
        let body = plan.map_or(json!({}), |plan| json!({"plan": plan}));
        let asked_at = notes.clock();
        let answer = self.client.post(dice, &path, &body).await;
        let Some(answer) = answer else {
            notes.count("resets without an answer");
            return None;
        };
        match answer.status {
            200 => {
                let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
                let sent = body.get("email_sent_to").and_then(Value::as_str);
                if sent.is_some_and(|sent| sent != email) {
                    notes.violation("wrong-address", format!("{email} was reset: {body}"));
                }
                notes.promise(
                    "resets completed",
                    json!({
                        "tester_id": tester,
                        "email": email,
                        "token_id": body.get("new_token_id"),
                        "email_sent": sent.is_some(),
                        "actor": self.admin_id,
                        "asked_at": asked_at,
                    }),
                );
            }
            409 => notes.count("resets refused"),
            status if status >= 500 => notes.count("resets interrupted or failed"),
            _ => notes.count("resets answered otherwise"),
        }
        Some(answer)
    }

    /// Looks at something.
    pub(crate) async fn look(&mut self, dice: &mut Dice, path: &str) -> Option<Answer> {
        self.client.get(dice, path).await
    }

    /// Switches the one flag.
    pub(super) async fn switch(&mut self, dice: &mut Dice, enabled: bool) -> Option<Answer> {
        let body = json!({"enabled": enabled});
        self.client.post(dice, "/console/flags/beta_ghost_reset", &body).await
    }
}

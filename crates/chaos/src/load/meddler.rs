//! Operators who do something with somebody, whatever that somebody is doing.

use std::sync::Arc;

use serde_json::json;

use super::Stage;

/// Meddles until it is over.
pub(super) async fn meddle(stage: Arc<Stage>, number: usize) {
    let mut dice = stage.dice(&format!("meddler {number}"));
    let mut operators = stage.operators.clone();
    let Some(operator) = operators.get_mut(number) else { return };
    while !stage.is_over() {
        stage.pause(dice.millis(50, 600)).await;
        let testers = stage.notes.testers();
        let Some((tester, email)) = dice.pick(&testers).cloned() else { continue };
        match dice.between(1, 100) {
            1..=25 => {
                operator.reset(&mut dice, &stage.notes, (tester, &email), None).await;
            }
            26..=45 => {
                let path = format!("/console/beta/testers/{tester}/ghost-reset");
                let shown = operator.look(&mut dice, &path).await;
                let plan = shown.and_then(|shown| shown.member("/plan"));
                if let Some(plan) = plan.filter(|plan| !plan.is_null()) {
                    stage.notes.count("resets by a plan");
                    operator.reset(&mut dice, &stage.notes, (tester, &email), Some(plan)).await;
                }
            }
            46..=60 => {
                let sent = operator.act(&mut dice, tester, "invite").await;
                if sent.is_some_and(|sent| sent.status == 200) {
                    let promised = json!({"tester_id": tester});
                    stage.notes.promise("invitations sent again", promised);
                }
            }
            61..=70 => {
                let revealed = operator.act(&mut dice, tester, "link").await;
                let url = revealed.filter(|revealed| revealed.status == 200);
                let url = url.and_then(|revealed| revealed.member("/url"));
                let token = url.as_ref().and_then(|url| crate::client::token_of(url.as_str()?));
                if let Some(token) = token {
                    stage.notes.secret("an invitation", &token);
                    stage.notes.promise("links revealed", json!({"tester_id": tester}));
                }
            }
            71..=85 => {
                operator.look(&mut dice, "/console/beta?limit=50").await;
            }
            _ => {
                operator.look(&mut dice, &format!("/console/beta/testers/{tester}")).await;
            }
        }
    }
}

//! Somebody who switches the ghost reset off, and on again.

use std::sync::Arc;

use serde_json::json;

use super::Stage;

/// Switches until it is over, and leaves it on.
pub(super) async fn switch(stage: Arc<Stage>) {
    let mut dice = stage.dice("switcher");
    let mut operators = stage.operators.clone();
    let Some(operator) = operators.first_mut() else { return };
    while !stage.is_over() {
        stage.pause(dice.millis(3000, 9000)).await;
        for enabled in [false, true] {
            // Off must not stay because one answer was lost.
            for _ in 0..20 {
                let answer = operator.switch(&mut dice, enabled).await;
                if answer.is_some_and(|answer| answer.status == 200) {
                    stage.notes.promise("flags switched", json!({"enabled": enabled}));
                    break;
                }
            }
            tokio::time::sleep(dice.millis(50, 500)).await;
        }
    }
}

//! What operators do afterwards: they finish what was interrupted, by doing it again.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::checks::Databases;
use crate::dice::Dice;
use crate::failure::{Context as _, Failure};
use crate::load::Stage;
use crate::notes::Notes;

/// What no recovery of what is whole may change.
const RAPTOR: &str = "SELECT 'user' AS what, t::text AS row FROM users t
    UNION ALL SELECT 'passkey', t::text FROM webauthn_credentials t
    UNION ALL SELECT 'session', t::text FROM customer_sessions t
    UNION ALL SELECT 'reset', t::text FROM account_resets t
    UNION ALL SELECT 'audit', t::text FROM audit_log t
    ORDER BY 1, 2";
const CONSOLE: &str = "SELECT 'tester' AS what, format('%s %s', id, email) AS row FROM beta_testers
    UNION ALL SELECT 'invitation', t::text FROM beta_walkthrough_tokens t
    UNION ALL SELECT 'run', t::text FROM beta_ghost_resets t
    UNION ALL SELECT 'agreement', t::text FROM beta_nda_acknowledgements t
    UNION ALL SELECT 'audit', t::text FROM audit_log t
    UNION ALL SELECT 'mail', format('%s %s', id, token_id) FROM mail_outbox t
    ORDER BY 1, 2";

/// Testers with a run that never ended.
const OPEN: &str = "SELECT DISTINCT t.id, t.email FROM beta_ghost_resets r
    JOIN beta_testers t ON t.id = r.tester_id
    WHERE r.finished_at IS NULL OR r.outcome = 'unknown' ORDER BY t.id";

/// How many resets are under way when everything ends.
const LAST: usize = 8;

/// Begins resets of ghosts, the newest first, that nobody will see the end of: so that there is
/// something to recover from. They are under way when this returns.
pub(crate) async fn begin_resets(stage: &Arc<Stage>, seed: u64) -> JoinSet<()> {
    let mut dice = Dice::new(seed, "last resets");
    let signups = stage.notes.promised("signups").to_string();
    let mut under_way = JoinSet::new();
    let testers = stage.notes.testers();
    let ghosts = testers.into_iter().rev();
    let ghosts = ghosts.filter(|(_, email)| !signups.contains(&format!("\"{email}\"")));
    for (tester, email) in ghosts.take(LAST) {
        stage.let_time_pass(&email).await;
        let Some(mut operator) = dice.pick(&stage.operators).cloned() else { break };
        let (mut dice, stage) = (dice.clone(), Arc::clone(stage));
        under_way.spawn(async move {
            tokio::time::sleep(dice.millis(0, 300)).await;
            operator.reset(&mut dice, &stage.notes, (tester, &email), None).await;
        });
    }
    tokio::time::sleep(dice.millis(500, 1000)).await;
    under_way
}

/// Finishes every interrupted reset by running it again, and says how many there were. Each is
/// shown as interrupted before and not afterwards.
pub(crate) async fn recover(
    stage: &Stage,
    databases: &Databases,
    dice: &mut Dice,
) -> Result<usize, Failure> {
    let open = databases.console.rows(OPEN, &Value::Null).await?;
    for row in &open {
        let id = row.get("id").and_then(Value::as_i64).could_not("read a tester's id")?;
        let email = row.get("email").and_then(Value::as_str).could_not("read an address")?;
        finish(stage, dice, (id, email)).await?;
    }
    Ok(open.len())
}

async fn finish(stage: &Stage, dice: &mut Dice, whom: (i64, &str)) -> Result<(), Failure> {
    let mut operator = stage.operators.first().cloned().could_not("find an operator")?;
    let (tester, email) = whom;
    let page = format!("/console/beta/testers/{tester}");
    let shown = operator.look(dice, &page).await.could_not("look at a tester")?;
    let interrupted = |answer: &crate::client::Answer| {
        answer.member("/interrupted_reset").is_some_and(|shown| !shown.is_null())
    };
    let healthy = |answer: &crate::client::Answer| {
        answer.member("/account/state").is_some_and(|state| state == "healthy")
    };
    // One whose tester is in by now is closed by the very look at it.
    if !interrupted(&shown) && !healthy(&shown) {
        let words = format!("the reset of {email} never ended, and is not shown as interrupted");
        stage.notes.violation("reset-not-shown", words);
    }
    stage.notes.count("interrupted resets finished");
    // The five minutes in which somebody may still be signing up are the one thing not waited for.
    stage.let_time_pass(email).await;
    let answer = operator.reset(dice, &stage.notes, whom, None).await;
    let answer = answer.could_not("finish an interrupted reset")?;
    let in_use =
        answer.status == 409 && answer.member("/error").is_some_and(|e| e == "account_healthy");
    if answer.status != 200 && !in_use {
        let words = format!("the reset of {email} again: {} {}", answer.status, answer.body);
        stage.notes.violation("cannot-recover", words);
    }
    let shown = operator.look(dice, &page).await.could_not("look at a tester")?;
    if interrupted(&shown) {
        let words = format!("the reset of {email} was finished and still shows as interrupted");
        stage.notes.violation("cannot-recover", words);
    }
    Ok(())
}

/// Everything that a recovery could change, by both databases.
pub(crate) async fn picture(databases: &Databases) -> Result<Vec<Value>, Failure> {
    let mut rows = databases.raptor.rows(RAPTOR, &Value::Null).await?;
    rows.extend(databases.console.rows(CONSOLE, &Value::Null).await?);
    Ok(rows)
}

/// What two pictures differ in.
pub(crate) fn compare(before: &[Value], after: &[Value], notes: &Notes) {
    let texts = |rows: &[Value]| rows.iter().map(ToString::to_string).collect::<BTreeSet<_>>();
    let (before, after) = (texts(before), texts(after));
    let (changed, added) = (before.difference(&after), after.difference(&before));
    for row in changed.chain(added).take(5) {
        let words = format!("recovering a second time changed {row}");
        notes.violation("recovery-not-repeatable", words);
    }
}

/// How many links of the past are tried.
const OLD_LINKS: usize = 40;

/// Nothing issued before a reset works after it: signup links whose testers were reset since.
pub(crate) async fn try_old_links(stage: &Stage, seed: u64) {
    let mut dice = Dice::new(seed, "old links");
    let (accepted, resets) =
        (stage.notes.promised("walkthroughs accepted"), stage.notes.promised("resets completed"));
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let resets = list(&resets);
    let is_old = |link: &Value| {
        resets.iter().any(|reset| {
            let time = |of: &Value, name| of.get(name).and_then(Value::as_u64).unwrap_or_default();
            // Resets are dated by the second: a link of the same one may be either.
            reset.get("email") == link.get("email")
                && time(reset, "asked_at") > time(link, "answered_at") + 1100
        })
    };
    for link in list(&accepted).iter().filter(|link| is_old(link)).take(OLD_LINKS) {
        let body = json!({"token": link.get("signup")});
        let path = "/api/auth/register/begin-with-token";
        let answer = stage.public.anew().post(&mut dice, path, &body).await;
        match answer.map(|answer| answer.status) {
            Some(400) => stage.notes.count("old links refused"),
            status => {
                let email = link.get("email").cloned().unwrap_or_default();
                let words = format!("a signup link of {email} from before a reset: {status:?}");
                stage.notes.violation("old-link-works", words);
            }
        }
    }
}

//! `--check`: is everything as the summary says, and does the story work?

use std::collections::BTreeMap;
use std::time::Duration;

use super::cast::{CAST, Member, Part};
use super::failure::{Context as _, Failure};
use super::fill::invitation;
use super::mailbox::{Mailbox, bounces};
use super::operator::{Listed, Operator};
use super::tester::Tester;

/// Everybody of the cast is in the Console in the state of their part.
pub(super) async fn everybody_is_in_place(operator: &mut Operator) -> Result<(), Failure> {
    let listed = testers(operator).await?;
    let wrong: Vec<String> = CAST
        .iter()
        .filter_map(|member| {
            let seen = listed.get(member.email);
            let seen = seen.map(|seen| (seen.invitation.as_str(), seen.state.as_deref()));
            let (invitation, state) = member.part.expected();
            (seen != Some((invitation, Some(state))))
                .then(|| format!("  {}: {seen:?}, not {:?}", member.name, member.part.expected()))
        })
        .collect();
    if wrong.is_empty() && listed.len() == CAST.len() {
        return Ok(());
    }
    let count = listed.len();
    Err(Failure::new(format!("the Console's {count} testers are amiss:\n{}", wrong.join("\n"))))
}

/// The Console knows of everybody's mail whether it arrived or came back.
pub(super) async fn mails_are_reported_on(operator: &mut Operator) -> Result<(), Failure> {
    for (_, listed) in testers(operator).await? {
        let wanted = if bounces(&listed.email) { "bounced" } else { "delivered" };
        let mut seen = operator.newest_delivery(listed.tester_id).await?;
        // The last report may still be on its way.
        for _ in 0..50 {
            if seen == wanted {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
            seen = operator.newest_delivery(listed.tester_id).await?;
        }
        if seen != wanted {
            let email = listed.email;
            return Err(Failure::new(format!("the mail to {email} is {seen}, not {wanted}")));
        }
    }
    Ok(())
}

/// Resets one ghost of each kind; each signs up with the new invitation and is healthy.
pub(super) async fn a_reset_brings_ghosts_back(
    operator: &mut Operator,
    mailbox: &Mailbox,
    raptor: &str,
) -> Result<(), Failure> {
    for with_row in [true, false] {
        let has_row = |part| matches!(part, Part::GhostWithRow { .. });
        let ghost =
            CAST.iter().find(|member| member.part.is_ghost() && has_row(member.part) == with_row);
        let ghost = ghost.could_not("find a ghost in the cast")?;
        let brought_back = bring_back(ghost, operator, mailbox, raptor).await;
        brought_back.could_not(&format!("bring {} back", ghost.name))?;
    }
    Ok(())
}

async fn bring_back(
    ghost: &Member,
    operator: &mut Operator,
    mailbox: &Mailbox,
    raptor: &str,
) -> Result<(), Failure> {
    let listed = testers(operator).await?;
    let listed = listed.get(ghost.email).could_not("find the ghost in the Console")?;
    operator.ghost_reset(listed.tester_id).await?;
    let link = invitation(mailbox, ghost.email, 2).await?;
    let mut tester = Tester::new(raptor, ghost.device)?;
    let shown = tester.open(&link).await?;
    let signup_token = tester.accept(&shown).await?;
    tester.sign_up(&signup_token).await?;
    let listed = testers(operator).await?;
    let state = listed.get(ghost.email).and_then(|listed| listed.state.as_deref());
    if state == Some("healthy") {
        return Ok(());
    }
    Err(Failure::new(format!("the Console says {state:?}, not healthy")))
}

async fn testers(operator: &mut Operator) -> Result<BTreeMap<String, Listed>, Failure> {
    let testers = operator.testers().await?;
    Ok(testers.into_iter().map(|tester| (tester.email.clone(), tester)).collect())
}

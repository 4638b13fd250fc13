//! Testers in every state, brought there by the services' own HTTP.

use std::time::Duration;

use super::cast::{CAST, Member, Part};
use super::databases::let_time_pass;
use super::failure::{Context as _, Failure};
use super::mailbox::Mailbox;
use super::operator::Operator;
use super::progress::Step;
use super::tester::Tester;

/// The first mail is tried at once; later attempts come within seconds.
const MAIL_WITHIN: Duration = Duration::from_secs(30);

/// Plays everybody's part. `raptor` is the public origin of `raptor-api`, `database` the URL of
/// its throw-away database.
pub(super) async fn fill(
    operator: &mut Operator,
    mailbox: &Mailbox,
    raptor: &str,
    database: &str,
    step: &Step,
) -> Result<(), Failure> {
    for (index, member) in CAST.iter().enumerate() {
        step.say(&format!("{} of {}: {}", index + 1, CAST.len(), member.name));
        let played = play(member, operator, mailbox, raptor, database).await;
        played.could_not(&format!("play the part of {}", member.name))?;
    }
    Ok(())
}

async fn play(
    member: &Member,
    operator: &mut Operator,
    mailbox: &Mailbox,
    raptor: &str,
    database: &str,
) -> Result<(), Failure> {
    operator.invite_tester(member.email, member.name).await?;
    let link = invitation(mailbox, member.email, 1).await?;
    if matches!(member.part, Part::Invited | Part::Unreachable) {
        return Ok(());
    }
    let mut tester = Tester::new(raptor)?;
    let shown = tester.open(&link).await?;
    if member.part == Part::Opened {
        return Ok(());
    }
    let signup_token = tester.accept(&shown).await?;
    match member.part {
        Part::Healthy { signed_in } => {
            tester.sign_up(&signup_token).await?;
            if signed_in {
                tester.sign_in().await?;
            }
        }
        Part::MidEnrollment => drop(tester.begin(&signup_token).await?),
        Part::GhostWithRow => {
            tester.begin(&signup_token).await?;
            let_time_pass(database, member.email).await?;
        }
        Part::GhostWithoutRow | Part::Invited | Part::Unreachable | Part::Opened => {}
    }
    Ok(())
}

/// The link in the `count`-th mail to that address.
pub(super) async fn invitation(
    mailbox: &Mailbox,
    email: &str,
    count: usize,
) -> Result<String, Failure> {
    let mails = tokio::time::timeout(MAIL_WITHIN, mailbox.wait_for(email, count)).await;
    let mails = mails.map_err(|_| Failure::new(format!("no mail has come for {email}")))?;
    let link = mails.last().and_then(|mail| mail.invitation_link().map(str::to_owned));
    link.could_not("find the link in the mail")
}

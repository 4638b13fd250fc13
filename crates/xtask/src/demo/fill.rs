//! Testers in every state, brought there by the services' own HTTP.

use std::time::Duration;

use super::cast::{CAST, Member, Part};
use super::databases::{CONSOLE, Databases, RAPTOR, put_back};
use super::failure::{Context as _, Failure};
use super::mailbox::Mailbox;
use super::operator::Operator;
use super::progress::Step;
use super::tester::Tester;
use super::verify;

/// The first mail is tried at once; later attempts come within seconds.
const MAIL_WITHIN: Duration = Duration::from_secs(30);

/// Plays everybody's part, and puts it back to when it was. `raptor` is the public origin of
/// `raptor-api`.
pub(super) async fn fill(
    operator: &mut Operator,
    mailbox: &Mailbox,
    raptor: &str,
    databases: &Databases,
    step: &Step,
) -> Result<(), Failure> {
    for (index, member) in CAST.iter().enumerate() {
        step.say(&format!("{} of {}: {}", index + 1, CAST.len(), member.name));
        let played = play(member, operator, mailbox, raptor).await;
        played.could_not(&format!("play the part of {}", member.name))?;
    }
    // What is reported later would be of today.
    verify::mails_are_reported_on(operator).await?;
    let past = || CAST.iter().filter(|member| member.hours_ago > 0);
    for member in past() {
        put_back(&databases.raptor, RAPTOR, member.email, member.hours_ago).await?;
    }
    // The Console sees who is a ghost by now, before it is put back to when that was.
    operator.testers().await?;
    for member in past() {
        put_back(&databases.console, CONSOLE, member.email, member.hours_ago).await?;
    }
    Ok(())
}

async fn play(
    member: &Member,
    operator: &mut Operator,
    mailbox: &Mailbox,
    raptor: &str,
) -> Result<(), Failure> {
    operator.invite_tester(member.email, member.name).await?;
    let link = invitation(mailbox, member.email, 1).await?;
    if matches!(member.part, Part::Invited | Part::Unreachable) {
        return Ok(());
    }
    let mut tester = Tester::new(raptor, member.device)?;
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
        Part::GhostWithRow { ended, elapsed_ms } => {
            tester.begin(&signup_token).await?;
            tester.report(&signup_token, ended, elapsed_ms).await?;
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

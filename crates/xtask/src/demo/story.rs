//! What happens in the demo once everything runs.

use std::path::Path;

use super::databases::TURN;
use super::failure::Failure;
use super::mailbox::ROLES;
use super::operator::Operator;
use super::progress::{Progress, print};
use super::settings::Addresses;
use super::stage::System;
use super::{Options, cast, fill, pictures, service, smoke, verify};

/// Whom the printed enrolment link is for.
const VISITOR: &str = "you@example.com";

/// Enrols the demo's operators, fills in the testers and says what to do. With `--check` it
/// returns when everything was found right, else it goes on for ever.
pub(super) async fn tell(
    system: &System,
    options: &Options,
    progress: &Progress,
) -> Result<(), Failure> {
    let step = progress.step("Enrolling the demo's operators");
    console(system, &["flag", "set", "beta_ghost_reset", "on"]).await?;
    let (mut operator, others) = enrol(system).await?;
    step.done();

    let (mailbox, raptor) = (&system.mailbox, &system.addresses.raptor);
    if !options.no_fill {
        let step = progress.step(&format!("Filling in {} testers", cast::CAST.len()));
        fill::fill(&mut operator, mailbox, raptor, &system.databases, &step).await?;
        step.done();
    }
    if options.check {
        let step = progress.step("Checking that everybody is in place");
        verify::everybody_is_in_place(&mut operator).await?;
        step.done();
        let step = progress.step("Checking that mails are reported on");
        verify::mails_are_reported_on(&mut operator).await?;
        step.done();
        let step = progress.step("Checking that a reset brings ghosts back");
        verify::a_reset_brings_ghosts_back(&mut operator, mailbox, raptor).await?;
        step.done();
    }

    let mut operators = vec![operator];
    operators.extend(others);
    system.mailbox.open_desk(operators);
    if options.pictures {
        let step = progress.noisy_step("Taking the pictures of the README");
        pictures::take(system).await?;
        step.done();
        return Ok(());
    }
    let enrolment = invite_superadmin(system, VISITOR).await?;
    let smoke = smoke::write_settings(system)?;
    print(&summary(system, &enrolment, &smoke, options, progress));
    if options.check { Ok(()) } else { std::future::pending().await }
}

/// The operators of [`ROLES`], the superadmin apart.
async fn enrol(system: &System) -> Result<(Operator, Vec<Operator>), Failure> {
    let address = &system.addresses.console;
    let [superadmin, others @ ..] = &ROLES;
    let link = invite_superadmin(system, superadmin.email).await?;
    let mut operator = Operator::enrol(address, &link).await?;
    let mut enrolled = Vec::new();
    for role in others {
        let link = operator.invite_operator(role.email, role.name).await?;
        enrolled.push(Operator::enrol(address, &link).await?);
    }
    Ok((operator, enrolled))
}

async fn invite_superadmin(system: &System, email: &str) -> Result<String, Failure> {
    console(system, &["admin", "invite", "--email", email, "--role", "superadmin"]).await
}

async fn console(system: &System, arguments: &[&str]) -> Result<String, Failure> {
    service::run(&system.binaries.console, arguments, &system.settings.console).await
}

fn summary(
    system: &System,
    enrolment: &str,
    smoke: &Path,
    options: &Options,
    progress: &Progress,
) -> String {
    let Addresses { raptor, console, mailbox } = &system.addresses;
    let (logs, smoke) = (system.logs.display(), smoke.display());
    let seconds = progress.elapsed().as_secs();
    let ready = progress.heading(&format!("The demo is ready, after {seconds} s."));
    let to_try = progress.heading("What to try");
    let ghosts = cast::CAST.iter().filter(|member| member.part.is_ghost()).count();
    let first = if options.no_fill {
        "Sign in and invite a tester. Their mail is in the mailbox.".to_owned()
    } else {
        format!("Sign in and look at the testers: {ghosts} of them are ghosts. Reset one.")
    };
    format!(
        "
{ready}

  Console                {console}
  Sign in, no passkey    {mailbox}/sign-in
  Enrol your passkey     {enrolment}
  Mailbox                {mailbox}
  Where testers sign up  {raptor}
  Logs                   {logs}
  Run the smoke test     (. {smoke}; make smoke-signup-prod)

{to_try}

  1. {first}
  2. Open the newest mail in the mailbox, follow its link and create a passkey, or let the
     mailbox play the tester. The Console says healthy.
  3. Invite somebody, let the mailbox break off half-way and {TURN} pass: the next ghost.

{}
",
        if options.check {
            "Everything is as it should be."
        } else {
            "Ctrl-C stops everything and leaves nothing behind."
        }
    )
}

//! Everything that is known to have happened to a tester, in one line of time.

use chrono::{DateTime, TimeDelta, Utc};
use ghost_contracts::raptor::{CeremonyFailure, CeremonyReport, GhostCheck, SignupAttempt};
use ghost_contracts::signup::ClientError;

use crate::db::mail::MailRecord;
use crate::domain::audit::{Entry, action};
use crate::domain::tester_file::TesterFile;
use crate::domain::walkthrough_token::WalkthroughToken;

/// Something that happened.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub what: What<'a>,
}

/// What can happen.
#[derive(Debug, Clone, Copy)]
pub enum What<'a> {
    /// They were invited, and no audit row says by whom.
    Invited,
    /// What an operator or Raptor did, as the audit log has it.
    Audited(&'a Entry),
    /// A mail was put into the outbox.
    MailWritten(&'a MailRecord),
    /// The provider took it.
    MailAccepted(&'a MailRecord),
    /// What the provider has reported of it since, the furthest it came.
    MailReported(&'a MailRecord),
    /// Somebody opened the link, or a mail scanner did.
    LinkOpened(&'a WalkthroughToken),
    /// They accepted the NDA, and the invitation was spent.
    LinkSpent(&'a WalkthroughToken),
    /// The link ran out, and nobody had used it.
    LinkExpired(&'a WalkthroughToken),
    /// A newer link, or a reset, took its place.
    LinkRevoked(&'a WalkthroughToken),
    /// The account's row was made.
    AccountMade(&'a GhostCheck),
    /// A passkey ceremony was begun.
    CeremonyBegun(&'a SignupAttempt),
    /// The page said how it ended in the browser.
    CeremonyReported(&'a SignupAttempt, &'a CeremonyReport),
    /// Raptor refused the passkey.
    CeremonyFailed(&'a CeremonyFailure),
    /// The passkey was stored.
    CeremonyCompleted(&'a SignupAttempt),
}

/// What the Console and Raptor know, newest first. Where several things have the same time, the
/// effect stands above its cause.
#[must_use]
pub fn of<'a>(file: &'a TesterFile, signups: &'a [SignupAttempt]) -> Vec<Event<'a>> {
    let mut events = Vec::new();
    if !file.history.iter().any(|entry| entry.action == action::TESTER_INVITED) {
        events.push(Event { at: file.tester.created_at, what: What::Invited });
    }
    // That an invitation was used its own row tells as well.
    let told = |entry: &&Entry| entry.action != action::WALKTHROUGH_CONSUMED;
    let told = file.history.iter().rev().filter(told);
    events.extend(told.map(|entry| Event { at: entry.occurred_at, what: What::Audited(entry) }));
    file.mails.iter().rev().for_each(|mail| of_mail(&mut events, mail));
    file.tokens.iter().rev().for_each(|token| of_token(&mut events, token, file.now));
    if let Some((account, at)) = file.account.as_ref().and_then(|a| Some((a, a.created_at?))) {
        events.push(Event { at, what: What::AccountMade(account) });
    }
    signups.iter().rev().for_each(|attempt| of_attempt(&mut events, attempt));
    events.sort_by_key(|event| event.at);
    events.reverse();
    events
}

/// One event for each time that the record of a mail holds.
fn of_mail<'a>(events: &mut Vec<Event<'a>>, mail: &'a MailRecord) {
    let times = [
        (Some(mail.created_at), What::MailWritten(mail)),
        (mail.accepted_at, What::MailAccepted(mail)),
        // The provider's clock is not ours: nothing is reported of a mail before it was accepted.
        (
            mail.delivery_at.max(mail.accepted_at).filter(|_| mail.delivery.is_some()),
            What::MailReported(mail),
        ),
    ];
    add(events, times);
}

/// Spending a link notes that it was opened where nothing had before: that is no event of its own.
fn of_token<'a>(events: &mut Vec<Event<'a>>, token: &'a WalkthroughToken, now: DateTime<Utc>) {
    let by_spending = |opened: &DateTime<Utc>| {
        token.consumed_at.is_some_and(|spent| (spent - opened).abs() < TimeDelta::milliseconds(5))
    };
    let unused = token.consumed_at.is_none() && token.revoked_at.is_none();
    let times = [
        (token.first_opened_at.filter(|at| !by_spending(at)), What::LinkOpened(token)),
        (token.consumed_at, What::LinkSpent(token)),
        (Some(token.expires_at).filter(|end| unused && *end <= now), What::LinkExpired(token)),
        (token.revoked_at, What::LinkRevoked(token)),
    ];
    add(events, times);
}

fn of_attempt<'a>(events: &mut Vec<Event<'a>>, attempt: &'a SignupAttempt) {
    let reported = attempt.reported.as_ref();
    // A browser without passkeys does not begin.
    if reported.is_none_or(|report| report.error != ClientError::PasskeysUnavailable) {
        events.push(Event { at: attempt.begun_at, what: What::CeremonyBegun(attempt) });
    }
    if let Some(report) = reported {
        events.push(Event { at: report.at, what: What::CeremonyReported(attempt, report) });
    }
    if let Some(failure) = &attempt.failed {
        events.push(Event { at: failure.at, what: What::CeremonyFailed(failure) });
    }
    add(events, [(attempt.completed_at, What::CeremonyCompleted(attempt))]);
}

fn add<'a, const N: usize>(
    events: &mut Vec<Event<'a>>,
    times: [(Option<DateTime<Utc>>, What<'a>); N],
) {
    let happened = times.into_iter().filter_map(|(at, what)| at.map(|at| Event { at, what }));
    events.extend(happened);
}

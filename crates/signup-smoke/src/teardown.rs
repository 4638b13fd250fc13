//! Leaving the deployment as it was.
//!
//! What is deleted passes four fences: the operator's address and every address that is no smoke
//! account's never become a [`SmokeAddress`](crate::address::SmokeAddress); raptor-api judges the
//! address once more by its own `SMOKE_EMAIL_DOMAIN`; and it leaves an account alone that is older
//! than this run's token, under the lock on the row and by the one clock of the database. What
//! cannot be deleted now, raptor-api removes by itself an hour after it was made.

use ghost_contracts::commands::DeletedAccount;

use crate::diagnosis::{Purpose, no_answer_to_command, not_ours};
use crate::failure::Failure;
use crate::run::Run;
use crate::runner::Deletion;

/// How often the deletion is tried: a dyno that does not boot is the usual trouble.
const ATTEMPTS: usize = 2;

/// How a teardown ended that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TornDown {
    /// No account was begun.
    Nothing,
    /// These rows were deleted.
    Deleted(DeletedAccount),
}

/// Deletes what the run has made. No signal stops it; its time limit does.
///
/// # Errors
///
/// [`Failure`], whose next step names what is left and the command that removes it.
pub async fn tear_down(run: &Run) -> Result<TornDown, Failure> {
    run.api.settle().await;
    let (made_since, user_id) = run.know(|facts| (facts.made_since, facts.user_id));
    let Some(made_since) = made_since else {
        run.report.line("[teardown] OK  nothing to remove: no account was begun\n");
        return Ok(TornDown::Nothing);
    };
    let email = &run.settings.email;
    let user = user_id.map_or_else(|| "unknown".to_owned(), |id| id.to_string());
    run.report
        .line(&format!("[teardown] deleting smoke rows for user_id={user} email='{email}'..."));
    let deleting = async {
        let mut deletion = run.commands.delete_account(email, made_since).await;
        for _ in 1..ATTEMPTS {
            if deletion.is_err() {
                deletion = run.commands.delete_account(email, made_since).await;
            }
        }
        deletion
    };
    match run.report.running(deleting).await {
        Ok(Deletion::Done(deleted)) => {
            let DeletedAccount { deleted_credentials, deleted_users } = deleted;
            run.report.line(&format!(
                "[teardown] OK  deleted {deleted_credentials} credential row(s), {deleted_users} \
                 user row(s)\n"
            ));
            Ok(TornDown::Deleted(deleted))
        }
        Ok(Deletion::NotOurs) => Err(left_behind(run, not_ours(email))),
        Err(no_answer) => {
            let runner = &run.settings.runner;
            Err(left_behind(run, no_answer_to_command(Purpose::Delete, &no_answer, runner)))
        }
    }
}

fn left_behind(run: &Run, mut failure: Failure) -> Failure {
    let email = &run.settings.email;
    let command = run.settings.runner.delete_command(email);
    failure.next_step = format!(
        "{}\n  Left behind:  the account of {email}, if there is one. raptor-api removes it by \
         itself an hour after it was made; this does it now:\n                {command}",
        failure.next_step
    );
    run.tell("[teardown]", failure)
}

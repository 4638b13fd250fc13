use crate::diagnosis::{Purpose, no_answer_to_command, no_rows, wrong_rows};
use crate::failure::Failure;
use crate::run::Run;
use crate::runner::Runner;

/// Step 5: the rows are there, as the runner sees them and not as the API says.
///
/// # Errors
///
/// [`Failure`].
pub async fn confirm(run: &Run, user_id: i64) -> Result<(), Failure> {
    let (email, runner) = (&run.settings.email, &run.settings.runner);
    let what = match runner {
        Runner::Heroku { app } => format!("confirming DB persistence via heroku run ({app})..."),
        Runner::Local => format!("confirming DB persistence via {runner}..."),
    };
    run.step("confirm", &what, async {
        let shown = run
            .commands
            .show_account(email)
            .await
            .map_err(|no_answer| no_answer_to_command(Purpose::Look, &no_answer, runner))?;
        let account = shown.ok_or_else(|| no_rows(runner))?;
        run.know(|facts| {
            facts.credential_count = Some(account.credential_count);
            facts.recovery_code_count = Some(account.recovery_code_count);
        });
        if account.user_id != user_id || account.credential_count != 1 {
            return Err(wrong_rows(&account, user_id));
        }
        let (id, count) = (account.user_id, account.credential_count);
        Ok(((), format!("user.id={id} email={} cred_count={count}", account.email)))
    })
    .await
}

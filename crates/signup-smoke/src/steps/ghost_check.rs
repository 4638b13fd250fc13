use ghost_contracts::AccountState;

use crate::diagnosis::{Purpose, no_answer_to_command, other_state};
use crate::failure::Failure;
use crate::run::Run;

/// A step of the drill: the ghost detection sees `expected`. `when` says how far the signup has
/// gone.
///
/// # Errors
///
/// [`Failure`].
pub async fn ghost_check(run: &Run, when: &str, expected: AccountState) -> Result<(), Failure> {
    let (email, runner) = (&run.settings.email, &run.settings.runner);
    let what = format!("ghost-check {when} via {runner}...");
    run.step("ghost-check", &what, async {
        let seen = run
            .commands
            .ghost_check(email)
            .await
            .map_err(|no_answer| no_answer_to_command(Purpose::Look, &no_answer, runner))?;
        run.know(|facts| {
            facts.states.push((when.to_owned(), seen.state));
            facts.user_id = seen.user_id;
        });
        if seen.state != expected {
            return Err(other_state(&seen, expected));
        }
        let user = seen.user_id.map_or_else(|| "-".to_owned(), |id| id.to_string());
        let count = seen.credential_count;
        Ok(((), format!("state={expected} user.id={user} cred_count={count}")))
    })
    .await
}

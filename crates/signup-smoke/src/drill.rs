//! The drill: signups that break off on purpose, and what the ghost detection says of them. No
//! secret is needed on this machine for that.

use std::time::Duration;

use ghost_contracts::AccountState;

use crate::failure::Failure;
use crate::run::Run;
use crate::steps::{begin, ghost_check, mint};

/// Goes as far as each ghost state and asks what it is. The last one, an account that nobody
/// finishes, takes five minutes; `wait` says how long to wait for it, if at all.
///
/// # Errors
///
/// The first step's that fails.
pub async fn drill(run: &Run, wait: Option<Duration>) -> Result<(), Failure> {
    let minted = mint(run).await?;
    ghost_check(run, "after the token", AccountState::GhostNoUsersRow).await?;
    begin(run, &minted).await?;
    ghost_check(run, "after begin", AccountState::MidEnrollment).await?;
    if let Some(wait) = wait {
        let seconds = wait.as_secs();
        let what = format!("waiting {seconds} s, as if nobody finished this signup...");
        let waiting = async {
            tokio::time::sleep(wait).await;
            Ok(((), format!("{seconds} s have passed")))
        };
        run.step("wait", &what, waiting).await?;
        ghost_check(run, "after 5 minutes", AccountState::GhostEmptyShell).await?;
    }
    Ok(())
}

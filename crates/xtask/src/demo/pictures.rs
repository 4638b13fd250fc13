//! The pictures of the README, taken in this demo by a browser.

use super::failure::{Context as _, Failure};
use super::stage::System;
use crate::step::cargo;
use crate::workspace;

/// Where the README expects them.
const FOLDER: &str = "docs/pictures";

/// Takes them. The browser is in a crate of its own, which cargo builds now.
pub(super) async fn take(system: &System) -> Result<(), Failure> {
    let mut command = tokio::process::Command::from(cargo(&[
        "run",
        "--package",
        "browser-tests",
        "--bin",
        "pictures",
        "--",
    ]));
    command.args(["--console", &system.addresses.console]);
    command.args(["--sign-in", &format!("{}/sign-in", system.addresses.mailbox)]);
    command.arg("--into").arg(workspace().join(FOLDER));
    let status = command.kill_on_drop(true).status().await.could_not("run cargo")?;
    if status.success() { Ok(()) } else { Err(Failure::new("the pictures: see above")) }
}

//! The programs that the tests run.

use std::path::PathBuf;

use tokio::sync::OnceCell;

/// The smoke itself.
pub const SIGNUP_SMOKE: &str = env!("CARGO_BIN_EXE_signup-smoke");

/// The real `raptor-api`, as it is now.
pub async fn raptor_api() -> &'static PathBuf {
    static BUILT: OnceCell<[PathBuf; 1]> = OnceCell::const_new();
    let build = async || test_support::binaries::build(["raptor-api"], true).await.unwrap();
    let [path] = BUILT.get_or_init(build).await;
    path
}

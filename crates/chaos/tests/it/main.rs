//! A short run with a fixed seed. `cargo xtask chaos` makes longer ones with any.

use std::time::Duration;

#[test]
fn every_invariant_holds_after_half_a_minute_of_chaos() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let report = runtime.block_on(chaos::chaos(5, Duration::from_secs(30))).unwrap();
    assert!(report.is_good(), "{report}");
}

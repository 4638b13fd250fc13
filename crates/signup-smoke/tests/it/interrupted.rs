//! A run that is told to stop tears down first, wherever it is.

use std::time::Duration;

use rustix::process::Signal;

use crate::helpers::{Deployment, Ended, Place, Smoke};

/// Stops a run at that place with a signal; the database is as it was.
async fn interrupt(place: Place, signal: Signal) -> Ended {
    let deployment = Deployment::start().await;
    let before = deployment.rows().await;
    let mut stopped = place.stop(&deployment);
    let mut running = Smoke::of(&deployment).start();
    stopped.arrived().await;
    running.signal(signal);
    if place != Place::TearingDown {
        running.until_it_says("FAIL  interrupted by ").await;
    }
    // What is on its way arrives, whether somebody waits for it or not.
    drop(stopped);
    let ended = running.end().await;
    assert_eq!(deployment.rows().await, before, "{place:?}: {}", ended.out);
    ended
}

async fn assert_interrupted(place: Place, signal: Signal, step: &str, words: &[&str]) {
    interrupt(place, signal).await.assert_failed(step, words);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_minting_there_is_nothing_to_remove() {
    let words = ["[step 1] FAIL  interrupted by SIGINT\n", "[teardown] OK  nothing to remove"];
    assert_interrupted(Place::Minting, Signal::INT, "step 1", &words).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_begin_makes_that_was_on_its_way_is_removed() {
    let removed = "[teardown] OK  deleted 0 credential row(s), 1 user row(s)\n";
    for (place, signal, name) in
        [(Place::BeforeBegin, Signal::TERM, "SIGTERM"), (Place::AfterBegin, Signal::INT, "SIGINT")]
    {
        let told = format!("[step 2] FAIL  interrupted by {name}\n");
        assert_interrupted(place, signal, "step 2", &[&told, removed]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_verify_makes_that_was_on_its_way_is_removed() {
    let removed = "[teardown] OK  deleted 1 credential row(s), 1 user row(s)\n";
    for (place, signal) in [(Place::BeforeVerify, Signal::INT), (Place::AfterVerify, Signal::TERM)]
    {
        assert_interrupted(place, signal, "step 4", &[removed]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_deleted_before_what_is_on_its_way_has_arrived() {
    let deployment = Deployment::start().await;
    let mut stopped = Place::BeforeBegin.stop(&deployment);
    let mut running = Smoke::of(&deployment).start();
    stopped.arrived().await;
    running.signal(Signal::INT);
    running.until_it_says("FAIL  interrupted by ").await;
    let tearing_down = running.until_it_says("[teardown] ");
    let early = tokio::time::timeout(Duration::from_secs(1), tearing_down).await;
    assert!(early.is_err(), "the teardown has begun before the call was over");
    drop(stopped);
    running.end().await.assert_failed("step 2", &["credential row(s), 1 user row(s)\n"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_terminal_that_is_closed_counts_as_a_signal() {
    let words = ["[step 5] FAIL  interrupted by SIGHUP\n", "1 user row(s)\n"];
    assert_interrupted(Place::Confirming, Signal::HUP, "step 5", &words).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_teardown_is_not_interrupted() {
    for signal in [Signal::INT, Signal::TERM] {
        interrupt(Place::TearingDown, signal).await.assert_passed();
    }
}

//! Calls that get no answer at all.

use std::net::{Ipv4Addr, TcpListener};

use test_support::proxy::Rule;

use crate::helpers::{BEGIN, Deployment, Smoke, VERIFY};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_api_that_cannot_be_reached_is_named() {
    let deployment = Deployment::start().await;
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    let smoke = Smoke::of(&deployment).with("RAXX_SMOKE_API_URL", format!("http://{free}"));
    let words = [
        &format!("[step 2] FAIL  http://{free} cannot be reached\n"),
        "RAXX_SMOKE_API_URL is wrong",
        "[teardown] OK  deleted 0 credential row(s), 0 user row(s)\n",
    ];
    smoke.run().await.assert_failed("step 2", &words);
    let unknown = Smoke::of(&deployment).with("RAXX_SMOKE_API_URL", "https://api.invalid");
    let words = ["[step 2] FAIL  https://api.invalid cannot be reached\n"];
    unknown.run().await.assert_failed("step 2", &words);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failure_of_tls_is_told_apart() {
    let deployment = Deployment::start().await;
    let url = deployment.router.url().replace("http://", "https://");
    let ended = Smoke::of(&deployment).with("RAXX_SMOKE_API_URL", &url).run().await;
    let words = [&format!("[step 2] FAIL  no secure connection to {url}\n"), "The certificate is"];
    ended.assert_failed("step 2", &words);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_does_not_come_in_time_is_told_and_what_was_begun_is_removed() {
    let deployment = Deployment::start().await;
    let before = deployment.rows().await;
    let _held = deployment.router.hold_answer(VERIFY);
    let ended = Smoke::of(&deployment).arguments(["--api-timeout", "1"]).run().await;
    let words = [
        "[step 4] FAIL  no answer within 1 s\n",
        "The dynos are overloaded",
        "[teardown] OK  deleted 1 credential row(s), 1 user row(s)\n",
    ];
    ended.assert_failed("step 4", &words);
    assert_eq!(deployment.rows().await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_cut_off_is_told_and_what_was_begun_is_removed() {
    let deployment = Deployment::start().await;
    let before = deployment.rows().await;
    deployment.router.once(BEGIN, Rule::CutAnswer);
    let words = [
        "[step 2] FAIL  the connection was cut before the answer was there\n",
        "[teardown] OK  deleted 0 credential row(s), 1 user row(s)\n",
    ];
    Smoke::of(&deployment).run().await.assert_failed("step 2", &words);
    assert_eq!(deployment.rows().await, before);
}

use super::*;

/// A program that does what `SCRIPT` says.
fn scripted() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/demo/service/scripted.sh")
}

fn environment(script: &str) -> Environment {
    Environment::from([("SCRIPT", script.to_owned())])
}

fn start(script: &str) -> (tempfile::TempDir, Service) {
    let directory = tempfile::tempdir().unwrap();
    let service = Service::start("service", &scripted(), &environment(script), directory.path());
    (directory, service.unwrap())
}

/// A line that the service has printed, as soon as it has.
async fn printed(directory: &Path, line: &str) {
    test_support::wait::eventually(&format!("it prints {line:?}"), || {
        let log = std::fs::read_to_string(directory.join("service.log")).unwrap_or_default();
        async move { log.lines().any(|printed| printed == line).then_some(()) }
    })
    .await;
}

#[tokio::test]
async fn a_service_is_told_to_end_and_drains() {
    let (directory, service) = start(
        "trap 'echo drained; exit 0' TERM\n\
         echo \"told to $1\"\n\
         while :; do sleep 0.05; done",
    );
    printed(directory.path(), "told to serve").await;
    service.stop().await;
    printed(directory.path(), "drained").await;
}

#[tokio::test]
async fn a_service_ends_when_we_are_gone() {
    let (directory, mut service) = start(
        "trap 'echo drained; exit 0' TERM\n\
         echo up\n\
         while :; do sleep 0.05; done",
    );
    printed(directory.path(), "up").await;
    // What the system does for a process that was killed.
    drop(service.pipe.take());
    printed(directory.path(), "drained").await;
}

#[tokio::test]
async fn a_service_that_ends_by_itself_is_reported_with_its_last_words() {
    let (_directory, mut service) = start("echo 'no port' >&2; exit 3");
    let death = service.death().await.to_string();
    assert!(death.contains("exit status: 3"), "{death}");
    assert!(death.ends_with("  no port"), "{death}");
}

#[tokio::test]
async fn a_service_that_dies_is_not_waited_for() {
    let (_directory, mut service) = start("exit 1");
    let failure = service.wait_until_ready("http://127.0.0.1:1").await.unwrap_err();
    assert!(failure.to_string().contains("has ended by itself"), "{failure}");
}

#[tokio::test]
async fn a_command_answers_with_what_it_printed() {
    let environment = environment("echo \"$1\"; echo aside >&2");
    let answer = run(&scripted(), &["migrate"], &environment).await.unwrap();
    assert_eq!(answer, "migrate");
}

#[tokio::test]
async fn a_command_that_fails_is_quoted() {
    let environment = environment("echo no database >&2; exit 1");
    let failure = run(&scripted(), &["migrate"], &environment).await.unwrap_err();
    let text = failure.to_string();
    assert!(text.starts_with("`scripted.sh migrate` failed (exit status: 1)"), "{text}");
    assert!(text.ends_with("no database"), "{text}");
}

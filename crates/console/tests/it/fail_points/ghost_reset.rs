//! A reset that fails, or whose process dies, at each point; then it is run again.

use super::Action;
use super::ghost::Ghost;
use super::program::Program;
use super::table::{self, Point};
use super::world::{Service, World};
use crate::helpers::{Ask, Client};

/// Where Postmark has a mail and we do not know it, the mail goes out again: at least once is all
/// that the provider allows.
const TOLD_TOO_LATE: &str = "mail.attempt.accepted";

async fn walk(service: Service, points: &[Point], action: Action) {
    let world = World::new().await;
    let other = match service {
        Service::Console => Service::Raptor,
        Service::Raptor => Service::Console,
    };
    let other = world.start(other, "").await;
    for point in points {
        let ghost = Ghost::new(&world, point.name).await;
        let armed = world.start(service, &action.arm(point.name, point.also)).await;
        fail(&world, &ghost, point, action, (service, armed, &other)).await;
        ghost.assert_lawful().await;
        assert_eq!(ghost.is_deleted().await, point.deleted, "{}", point.name);
        world.let_time_pass().await;
        let healthy = world.start(service, "").await;
        let console = if service == Service::Console { &healthy } else { &other };
        heal(&ghost, point, action, &world.operator(console)).await;
        healthy.kill().await;
    }
    other.kill().await;
}

/// The first run, until the operator has an answer or the process is dead.
async fn fail(
    world: &World,
    ghost: &Ghost<'_>,
    point: &Point,
    action: Action,
    (service, armed, other): (Service, Program, &Program),
) {
    let console = if service == Service::Console { &armed } else { other };
    let answer = world.operator(console).try_send(reset(ghost)).await;
    if service == Service::Raptor || action == Action::Error {
        let answer = answer.unwrap();
        assert_eq!(answer.status, point.status, "{}: {answer:?}", point.name);
    } else {
        assert!(answer.is_err(), "{}: {answer:?}", point.name);
    }
    match action {
        Action::Error => armed.kill().await,
        Action::Crash => armed.died_at(point.name).await,
    }
}

/// What is shown then; the second run, which finishes; and a third, which does no harm.
async fn heal(ghost: &Ghost<'_>, point: &Point, action: Action, operator: &Client) {
    let run = match action {
        Action::Error => point.after_error,
        Action::Crash => point.after_crash,
    };
    let at = point.name;
    ghost.assert_run(run, &operator.tester(ghost.tester).await.json()).await;
    let again = operator.send(reset(ghost)).await;
    assert_eq!(again.status, 200, "{at}: {again:?}");
    assert!(again.json()["email_sent_to"].is_string(), "{at}: {again:?}");
    let surplus = usize::from(at == TOLD_TOO_LATE);
    ghost.assert_healed(&operator.tester(ghost.tester).await.json(), surplus).await;
    let third = operator.send(reset(ghost)).await;
    assert_eq!(third.status, 200, "{at}: {third:?}");
    ghost.assert_healed(&operator.tester(ghost.tester).await.json(), surplus).await;
}

fn reset(ghost: &Ghost<'_>) -> Ask {
    let path = format!("/console/beta/testers/{}/ghost-reset", ghost.tester);
    Ask::json(path, &serde_json::json!({})).program()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_that_fails_in_the_console_leaves_what_running_again_finishes() {
    walk(Service::Console, &table::CONSOLE, Action::Error).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_console_that_dies_between_two_steps_leaves_what_running_again_finishes() {
    walk(Service::Console, &table::CONSOLE, Action::Crash).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_that_fails_in_raptor_leaves_what_running_again_finishes() {
    walk(Service::Raptor, &table::RAPTOR, Action::Error).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_raptor_that_dies_between_two_steps_leaves_what_running_again_finishes() {
    walk(Service::Raptor, &table::RAPTOR, Action::Crash).await;
}

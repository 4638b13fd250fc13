//! Processes and servers that end.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use test_support::StartError;
use tokio::sync::watch;

use super::{Event, Fault};
use crate::failure::{Context as _, Failure};
use crate::notes::Notes;
use crate::world::World;

/// A service that was told to stop ends within 27.5 s; see `service_kit::stop`.
const DRAINED_WITHIN: Duration = Duration::from_secs(35);

/// A process that was killed is gone at once.
const KILLED_WITHIN: Duration = Duration::from_secs(10);

/// Who breaks machines. It alone starts and ends them.
#[derive(Debug)]
pub(crate) struct Machines {
    world: World,
    notes: Arc<Notes>,
    /// What the connections of processes are called that have ended.
    pub(crate) gone: Vec<String>,
}

impl Machines {
    /// Takes them over.
    pub(crate) fn new(world: World, notes: Arc<Notes>) -> Self {
        Self { world, notes, gone: Vec::new() }
    }

    /// The players.
    pub(crate) fn world(&self) -> &World {
        &self.world
    }

    /// Carries the list out until the time is over; what was begun is brought to its end.
    pub(crate) async fn run(
        &mut self,
        events: Vec<Event>,
        mut over: watch::Receiver<bool>,
    ) -> Result<(), Failure> {
        let mut events: VecDeque<Event> = events.into();
        while let Some(event) = events.pop_front() {
            let waited = tokio::time::timeout(event.after, over.wait_for(|over| *over)).await;
            if waited.is_ok() {
                break;
            }
            self.carry_out(event).await?;
        }
        let _ = over.wait_for(|over| *over).await;
        self.look_for_dead().await;
        Ok(())
    }

    async fn carry_out(&mut self, Event { fault, lasts, .. }: Event) -> Result<(), Failure> {
        self.look_for_dead().await;
        match fault {
            Fault::Kill(process) => self.end(process, "KILL", lasts).await,
            Fault::Terminate(process) => self.end(process, "TERM", lasts).await,
            Fault::Freeze(process) => {
                self.notes.count("processes frozen");
                let Some(process) = self.world.processes.get_mut(process) else { return Ok(()) };
                process.signal("STOP").await;
                tokio::time::sleep(lasts).await;
                process.signal("CONT").await;
                Ok(())
            }
            Fault::Postgres => {
                self.notes.count("Postgres restarts");
                let cluster = Arc::clone(&self.world.cluster);
                blocking("restart Postgres", move || cluster.restart_at_once(lasts)).await
            }
            Fault::Redis => {
                self.notes.count("Redis restarts");
                let redis = Arc::clone(&self.world.redis);
                blocking("restart Redis", move || redis.restart_at_once(lasts)).await
            }
            _ => Ok(()),
        }
    }

    async fn end(&mut self, process: usize, signal: &str, pause: Duration) -> Result<(), Failure> {
        let Some(process) = self.world.processes.get_mut(process) else { return Ok(()) };
        process.signal(signal).await;
        if signal == "TERM" {
            self.notes.count("processes told to stop");
            let ended = process.ended(DRAINED_WITHIN).await;
            if !ended.is_some_and(|status| status.success()) {
                let how = ended.map_or("it never ended".to_owned(), |status| status.to_string());
                let words = format!("{} was told to stop: {how}", process.name);
                self.notes.violation("bad-stop", words);
                process.signal("KILL").await;
            }
        } else {
            self.notes.count("processes killed");
        }
        process.ended(KILLED_WITHIN).await;
        self.gone.push(process.session());
        tokio::time::sleep(pause).await;
        process.start()
    }

    /// No process ends by itself, whatever happens around it. One that did is started again.
    async fn look_for_dead(&mut self) {
        for process in &mut self.world.processes {
            if let Some(status) = process.died() {
                let words = format!("{} has ended by itself: {status}", process.name);
                self.notes.violation("died", words);
                self.gone.push(process.session());
                let _ = process.start();
            }
        }
    }

    /// Kills every process.
    pub(crate) async fn kill_all(&mut self) {
        for process in &mut self.world.processes {
            process.signal("KILL").await;
        }
        for process in &mut self.world.processes {
            process.ended(KILLED_WITHIN).await;
            self.gone.push(process.session());
        }
    }

    /// Starts every process and waits until all are ready.
    pub(crate) async fn start_all(&mut self) -> Result<(), Failure> {
        for process in &mut self.world.processes {
            process.start()?;
        }
        self.world.wait_until_ready().await
    }
}

async fn blocking(
    what: &'static str,
    work: impl FnOnce() -> Result<(), StartError> + Send + 'static,
) -> Result<(), Failure> {
    tokio::task::spawn_blocking(work).await.could_not(what)?.could_not(what)
}

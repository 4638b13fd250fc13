//! One run, from the first process to the last check.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::checks::{self, Databases, Haystack};
use crate::dice::Dice;
use crate::failure::{Context as _, Failure};
use crate::faults::{self, Machines, Wires};
use crate::load::{self, Mix, Stage};
use crate::notes::{Notes, Violation};
use crate::recovery;
use crate::report::Report;
use crate::settle;
use crate::world::bystanders;
use crate::world::link::Weather;
use crate::world::{Programs, World};

/// What kind of run.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    /// How long there is load.
    pub(crate) time: Duration,
    pub(crate) mix: Mix,
    /// Everything goes wrong, and is recovered from afterwards.
    pub(crate) faults: bool,
    /// Cables with this in their name are so slow all the time.
    pub(crate) slow: Option<(&'static str, Duration)>,
    /// What is done to the Console's database first.
    pub(crate) prepare: Option<&'static str>,
    /// Ends early as soon as this invariant is seen to be broken.
    pub(crate) until: Option<&'static str>,
}

impl Plan {
    /// All faults and all load.
    pub(crate) fn everything(seed: u64, time: Duration) -> Self {
        Self { seed, time, mix: Mix::ALL, faults: true, slow: None, prepare: None, until: None }
    }
}

/// Carries it out. What is kept of it is in `chaos/<seed>` beside the build's directory of the
/// programs.
pub(crate) async fn run(programs: &Programs, plan: &Plan) -> Result<Report, Failure> {
    let directory = directory(programs, plan).could_not("find a place for the logs")?;
    let _ = std::fs::remove_dir_all(&directory);
    std::fs::create_dir_all(&directory).could_not("make a place for the logs")?;
    let world = World::start(programs, &directory).await?;
    if let Some(statements) = plan.prepare {
        world.console.run(statements).await?;
    }
    let mut running = Running::start(programs, plan, world).await?;
    running.endure(plan, &directory).await?;
    let mut report = running.judge(plan, &directory).await?;
    running.machines.kill_all().await;
    if report.is_good() {
        let _ = std::fs::remove_dir_all(&directory);
    } else {
        report.kept = Some(relative(&directory));
    }
    Ok(report)
}

fn directory(programs: &Programs, plan: &Plan) -> Option<PathBuf> {
    let target = programs.raptor.parent()?.parent()?;
    let name = programs.bug.map_or(plan.seed.to_string(), str::to_owned);
    Some(target.join("chaos").join(name))
}

/// As somebody in the project sees it.
fn relative(directory: &Path) -> String {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let (project, whole) = (project.canonicalize(), directory.canonicalize());
    match (project, whole) {
        (Ok(project), Ok(whole)) => match whole.strip_prefix(&project) {
            Ok(inside) => inside.display().to_string(),
            Err(_) => whole.display().to_string(),
        },
        _ => directory.display().to_string(),
    }
}

struct Running {
    machines: Machines,
    stage: Arc<Stage>,
    notes: Arc<Notes>,
    databases: Databases,
    bystanders: Vec<serde_json::Value>,
    over: watch::Sender<bool>,
}

impl Running {
    async fn start(programs: &Programs, plan: &Plan, world: World) -> Result<Self, Failure> {
        let notes = Arc::new(Notes::new());
        let over = watch::Sender::new(false);
        let chance = (plan.seed, plan.mix);
        let noted = Arc::clone(&notes);
        let stage = Stage::set(&world, programs, noted, chance, over.subscribe()).await?;
        let databases = Databases { raptor: world.raptor.clone(), console: world.console.clone() };
        let bystanders = bystanders::snapshot(&world.raptor).await?;
        let machines = Machines::new(world, Arc::clone(&notes));
        Ok(Self { machines, stage: Arc::new(stage), notes, databases, bystanders, over })
    }

    /// Load and faults, until the time is over and everything that was begun has ended.
    async fn endure(&mut self, plan: &Plan, directory: &Path) -> Result<(), Failure> {
        let world = self.machines.world();
        let (machines, wires) = match plan.faults {
            true => (
                faults::of_machines(plan.seed, plan.time, world.processes.len()),
                faults::of_wires(plan.seed, plan.time, world.links.len()),
            ),
            false => (Vec::new(), Vec::new()),
        };
        write_faults(directory, world, &machines, &wires)?;
        for link in world.links.iter() {
            if let Some((_, by)) = plan.slow.filter(|(part, _)| link.name.contains(part)) {
                link.set(Weather::Slow(by));
            }
        }
        let breaker = Wires {
            links: Arc::clone(&world.links),
            postmark: Arc::clone(&world.postmark),
            notes: Arc::clone(&self.notes),
        };
        let Self { machines: breakers, stage, notes, databases, over, .. } = self;
        let ended = async {
            wait(plan, databases, notes).await;
            over.send_replace(true);
        };
        let wires = breaker.run(wires, over.subscribe());
        let machines = breakers.run(machines, over.subscribe());
        let (broken, (), (), ()) = tokio::join!(machines, wires, load::play(stage), ended);
        broken
    }

    /// Faults off: what is broken, before and after everything was recovered.
    async fn judge(&mut self, plan: &Plan, directory: &Path) -> Result<Report, Failure> {
        let mut broken = Vec::new();
        if plan.faults {
            let started = Instant::now();
            eprintln!("Faults are off. Waiting until nothing moves by itself any more.");
            self.interrupt(plan.seed).await?;
            let world = self.machines.world();
            settle::wait_for_sessions(world, &self.machines.gone).await?;
            settle::wait_for_mails(world).await?;
            settle::wait_for_resets(world).await?;
            let seconds = started.elapsed().as_secs();
            eprintln!("Nothing moves after {seconds} s. Finishing what was interrupted.");
            broken.extend(checks::rows(&self.databases, &self.notes).await?);
            self.recover_twice(plan.seed).await?;
            recovery::try_old_links(&self.stage, plan.seed).await;
        }
        broken.extend(checks::rows(&self.databases, &self.notes).await?);
        let world = self.machines.world();
        broken.extend(checks::mails(&world.console, &world.postmark).await?);
        if bystanders::snapshot(&world.raptor).await? != self.bystanders {
            let words = "rows of accounts that nobody touched have changed".to_owned();
            broken.push(Violation { invariant: "bystander-changed", words });
        }
        let haystacks = self.haystacks().await?;
        broken.extend(checks::leaks(&haystacks, &self.notes.secrets()));
        broken.extend(self.notes.violations());
        let mut report = Report::new(plan.seed, &self.notes, broken);
        if plan.faults {
            report.expect_enough();
        }
        if !report.is_good() {
            keep(directory, &haystacks, &report)?;
        }
        Ok(report)
    }

    /// Everything ends in the middle of resets, on cables so slow that each step takes its time,
    /// and is started anew.
    async fn interrupt(&mut self, seed: u64) -> Result<(), Failure> {
        let links = Arc::clone(&self.machines.world().links);
        links.iter().for_each(|link| link.set(Weather::Slow(Duration::from_millis(10))));
        let mut under_way = recovery::begin_resets(&self.stage, seed).await;
        self.machines.kill_all().await;
        links.iter().for_each(|link| link.set(Weather::Fair));
        self.machines.start_all().await?;
        while under_way.join_next().await.is_some() {}
        Ok(())
    }

    /// What was interrupted is finished; finishing nothing a second time changes nothing.
    async fn recover_twice(&self, seed: u64) -> Result<(), Failure> {
        let mut dice = Dice::new(seed, "recovery");
        recovery::recover(&self.stage, &self.databases, &mut dice).await?;
        let before = recovery::picture(&self.databases).await?;
        let again = recovery::recover(&self.stage, &self.databases, &mut dice).await?;
        let after = recovery::picture(&self.databases).await?;
        if again > 0 {
            let words = format!("{again} resets are open although all were finished");
            self.notes.violation("recovery-not-repeatable", words);
        }
        recovery::compare(&before, &after, &self.notes);
        Ok(())
    }

    async fn haystacks(&self) -> Result<Vec<Haystack>, Failure> {
        let world = self.machines.world();
        let mut haystacks = vec![
            Haystack { name: "raptor.dump".to_owned(), text: world.raptor.dump().await? },
            Haystack { name: "console.dump".to_owned(), text: world.console.dump().await? },
            Haystack {
                name: "redis.dump".to_owned(),
                text: checks::redis(&world.redis.url()).await?,
            },
        ];
        for process in &world.processes {
            let log = std::fs::read(&process.log).could_not("read a log")?;
            let text = String::from_utf8_lossy(&log).into_owned();
            haystacks.push(Haystack { name: format!("{}.log", process.name), text });
        }
        Ok(haystacks)
    }
}

/// Until the time is over, or what was looked for is found.
async fn wait(plan: &Plan, databases: &Databases, notes: &Notes) {
    let deadline = Instant::now() + plan.time;
    while let Some(left) = deadline.checked_duration_since(Instant::now()) {
        tokio::time::sleep(left.min(Duration::from_secs(2))).await;
        let Some(wanted) = plan.until else { continue };
        let mut seen = notes.violations();
        seen.extend(checks::rows(databases, notes).await.unwrap_or_default());
        if seen.iter().any(|seen| seen.invariant == wanted) {
            return;
        }
    }
}

fn write_faults(
    directory: &Path,
    world: &World,
    machines: &[faults::Event],
    wires: &[faults::Event],
) -> Result<(), Failure> {
    let mut text = String::from("Processes\n");
    for (number, process) in world.processes.iter().enumerate() {
        text.push_str(&format!("  {number}: {}\n", process.name));
    }
    text.push_str("Cables\n");
    for (number, link) in world.links.iter().enumerate() {
        text.push_str(&format!("  {number}: {}\n", link.name));
    }
    for (title, events) in [("Machines", machines), ("Wires", wires)] {
        text.push_str(&format!("{title}, each so long after the one before\n"));
        events.iter().for_each(|event| text.push_str(&format!("  {event}\n")));
    }
    std::fs::write(directory.join("faults.txt"), text).could_not("write the list of faults")
}

fn keep(directory: &Path, haystacks: &[Haystack], report: &Report) -> Result<(), Failure> {
    for Haystack { name, text } in haystacks.iter().filter(|hay| hay.name.ends_with(".dump")) {
        std::fs::write(directory.join(name), text).could_not("keep a dump")?;
    }
    std::fs::write(directory.join("report.txt"), report.to_string()).could_not("keep the report")
}

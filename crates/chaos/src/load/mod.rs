//! What people do meanwhile. Each actor has a stream of chance of its own, and takes it as it
//! comes when there is no answer.

mod attacker;
mod meddler;
mod operator;
mod person;
mod replayer;
mod switcher;

use std::sync::Arc;
use std::time::Duration;

use test_support::postmark::Postmark;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::client::Client;
use crate::database::Database;
use crate::dice::Dice;
use crate::failure::{Context as _, Failure};
use crate::notes::Notes;
use crate::world::settings::{CONSOLE_ORIGIN, RAPTOR_ORIGIN, Secrets};
use crate::world::{Programs, Tapes, World, process};

pub(crate) use operator::Operator;

/// What kind of load, in percent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mix {
    /// How many testers are at it at the same time.
    pub(crate) people: usize,
    /// How many operators meddle with all of them.
    pub(crate) meddlers: usize,
    /// How many sign up at the moment in which they are reset.
    pub(crate) racers: u64,
    /// How many break off before that.
    pub(crate) quitters: u64,
    /// How many resets are asked for by both operators at once.
    pub(crate) doubles: u64,
    /// Whether the flag is switched off and on.
    pub(crate) switches: bool,
}

impl Mix {
    /// Everything that there is.
    pub(crate) const ALL: Self =
        Self { people: 6, meddlers: 2, racers: 25, quitters: 35, doubles: 50, switches: true };
}

/// What all actors share.
pub(crate) struct Stage {
    pub(crate) notes: Arc<Notes>,
    pub(crate) raptor: Database,
    console: Database,
    postmark: Arc<Postmark>,
    pub(crate) public: Client,
    raptor_doors: Vec<String>,
    console_doors: Vec<String>,
    pub(crate) operators: Vec<Operator>,
    tapes: Tapes,
    secrets: Secrets,
    mix: Mix,
    seed: u64,
    over: watch::Receiver<bool>,
}

impl Stage {
    /// Enrols two operators and switches the flag on, while all is still well.
    pub(crate) async fn set(
        world: &World,
        programs: &Programs,
        notes: Arc<Notes>,
        (seed, mix): (u64, Mix),
        over: watch::Receiver<bool>,
    ) -> Result<Self, Failure> {
        for secret in world.secrets.all() {
            notes.secret("a service's secret", secret);
        }
        let command = async |arguments: &[&str]| {
            process::run(&programs.console, arguments, &world.commands).await
        };
        command(&["flag", "set", "beta_ghost_reset", "on"]).await?;
        let client = Client::new(CONSOLE_ORIGIN, &world.console_doors, Arc::clone(&notes))?;
        let mut dice = Dice::new(seed, "enrolment");
        let mut operators = Vec::new();
        for name in ["ada", "grace"] {
            let email = format!("{name}@example.com");
            let invite = ["admin", "invite", "--email", &email, "--role", "superadmin"];
            let link = command(&invite).await?;
            let enrolled = Operator::enrol(client.anew(), &link, &mut dice, &notes).await;
            operators.push(enrolled.could_not("enrol an operator")?);
        }
        let public = Client::new(RAPTOR_ORIGIN, &world.raptor_doors, Arc::clone(&notes))?;
        Ok(Self {
            notes,
            raptor: world.raptor.clone(),
            console: world.console.clone(),
            postmark: Arc::clone(&world.postmark),
            public,
            raptor_doors: world.raptor_doors.clone(),
            console_doors: world.console_doors.clone(),
            operators,
            tapes: world.tapes.clone(),
            secrets: world.secrets.clone(),
            mix,
            seed,
            over,
        })
    }

    /// Whether it is time to stop.
    fn is_over(&self) -> bool {
        *self.over.borrow()
    }

    /// Waits a little, or until it is time to stop.
    async fn pause(&self, time: Duration) {
        let mut over = self.over.clone();
        let _ = tokio::time::timeout(time, over.wait_for(|over| *over)).await;
    }

    fn dice(&self, actor: &str) -> Dice {
        Dice::new(self.seed, actor)
    }

    /// Makes the account of `email` ten minutes older, if it has no passkey: five minutes are
    /// what makes a ghost, and nobody wants to wait for them.
    pub(crate) async fn let_time_pass(&self, email: &str) {
        let quoted = email.replace('\'', "''");
        let age = format!(
            "UPDATE users SET created_at = created_at - interval '10 minutes' \
             WHERE email = '{quoted}' AND NOT EXISTS \
               (SELECT FROM webauthn_credentials c WHERE c.user_id = users.id)"
        );
        // A database that is away is one of the things that happen here.
        let _ = self.raptor.run(&age).await;
    }
}

/// Everybody acts until it is over.
pub(crate) async fn play(stage: &Arc<Stage>) {
    let mut actors = JoinSet::new();
    for number in 0..stage.mix.people {
        actors.spawn(person::live(Arc::clone(stage), number));
    }
    for number in 0..stage.mix.meddlers {
        actors.spawn(meddler::meddle(Arc::clone(stage), number));
    }
    actors.spawn(attacker::attack(Arc::clone(stage)));
    actors.spawn(replayer::replay(Arc::clone(stage)));
    if stage.mix.switches {
        actors.spawn(switcher::switch(Arc::clone(stage)));
    }
    while let Some(acted) = actors.join_next().await {
        if let Err(error) = acted {
            stage.notes.violation("harness", format!("an actor fell over: {error}"));
        }
    }
}

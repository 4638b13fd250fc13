//! Everything that a run starts: two processes of each service, their databases, Redis and a
//! mail provider, and a cable between each two that talk.

pub(crate) mod bystanders;
pub(crate) mod link;
pub(crate) mod process;
pub(crate) mod settings;
mod witness;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use test_support::postgres::{Cluster, Options};
use test_support::postmark::Postmark;
use test_support::redis::RedisServer;

use crate::database::Database;
use crate::failure::{Context as _, Failure};
use link::{Link, Tape};
use process::{Environment, Process};
use settings::{Secrets, Surroundings};

/// How long a service may take until it is ready.
const READY_WITHIN: Duration = Duration::from_secs(60);

/// How many processes of each service.
const PROCESSES: usize = 2;

/// The programs to run.
#[derive(Debug, Clone)]
pub(crate) struct Programs {
    pub(crate) raptor: PathBuf,
    pub(crate) console: PathBuf,
    /// For a test of the test: the planted bug that they are to have.
    pub(crate) bug: Option<&'static str>,
}

/// The players.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) cluster: Arc<Cluster>,
    pub(crate) redis: Arc<RedisServer>,
    pub(crate) postmark: Arc<Postmark>,
    pub(crate) processes: Vec<Process>,
    pub(crate) links: Arc<Vec<Link>>,
    pub(crate) raptor: Database,
    pub(crate) console: Database,
    pub(crate) secrets: Secrets,
    pub(crate) raptor_doors: Vec<String>,
    pub(crate) console_doors: Vec<String>,
    /// Requests of one service to the other, by whom they were sent to.
    pub(crate) tapes: Tapes,
    /// A Console's variables, for its commands, without any proxy.
    pub(crate) commands: Environment,
}

/// What was recorded between the services.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tapes {
    pub(crate) to_raptor: Tape,
    pub(crate) to_console: Tape,
}

impl World {
    /// Starts all of it and waits until it is ready. The processes log to `logs`.
    pub(crate) async fn start(programs: &Programs, logs: &Path) -> Result<Self, Failure> {
        let (cluster, redis) = start_servers().await?;
        let database = |name| Database { name, url: cluster.url(name) };
        let (raptor, console) = (database("raptor"), database("console"));
        let server = database("postgres");
        server.run("CREATE DATABASE raptor").await?;
        server.run("CREATE DATABASE console").await?;
        let postmark = Postmark::start();
        let secrets = Secrets::draw(postmark.server_token());
        let mut layer = Layer::new(&cluster, &redis, &postmark, &secrets)?;
        let processes = layer.processes(programs, logs).await?;
        let Layer { ports, links, tapes, commands, .. } = layer;
        migrate(programs, &raptor, &console, &commands).await?;
        raptor.run(witness::RAPTOR).await?;
        raptor.run(bystanders::MAKE).await?;
        console.run(witness::CONSOLE).await?;
        console.run(bystanders::INVITE).await?;
        let door = |port: &u16| format!("http://127.0.0.1:{port}");
        let (for_raptor, for_console) = ports.split_at(PROCESSES);
        let mut world = Self {
            cluster: Arc::new(cluster),
            redis: Arc::new(redis),
            postmark: Arc::new(postmark),
            processes,
            links: Arc::new(links),
            raptor,
            console,
            secrets,
            raptor_doors: for_raptor.iter().map(door).collect(),
            console_doors: for_console.iter().map(door).collect(),
            tapes,
            commands,
        };
        for process in &mut world.processes {
            process.start()?;
        }
        world.wait_until_ready().await?;
        Ok(world)
    }

    /// Waits until every process says that it is ready.
    pub(crate) async fn wait_until_ready(&self) -> Result<(), Failure> {
        let http = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(1))
            .timeout(Duration::from_secs(5))
            .no_proxy()
            .build()
            .could_not("make an HTTP client")?;
        let deadline = Instant::now() + READY_WITHIN;
        for door in self.raptor_doors.iter().chain(&self.console_doors) {
            loop {
                let answer = http.get(format!("{door}/readyz")).send().await;
                if answer.is_ok_and(|answer| answer.status().is_success()) {
                    break;
                }
                if Instant::now() > deadline {
                    let seconds = READY_WITHIN.as_secs();
                    return Err(Failure::new(format!("{door} is not ready after {seconds} s")));
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        Ok(())
    }
}

async fn start_servers() -> Result<(Cluster, RedisServer), Failure> {
    let blocking = tokio::task::spawn_blocking(|| {
        // What was committed must outlive a server that is stopped at once: that is the point.
        let settings = vec![("synchronous_commit".to_owned(), "on".to_owned())];
        let cluster = Cluster::start(&Options { settings, ..Options::default() })?;
        Ok::<_, test_support::StartError>((cluster, RedisServer::start()?))
    });
    blocking.await.could_not("start Postgres and Redis")?.could_not("start Postgres and Redis")
}

async fn migrate(
    programs: &Programs,
    raptor: &Database,
    console: &Database,
    commands: &Environment,
) -> Result<(), Failure> {
    let at = |database: &Database| {
        let mut variables = commands.clone();
        variables.insert("DATABASE_URL", database.url.clone());
        variables
    };
    process::run(&programs.raptor, &["migrate"], &at(raptor)).await?;
    process::run(&programs.console, &["migrate"], &at(console)).await.map(drop)
}

/// What lies between the players while they are set up.
struct Layer<'a> {
    secrets: &'a Secrets,
    postgres: SocketAddr,
    redis: SocketAddr,
    postmark: SocketAddr,
    ports: Vec<u16>,
    links: Vec<Link>,
    tapes: Tapes,
    commands: Environment,
}

impl<'a> Layer<'a> {
    fn new(
        cluster: &Cluster,
        redis: &RedisServer,
        postmark: &Postmark,
        secrets: &'a Secrets,
    ) -> Result<Self, Failure> {
        let postgres = SocketAddr::from((Ipv4Addr::LOCALHOST, cluster.port()));
        let ports = free_ports(2 * PROCESSES).could_not("find free ports")?;
        let first = ports.get(PROCESSES).copied().unwrap_or_default();
        let commands = secrets.console(Surroundings {
            port: first,
            postgres,
            database: "console",
            peer: postgres,
            third: postgres,
        });
        Ok(Self {
            secrets,
            postgres,
            redis: address(&redis.url())?,
            postmark: address(&postmark.url())?,
            ports,
            links: Vec::new(),
            tapes: Tapes::default(),
            commands,
        })
    }

    async fn processes(
        &mut self,
        programs: &Programs,
        logs: &Path,
    ) -> Result<Vec<Process>, Failure> {
        let mut processes = Vec::new();
        for (index, port) in self.ports.clone().into_iter().enumerate() {
            let number = index % PROCESSES + 1;
            let (name, process) = match index < PROCESSES {
                true => (format!("raptor-{number}"), &programs.raptor),
                false => (format!("console-{number}"), &programs.console),
            };
            let mut environment = self.environment(&name, port, index < PROCESSES).await?;
            environment.extend(programs.bug.map(|bug| ("PLANTED_BUG", bug.to_owned())));
            processes.push(Process::new(name, process, environment, logs));
        }
        Ok(processes)
    }

    async fn environment(
        &mut self,
        name: &str,
        port: u16,
        is_raptor: bool,
    ) -> Result<Environment, Failure> {
        let at = |port: &u16| SocketAddr::from((Ipv4Addr::LOCALHOST, *port));
        let (raptors, consoles) = self.ports.split_at(PROCESSES);
        let (peers, tape, peer) = match is_raptor {
            true => (consoles, &self.tapes.to_console, "the Console"),
            false => (raptors, &self.tapes.to_raptor, "Raptor"),
        };
        let (peers, tape) = (peers.iter().map(at).collect(), Some(Arc::clone(tape)));
        let peer = self.lay(format!("{name} to {peer}"), peers, tape).await?;
        let target = vec![self.postgres];
        let postgres = self.lay(format!("{name} to Postgres"), target, None).await?;
        let (other, target) = match is_raptor {
            true => ("Redis", self.redis),
            false => ("Postmark", self.postmark),
        };
        let third = self.lay(format!("{name} to {other}"), vec![target], None).await?;
        Ok(match is_raptor {
            true => self.secrets.raptor(Surroundings {
                port,
                postgres,
                database: "raptor",
                peer,
                third,
            }),
            false => {
                let database = "console";
                self.secrets.console(Surroundings { port, postgres, database, peer, third })
            }
        })
    }

    async fn lay(
        &mut self,
        name: String,
        targets: Vec<SocketAddr>,
        tape: Option<Tape>,
    ) -> Result<SocketAddr, Failure> {
        let link = Link::lay(name, targets, tape).await.could_not("lay a cable")?;
        let address = link.address();
        self.links.push(link);
        Ok(address)
    }
}

fn address(url: &str) -> Result<SocketAddr, Failure> {
    let authority = url.split_once("//").map(|(_, rest)| rest.trim_end_matches('/'));
    authority.and_then(|authority| authority.parse().ok()).could_not("read a server's address")
}

/// Ports that nobody listens on at this moment, all different, and below those that the system gives
/// to outgoing connections: while a process is down, one of these could take its port, even by being
/// a connection to that port.
fn free_ports(count: usize) -> std::io::Result<Vec<u16>> {
    const FIRST: u16 = 20_000;
    const SOME: u16 = 12_000;
    // Apart from those of other runs, which look for theirs at the same time.
    let offset = std::process::id().wrapping_mul(17) % u32::from(SOME);
    let offset = u16::try_from(offset).unwrap_or_default();
    let all = (0..SOME).map(|index| FIRST + (offset + index) % SOME);
    let free = all.filter_map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok());
    let listeners: Vec<_> = free.take(count).collect();
    listeners.iter().map(|listener| Ok(listener.local_addr()?.port())).collect()
}

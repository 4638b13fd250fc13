//! The test of the test: five bugs, planted in a copy of the sources, each of which chaos must
//! find.
//!
//! All five are patches in `planted/` of this package. They are applied to a copy that is built
//! once; a process has the one that `PLANTED_BUG` names. The product knows nothing of them.

mod copy;
mod patch;

use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::load::Mix;
use crate::run::{self, Plan};
use crate::world::Programs;

/// How long a bug is looked for. On a machine that has nothing else to do each takes seconds; the
/// races need more where it has.
const TIME: Duration = Duration::from_secs(60);

/// A bug, what brings it out, and what it breaks.
struct Bug {
    name: &'static str,
    mix: Mix,
    slow: Option<(&'static str, Duration)>,
    prepare: Option<&'static str>,
    breaks: &'static str,
}

/// Testers who break off and are reset, and nothing else.
const GHOSTS: Mix =
    Mix { people: 6, meddlers: 0, racers: 0, quitters: 100, doubles: 30, switches: false };

/// In the order in which they are looked for.
const BUGS: [Bug; 5] = [
    // The account is deleted by one statement without a lock: while it waits, a passkey comes.
    Bug {
        name: "unsafe-delete",
        mix: Mix { people: 8, racers: 100, quitters: 0, ..GHOSTS },
        slow: Some(("to Postgres", Duration::from_millis(4))),
        prepare: None,
        breaks: "credential-lost",
    },
    // A service token works as often as it is sent.
    Bug { name: "no-jti-store", mix: GHOSTS, slow: None, prepare: None, breaks: "replayed" },
    // The tester's row is not locked while an invitation is made. The index that would refuse the
    // second one is taken away too: it is the other half of the same defence.
    Bug {
        name: "unlocked-mint",
        mix: Mix { doubles: 100, ..GHOSTS },
        slow: Some(("console-1 to Postgres", Duration::from_millis(5))),
        prepare: Some("DROP INDEX beta_walkthrough_tokens_one_unrevoked"),
        breaks: "two-live-tokens",
    },
    // The end of a reset is written down before the mail was tried.
    Bug {
        name: "early-completion",
        mix: GHOSTS,
        slow: None,
        prepare: None,
        breaks: "completed-before-mail",
    },
    // The audit row of a deletion is written after it, in a transaction of its own.
    Bug {
        name: "late-audit",
        mix: GHOSTS,
        slow: None,
        prepare: None,
        breaks: "unaudited-deletion",
    },
];

/// The same circumstances without a bug: nothing may be broken by them.
const CONTROL: Plan = Plan {
    seed: 0,
    time: Duration::from_secs(8),
    mix: Mix { racers: 50, quitters: 50, doubles: 100, ..GHOSTS },
    faults: false,
    slow: Some(("to Postgres", Duration::from_millis(4))),
    prepare: Some("DROP INDEX beta_walkthrough_tokens_one_unrevoked"),
    until: None,
};

/// As `cargo xtask chaos --planted`, on a runtime of its own. Says whether chaos finds what it
/// should.
///
/// # Errors
///
/// Where a patch does not apply any more, the copy does not compile, or a run could not be made.
pub fn look_for_all(seed: u64) -> Result<bool, Failure> {
    crate::runtime()?.block_on(run(seed))
}

/// Plants them and looks for each, and for nothing where none is active. Says whether all were
/// found.
pub(crate) async fn run(seed: u64) -> Result<bool, Failure> {
    let [raptor, console] = copy::build(&BUGS.map(|bug| bug.name)).await?;
    let mut all = true;
    for bug in &BUGS {
        let programs =
            Programs { raptor: raptor.clone(), console: console.clone(), bug: Some(bug.name) };
        all &= look_for(bug, &programs, seed).await?;
    }
    let started = Instant::now();
    let report =
        run::run(&Programs { raptor, console, bug: None }, &Plan { seed, ..CONTROL }).await?;
    if report.is_good() {
        let seconds = started.elapsed().as_secs_f32();
        eprintln!("  Without a bug nothing was found in {seconds:.1} s.");
    } else {
        eprintln!("  Something was found without a bug.\n{report}");
    }
    Ok(all && report.is_good())
}

async fn look_for(bug: &Bug, programs: &Programs, seed: u64) -> Result<bool, Failure> {
    let started = Instant::now();
    let plan = Plan {
        seed,
        time: TIME,
        mix: bug.mix,
        faults: false,
        slow: bug.slow,
        prepare: bug.prepare,
        until: Some(bug.breaks),
    };
    let report = run::run(programs, &plan).await?;
    let found = report.violations.iter().find(|violation| violation.invariant == bug.breaks);
    let seconds = started.elapsed().as_secs_f32();
    match found {
        Some(violation) => {
            let words = violation.words.lines().next().unwrap_or_default();
            eprintln!("  {} was found in {seconds:.1} s: {words}", bug.name);
        }
        None => {
            let (name, breaks) = (bug.name, bug.breaks);
            eprintln!("  {name} was NOT found in {seconds:.1} s: {breaks} held.\n{report}");
        }
    }
    Ok(found.is_some())
}

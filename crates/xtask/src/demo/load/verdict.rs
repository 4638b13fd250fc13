//! Whether the services bore it.

use super::super::failure::Failure;
use super::super::progress::print;
use super::loops::Recovery;
use super::memory::Held;
use super::tally::Tally;

/// How much more a service may hold at the worst moment than before, in MiB.
const MORE: u64 = 256;

/// Says what was seen beside the tables; the failure names everything that must not be.
pub(super) fn give(
    tallies: &[&Tally],
    recovery: &Recovery,
    memory: &[Held],
    lost: &[String],
) -> Result<(), Failure> {
    let mut faults = lost.to_vec();
    let mut said = String::from("\n");
    for Held { name, before, most } in memory {
        said.push_str(&format!("  {name} held {before} MiB before the load and {most} at most\n"));
        if *most > before + MORE {
            faults.push(format!("{name} held {most} MiB, over {MORE} more than before"));
        }
    }
    let after = recovery.after.as_secs_f64();
    said.push_str(&format!("  As quick as before {after:.1} s after the load\n"));
    print(&said);
    for tally in tallies {
        if tally.wrong() > 0 {
            let wrong = tally.wrong.join("\n  ");
            faults.push(format!("{} wrong answers, such as\n  {wrong}", tally.wrong()));
        }
        if tally.right() == 0 {
            faults.push("nobody got what they asked for".to_owned());
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(Failure::new(faults.join("\n"))) }
}

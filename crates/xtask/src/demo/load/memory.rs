//! How much memory the services hold, as Linux tells it; elsewhere nothing is known.

use std::fs;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::super::failure::{Context as _, Failure};

/// How often it is looked at.
const INTERVAL: Duration = Duration::from_millis(250);

/// Watches from now on.
pub(super) struct Memory {
    stop: oneshot::Sender<()>,
    watching: JoinHandle<Vec<Held>>,
}

/// What one service held, in MiB.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) name: &'static str,
    pub(super) before: u64,
    pub(super) most: u64,
}

impl Memory {
    /// `parents` are the services' watchdogs, by their process ids.
    pub(super) fn watch(parents: Vec<(&'static str, u32)>) -> Result<Self, Failure> {
        let (stop, mut stopped) = oneshot::channel();
        let mut held = Vec::new();
        for (name, parent) in parents {
            let Some(pid) = child(parent) else { continue };
            let before = resident(pid).could_not("read a service's memory")?;
            held.push((pid, Held { name, before, most: before }));
        }
        let watching = tokio::spawn(async move {
            loop {
                for (pid, held) in &mut held {
                    held.most = held.most.max(resident(*pid).unwrap_or_default());
                }
                if tokio::time::timeout(INTERVAL, &mut stopped).await.is_ok() {
                    return held.into_iter().map(|(_, held)| held).collect();
                }
            }
        });
        Ok(Self { stop, watching })
    }

    /// What was seen.
    pub(super) async fn end(self) -> Vec<Held> {
        let _ = self.stop.send(());
        self.watching.await.unwrap_or_default()
    }
}

/// The service under its watchdog, which has a child that reads a pipe beside it.
fn child(parent: u32) -> Option<u32> {
    let children = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).ok()?;
    children.split_whitespace().filter_map(|pid| pid.parse().ok()).find(|pid| {
        let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        name.trim() != "sh"
    })
}

/// `VmRSS`, in MiB.
fn resident(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024)
}

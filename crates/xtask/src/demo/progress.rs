//! One line a step, with its time.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

/// Prints on standard output; a terminal also sees the step that is under way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Progress {
    terminal: bool,
    colour: bool,
    started: Instant,
}

impl Progress {
    /// Starts the clock.
    pub(super) fn start() -> Self {
        let terminal = std::io::stdout().is_terminal();
        // https://no-color.org: present and not empty means none.
        let colourless = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { terminal, colour: terminal && !colourless, started: Instant::now() }
    }

    /// A step that prints nothing of its own.
    pub(super) fn step(&self, what: &str) -> Step {
        let step = Step::new(*self, what);
        step.say("");
        step
    }

    /// A step that is announced by a line of its own, because a program prints below it.
    pub(super) fn noisy_step(&self, what: &str) -> Step {
        print(&format!("  {} {what}\n", self.paint("2", "…")));
        Step::new(*self, what)
    }

    /// How long ago the demo was started.
    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// A heading, bold where there are colours.
    pub(super) fn heading(&self, text: &str) -> String {
        self.paint("1", text)
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// A step under way. Dropped before it is [`Self::done`] it shows as failed.
#[derive(Debug)]
pub(super) struct Step {
    progress: Progress,
    what: String,
    started: Instant,
    done: bool,
}

impl Step {
    fn new(progress: Progress, what: &str) -> Self {
        Self { progress, what: what.to_owned(), started: Instant::now(), done: false }
    }

    /// What the step is at; only a terminal shows it.
    pub(super) fn say(&self, detail: &str) {
        if self.progress.terminal {
            let mark = self.progress.paint("2", "…");
            let detail = self.progress.paint("2", detail);
            print(&format!("\r\x1b[2K  {mark} {} {detail}", self.what));
        }
    }

    /// The step has succeeded.
    pub(super) fn done(mut self) {
        self.done = true;
        self.finish("32", "✓");
    }

    fn finish(&self, colour: &str, mark: &str) {
        let clear = if self.progress.terminal { "\r\x1b[2K" } else { "" };
        let mark = self.progress.paint(colour, mark);
        let time = format!("{:.1} s", self.started.elapsed().as_secs_f64());
        print(&format!("{clear}  {mark} {} {}\n", self.what, self.progress.paint("2", &time)));
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        if !self.done {
            self.finish("31", "✗");
        }
    }
}

/// Writes to standard output; one that was closed is no reason to leave servers behind.
pub(super) fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

//! Structured logs.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::settings::LogFormat;

/// Where the lines go and how much is said.
#[derive(Debug, Clone, Copy)]
pub enum Audience {
    /// A running service: standard output, from `info`.
    Service,
    /// A command at a terminal: standard error, from `warn`, so that standard output holds the
    /// answer alone.
    Command,
}

/// What narrows or widens the log.
pub const VARIABLE: &str = EnvFilter::DEFAULT_ENV;

/// What is said whatever `RUST_LOG` says: a checkpoint that is noted as left must leave.
const ALWAYS: &str = "service_kit::audit::departure=info";

/// Sets up the process's log. `RUST_LOG` narrows or widens it, but for checkpoints of the audit log.
pub fn init(format: LogFormat, audience: Audience) {
    let level = match audience {
        Audience::Service => "info",
        Audience::Command => "warn",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let filter = with_checkpoints(filter);
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_span_events(FmtSpan::NONE)
        .with_writer(move || -> Box<dyn std::io::Write> {
            match audience {
                Audience::Service => Box::new(std::io::stdout()),
                Audience::Command => Box::new(std::io::stderr()),
            }
        });
    let set = match format {
        LogFormat::Json => builder.json().flatten_event(true).with_span_list(false).try_init(),
        LogFormat::Pretty => builder.try_init(),
    };
    if set.is_ok() {
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(ToString::to_string).unwrap_or_default();
            tracing::error!(place, "panic: {}", panic.payload_as_str().unwrap_or("no message"));
        }));
    }
}

fn with_checkpoints(filter: EnvFilter) -> EnvFilter {
    match ALWAYS.parse() {
        Ok(directive) => filter.add_directive(directive),
        Err(_) => filter,
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn checkpoints_leave_however_little_is_to_be_said() {
        for given in ["warn", "off", "service_kit=error", "service_kit::audit::departure=off"] {
            let (lines, filter) = (Lines::default(), with_checkpoints(EnvFilter::new(given)));
            let writer = lines.clone();
            let subscriber = tracing_subscriber::fmt()
                .with_env_filter(filter)
                .with_writer(move || writer.clone())
                .finish();
            tracing::subscriber::with_default(subscriber, || {
                tracing::info!(target: "service_kit::audit::departure", "audit checkpoint");
                tracing::info!(target: "service_kit::audit::worker", "something else");
            });
            let said = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
            assert_eq!(said.lines().count(), 1, "{given}: {said}");
            assert!(said.contains("audit checkpoint"), "{given}: {said}");
        }
    }
}

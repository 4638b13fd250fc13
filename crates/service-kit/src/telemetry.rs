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

/// Sets up the process's log. `RUST_LOG` narrows or widens it.
pub fn init(format: LogFormat, audience: Audience) {
    let level = match audience {
        Audience::Service => "info",
        Audience::Command => "warn",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
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

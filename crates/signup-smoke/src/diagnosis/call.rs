//! Calls that were not answered.

use crate::api::CallError;
use crate::failure::Failure;

/// A call to `api` that got no answer.
#[must_use]
pub fn no_answer_to_call(error: &CallError, api: &str) -> Failure {
    match error {
        CallError::Unreachable(why) => Failure::new(
            format!("{api} cannot be reached"),
            "RAXX_SMOKE_API_URL is wrong, its name is not in the DNS, or nothing listens there",
            format!("Try: curl -i {api}/healthz"),
        )
        .with_evidence(why),
        CallError::Tls(why) => Failure::new(
            format!("no secure connection to {api}"),
            "The certificate is expired or for another name, no certificate authority is known \
             on this machine (ca-certificates), or the port does not speak TLS",
            format!("Try: curl -iv {api}/healthz"),
        )
        .with_evidence(why),
        CallError::TimedOut(limit) => Failure::new(
            format!("no answer within {} s", limit.as_secs()),
            "The dynos are overloaded, or wait for a lock or for a database that hangs",
            "Run it again; if it persists, look at the response times and the log",
        ),
        CallError::Cut(why) => Failure::new(
            "the connection was cut before the answer was there",
            "A dyno was restarted in the middle, or a proxy gave up",
            "Run it again; if it persists, look for a crash in the log",
        )
        .with_evidence(why),
    }
}

//! What the log says of the webhook, line by line, from the program itself.

use serde_json::Value;
use test_support::postmark::report::delivery;
use test_support::wait::within;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout};

use super::{EMAIL, PATH, UNKNOWN, basic};
use crate::helpers::binary::start;
use crate::helpers::{Ask, Client, migrated_database, variables};

/// The program, and what it writes.
struct Logging {
    _program: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Logging {
    fn start(database_url: &str, secret: &str) -> Self {
        let mut variables = variables(database_url);
        variables.insert("POSTMARK_WEBHOOK_SECRET", secret.to_owned());
        let mut program = start(&["serve"], &variables);
        let lines = BufReader::new(program.stdout.take().unwrap()).lines();
        Self { _program: program, lines }
    }

    /// The lines up to the one with that message, that one included.
    async fn until(&mut self, message: &str) -> Vec<String> {
        let mut lines = Vec::new();
        let read = async {
            while let Some(line) = self.lines.next_line().await.unwrap() {
                lines.push(line);
                if lines.last().unwrap().contains(message) {
                    return;
                }
            }
            panic!("the service ended before it said {message:?}");
        };
        within("the line is there", read).await;
        lines
    }
}

fn port(listening: &str) -> u16 {
    let line: Value = serde_json::from_str(listening).unwrap();
    u16::try_from(line["port"].as_u64().unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_is_one_object_with_each_name_once() {
    let database = migrated_database().await;
    let secret = "a secret of 16 B";
    let mut program = Logging::start(&database.url(), secret);
    let started = program.until("\"listening\"").await;
    assert!(started.iter().all(|line| !line.contains("POSTMARK_WEBHOOK_SECRET")), "{started:?}");
    let client = Client::new(port(started.last().unwrap()));
    let ask = Ask::json(PATH, &delivery(UNKNOWN, EMAIL));
    let answer = client.send(ask.header("authorization", basic("any", secret))).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let lines = program.until("a mail was reported on").await;
    let line = lines.last().unwrap();
    assert_eq!(line.matches("\"message\":").count(), 1, "{line}");
    assert!(line.contains(&format!("\"message_id\":\"{UNKNOWN}\"")), "{line}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_short_password_is_warned_of_and_not_shown() {
    let database = migrated_database().await;
    let secret = "hunter2-hunter2";
    let lines = Logging::start(&database.url(), secret).until("\"listening\"").await;
    let warned = lines.iter().filter(|line| line.contains("POSTMARK_WEBHOOK_SECRET"));
    let warned: Vec<_> = warned.collect();
    assert_eq!(warned.len(), 1, "{lines:?}");
    assert!(warned[0].contains("\"WARN\"") && warned[0].contains("16 bytes"), "{warned:?}");
    assert!(lines.iter().all(|line| !line.contains(secret)), "{lines:?}");
}

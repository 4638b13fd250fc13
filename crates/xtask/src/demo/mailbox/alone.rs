//! `xtask mailbox`: takes mails in Postmark's place, reports each as delivered, and shows it to a
//! person. Nobody plays the tester.

use std::net::{Ipv4Addr, TcpListener};
use std::process::ExitCode;

use actix_web::web;

use super::{Mailbox, serve};
use crate::demo::failure::{Context as _, Failure};
use crate::demo::settings::{Addresses, Webhook};
use crate::demo::told_to_stop;

/// Whom it serves.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Where to listen, on every address of the machine.
    #[arg(long)]
    port: u16,
    /// Where a browser reaches it.
    #[arg(long, value_name = "URL")]
    public_url: String,
    /// Where a browser reaches the Console.
    #[arg(long, value_name = "URL")]
    console_url: String,
    /// What the Console sends its mails with.
    #[arg(long)]
    postmark_token: String,
    /// Where it reports what became of them.
    #[arg(long, value_name = "URL")]
    webhook_url: String,
    /// The password of that.
    #[arg(long)]
    webhook_secret: String,
}

/// Runs until Ctrl-C or SIGTERM.
pub(crate) fn run(options: Options) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let ended = runtime.could_not("start").and_then(|runtime| runtime.block_on(perform(options)));
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("The mailbox ended: {failure}.");
            ExitCode::FAILURE
        }
    }
}

async fn perform(options: Options) -> Result<(), Failure> {
    let stopped = told_to_stop().could_not("listen to signals")?;
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, options.port));
    let listener = listener.could_not("take its port")?;
    // Raptor's address is for those who play.
    let addresses = Addresses {
        raptor: String::new(),
        console: options.console_url,
        mailbox: options.public_url,
    };
    let webhook = Webhook { url: options.webhook_url, password: options.webhook_secret };
    let mailbox = Mailbox::new(addresses, options.postmark_token, webhook, None);
    let handle = serve(web::Data::new(mailbox), listener)?;
    stopped.await;
    handle.stop(true).await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::{Parser, Subcommand};
    use serde_json::Value;

    use super::Options;

    #[derive(Parser)]
    struct Line {
        #[command(subcommand)]
        command: Command,
    }

    #[derive(Subcommand)]
    enum Command {
        Mailbox(Options),
    }

    #[test]
    fn what_compose_tells_it_is_what_it_has_to_know() {
        let file = std::fs::read_to_string(crate::workspace().join("docker-compose.yml")).unwrap();
        let compose: Value = serde_saphyr::from_str(&file).unwrap();
        let mailbox = compose["services"]["mailbox"].clone();
        let line: Vec<String> = serde_json::from_value(mailbox["command"].clone()).unwrap();
        let Command::Mailbox(options) = Line::try_parse_from(line).unwrap().command;
        let console = &compose["services"]["console"]["environment"];
        assert_eq!(console["POSTMARK_SERVER_TOKEN"], options.postmark_token.as_str());
        assert_eq!(console["POSTMARK_WEBHOOK_SECRET"], options.webhook_secret.as_str());
        assert_eq!(console["CONSOLE_PUBLIC_URL"], options.console_url.as_str());
        let published = format!("127.0.0.1:{}:{}", options.port, options.port);
        assert_eq!(mailbox["ports"][0], published.as_str());
        assert_eq!(options.public_url, format!("http://localhost:{}", options.port));
        let webhook = format!("http://console:{}/api/webhooks/postmark", 8081);
        assert_eq!((console["PORT"].as_str(), options.webhook_url), (Some("8081"), webhook));
    }
}

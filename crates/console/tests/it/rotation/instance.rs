//! One process of a service, as far as its neighbours can tell.

use std::collections::BTreeMap;
use std::future::Future;

use service_kit::settings::Source;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// It stops when this goes.
pub struct Instance {
    pub url: String,
    stop: CancellationToken,
    running: JoinHandle<std::io::Result<()>>,
}

/// What a process is started with.
pub type Settings = BTreeMap<&'static str, String>;

impl Instance {
    pub fn console(variables: &Settings) -> Self {
        let source = Source::from_pairs(variables.clone());
        let mut settings = console::settings::Variables::read(source).for_serve().unwrap();
        settings.tuning.workers = Some(1);
        settings.tuning.pool_size = 6;
        let application = console::startup::Application::build(settings).unwrap();
        Self::run(application.port(), |stop| application.run_until_stopped(stop))
    }

    pub fn raptor(variables: &Settings) -> Self {
        let source = Source::from_pairs(variables.clone());
        let mut settings = raptor_api::settings::Variables::read(source).for_serve().unwrap();
        settings.tuning.workers = Some(1);
        settings.tuning.pool_size = 6;
        let application = raptor_api::startup::Application::build(settings).unwrap();
        Self::run(application.port(), |stop| application.run_until_stopped(stop))
    }

    fn run<F>(port: u16, serve: impl FnOnce(CancellationToken) -> F) -> Self
    where
        F: Future<Output = std::io::Result<()>> + Send + 'static,
    {
        let stop = CancellationToken::new();
        let running = tokio::spawn(serve(stop.clone()));
        Self { url: format!("http://127.0.0.1:{port}"), stop, running }
    }

    /// Lets it finish what it began, and waits for that.
    pub async fn stop(mut self) {
        self.stop.cancel();
        (&mut self.running).await.unwrap().unwrap();
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

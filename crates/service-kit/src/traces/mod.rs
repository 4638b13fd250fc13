//! Traces for an OpenTelemetry collector, where one is named.
//!
//! A span is opened in three places alone, each of which says what goes into it: around a request
//! ([`span::serve`]), around one that a sibling service has proven ([`span::serve_proven`]), and
//! around a call ([`span::call`]). Nothing that a log line says gets into a trace. Who began it
//! decides whether a request is traced: a sibling, which holds a service token, or we.
//!
//! Nothing waits for the collector: a span goes into a queue that drops what is too much, and a
//! thread of its own sends it.

mod export;
pub mod span;
mod wanted;

use std::sync::Arc;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracer, SdkTracerProvider,
};

use crate::metrics::Metrics;
use crate::settings::TraceSettings;
use export::Collector;
use wanted::Wanted;

/// How many spans wait to be sent; what comes on top is dropped.
const QUEUE: usize = 2048;
/// How many are sent together.
const BATCH: usize = 512;
/// The time between two sendings.
const INTERVAL: Duration = Duration::from_secs(2);
/// How long a stopping service waits for the last ones. With the other graces in
/// [`crate::stop`] that is less than the 30 s after which Heroku kills.
const GRACE: Duration = Duration::from_millis(1500);

/// The traces of one service in one process; clones share them.
#[derive(Clone, Default)]
pub struct Traces(Option<Arc<Started>>);

struct Started {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
}

/// Why traces cannot be sent.
#[derive(Debug, thiserror::Error)]
pub enum TracesError {
    /// TLS cannot be set up.
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    /// The collector's address cannot be used.
    #[error("OTEL_EXPORTER_OTLP_ENDPOINT: {0}")]
    Exporter(#[from] opentelemetry_otlp::ExporterBuildError),
    /// The metric of it is there already.
    #[error(transparent)]
    Metrics(#[from] prometheus::Error),
}

impl Traces {
    /// Traces of `service`, or none without settings; then nothing is started. Call it on a tokio
    /// runtime.
    ///
    /// # Errors
    /// [`TracesError`].
    pub fn new(
        settings: Option<&TraceSettings>,
        service: &'static str,
        version: &'static str,
        metrics: &Metrics,
    ) -> Result<Self, TracesError> {
        let sent = export::counter(metrics)?;
        let Some(settings) = settings else { return Ok(Self::default()) };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Collector::new(sent)?)
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(settings.endpoint.traces_url())
            .with_timeout(export::LIMIT)
            .with_headers(settings.headers.exposed().collect())
            .build()?;
        let batches = BatchConfigBuilder::default()
            .with_max_queue_size(QUEUE)
            .with_max_export_batch_size(BATCH)
            .with_scheduled_delay(INTERVAL)
            .build();
        let share = Sampler::TraceIdRatioBased(settings.share.0);
        let provider = SdkTracerProvider::builder()
            .with_sampler(Sampler::ParentBased(Box::new(share)))
            .with_resource(
                Resource::builder_empty()
                    .with_service_name(service)
                    .with_attribute(KeyValue::new("service.version", version))
                    .build(),
            )
            .with_span_processor(Wanted(
                BatchSpanProcessor::builder(exporter).with_batch_config(batches).build(),
            ))
            .build();
        let tracer = provider.tracer("service-kit");
        Ok(Self(Some(Arc::new(Started { provider, tracer }))))
    }

    /// Sends what waits, for 1.5 s at most, and nothing after it.
    pub async fn finish(&self) {
        let Some(started) = self.0.clone() else { return };
        let sending = tokio::task::spawn_blocking(move || {
            started.provider.shutdown_with_timeout(GRACE).map_err(|error| error.to_string())
        });
        if let Ok(Err(error)) = sending.await {
            tracing::info!(error, "the last traces were not sent");
        }
    }

    fn tracer(&self) -> Option<&SdkTracer> {
        self.0.as_ref().map(|started| &started.tracer)
    }
}

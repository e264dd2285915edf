//! Starts logging: one JSON object a line on standard error, and spans for a collector where one is configured.
//! What is logged, and that nothing secret is, is left to those who log; fields are listed one by one, never whole values.

use std::io::Write;

use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, fmt};

use super::config::Config;
use super::run::StartError;
#[cfg(feature = "otel")]
use super::trace_context::{self, Traces};

/// Who did what by hand is told whatever the level is.
const AUDIT: &str = "audit=info";

/// What goes on as long as the service does.
#[derive(Debug)]
pub(crate) struct Logs {
    #[cfg(feature = "otel")]
    traces: Option<Traces>,
}

impl Logs {
    /// Starts logging for the whole process, inside its runtime.
    ///
    /// # Errors
    /// [`StartError::Config`] where the collector cannot be used.
    pub(crate) fn start(config: &Config) -> Result<Logs, StartError> {
        let filter = EnvFilter::try_new(&config.log_level).unwrap_or_else(|_| EnvFilter::new("info"));
        let filter = match AUDIT.parse() {
            Ok(audit) => filter.add_directive(audit),
            Err(_) => filter,
        };
        let lines = fmt::layer().json().with_current_span(false).with_writer(|| LossyLog);
        let subscriber = tracing_subscriber::registry().with(filter).with(lines);
        #[cfg(feature = "otel")]
        {
            let (layer, traces) = match config.otlp.as_deref().map(trace_context::start).transpose()? {
                Some((tracer, traces)) => (Some(trace_context::layer(tracer)), Some(traces)),
                None => (None, None),
            };
            subscriber.with(layer).init();
            Ok(Logs { traces })
        }
        #[cfg(not(feature = "otel"))]
        {
            subscriber.init();
            Ok(Logs {})
        }
    }

    /// Hands over what is still to be sent.
    pub(crate) async fn end(self) {
        #[cfg(feature = "otel")]
        if let Some(traces) = self.traces {
            traces.end().await;
        }
    }
}

/// Standard error, where a line that cannot be written is lost: a disk that is full of logs must not end the service.
struct LossyLog;

impl Write for LossyLog {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        let _lost = std::io::stderr().write_all(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

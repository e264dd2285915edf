//! `[log]`: what is logged, and where spans are sent.
//! Writing and sending them is left to `service`.

use antom_http::Endpoint;

use super::Reader;

impl Reader {
    pub(super) fn log_level(&mut self) -> String {
        let level = self.text("log.level").unwrap_or_else(|| "info".to_owned());
        if let Err(error) = tracing_subscriber::EnvFilter::try_new(&level) {
            let wanted = "must be a level or a filter such as \"info,antom_adapters=debug\"";
            self.fault("log.level", format!("{wanted}: {error}"));
        }
        level
    }

    pub(super) fn otlp(&mut self) -> Option<String> {
        const KEY: &str = "log.otlp";
        let collector = self.text(KEY)?;
        if cfg!(not(feature = "otel")) {
            self.fault(KEY, "needs a program that was built with the feature `otel`");
        }
        if let Err(error) = Endpoint::custom(&collector) {
            self.fault(KEY, error.to_string());
        }
        Some(collector)
    }
}

//! Log lines, on standard error; standard output is for what commands answer.

use std::io::IsTerminal;

use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use crate::config::LogFormat;

/// Begins logging; a filter that makes no sense counts as `info`. Later calls do nothing.
pub fn init(filter: &str, format: LogFormat) {
    // What MCP servers say goes into no log by the library that reads it, unless it is asked for.
    let quiet =
        if filter.contains("rmcp") { filter.to_owned() } else { format!("{filter},rmcp=off") };
    let filter = EnvFilter::try_new(quiet).unwrap_or_else(|_| EnvFilter::new("info,rmcp=off"));
    let registry = tracing_subscriber::registry().with(filter);
    let colours = std::io::stderr().is_terminal();
    let lines = fmt::layer().with_writer(std::io::stderr).with_ansi(colours);
    // A second call finds the first one's subscriber in place, which is fine.
    let _ = match format {
        LogFormat::Text => registry.with(lines).try_init(),
        LogFormat::Json => registry.with(lines.json()).try_init(),
    };
}

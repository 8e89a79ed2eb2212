//! Logs. Our own lines carry ids and codes, never a token, a text or a number; libraries that might log values are
//! kept to warnings.

use tracing_subscriber::EnvFilter;

use crate::config::{LogFormat, Settings};

/// Starts logging to standard error.
pub fn start(settings: &Settings) {
    let quiet = ",sqlx=warn,hyper=warn,reqwest=warn,h2=warn,graphile_worker=warn,lettre=warn,tower_http=warn";
    let filter = EnvFilter::try_new(format!("{}{quiet}", settings.log))
        .unwrap_or_else(|_| EnvFilter::new(format!("info{quiet}")));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(true);
    match settings.log_format {
        LogFormat::Text => builder.init(),
        LogFormat::Json => builder.json().init(),
    }
    // The default hook prints the panic's message, which may hold a value; place and thread are enough to find it.
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(|at| format!("{}:{}", at.file(), at.line())).unwrap_or_default();
        // Function names only; there when RUST_BACKTRACE asks for it.
        let backtrace = std::backtrace::Backtrace::capture();
        tracing::error!(place, %backtrace, "panic");
    }));
}

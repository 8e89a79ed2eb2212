//! The sandbox on a port of its own, for trying the page or an external client:
//! `cargo run -p sandbox --example standalone -- 4000 http://127.0.0.1:3000/webhooks/whatsapp`

use sandbox::{Sandbox, SandboxConfig};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let port = arguments.next().unwrap_or_else(|| "4000".to_owned());
    let defaults = SandboxConfig::default();
    let config = SandboxConfig {
        public_url: format!("http://127.0.0.1:{port}/sandbox"),
        callback_url: arguments.next().unwrap_or(defaults.callback_url),
        smtp: Some(std::net::SocketAddr::from(([127, 0, 0, 1], 0))),
        ..defaults
    };
    let sandbox = Sandbox::start(config)?;
    if let Some(address) = sandbox.smtp_address() {
        eprintln!("mails go to smtp://{address}");
    }
    let app = axum::Router::new().nest_service("/sandbox", sandbox.router());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, app).await
}

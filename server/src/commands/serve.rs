//! `parley serve`.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context as _, Error, Result, bail};
use axum::Router;
use axum_server::Handle;
use axum_server::accept::NoDelayAcceptor;
use axum_server::tls_rustls::RustlsAcceptor;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::say;
use crate::config::Settings;
use crate::system::{DataLock, Database, System};
use crate::tls::Tls;
use crate::{demo, http};

/// How long requests and leases may take to finish after a stop was asked for.
const GRACE: Duration = Duration::from_secs(10);

/// Runs until Ctrl+C or SIGTERM.
pub async fn serve(mut settings: Settings, with_demo: bool) -> Result<()> {
    settings.sandbox |= with_demo;
    let tls = Tls::read(&settings).await.map_err(Error::msg)?;
    let _lock = DataLock::take(&settings.data_dir())?;
    let listener = TcpListener::bind(settings.listen)
        .await
        .with_context(|| format!("cannot listen on {} (PARLEY_LISTEN)", settings.listen))?;
    settings.listen = listener.local_addr()?;
    let admin = match settings.admin_listen {
        Some(address) => Some(
            TcpListener::bind(address)
                .await
                .with_context(|| format!("cannot listen on {address} (PARLEY_ADMIN_LISTEN)"))?,
        ),
        None => None,
    };
    let plain = match settings.http_listen {
        Some(address) => Some(
            TcpListener::bind(address)
                .await
                .with_context(|| format!("cannot listen on {address} (PARLEY_HTTP_LISTEN)"))?,
        ),
        None => None,
    };
    // The sandbox and Parley know nothing of each other's certificates: beside TLS they talk within this machine.
    let inside = match &tls {
        Some(_) if settings.sandbox => Some(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?),
        _ => None,
    };
    let local = inside.as_ref().map_or(Ok(settings.listen), TcpListener::local_addr)?;
    let beside = if settings.sandbox { Some(demo::start_sandbox(&mut settings, local)?) } else { None };
    require_secrets(&settings)?;
    let database = Database::open(&settings).await?;
    if database.in_clear() {
        tracing::warn!("the line to the database is in clear, as PARLEY_DATABASE_PLAINTEXT allows");
    }
    database.migrate().await?;
    let stop = CancellationToken::new();
    let system = System::build(&settings, &database).await?;
    let mut parts = system.start(&stop).await?;
    if with_demo {
        demo::seed(&system, &settings).await?;
    }
    if let Err(words) = http::bundle::check(&settings) {
        tracing::warn!("{words}");
    }
    if settings.smtp_url.is_none() {
        tracing::warn!("no mail server is set: mails wait until PARLEY_SMTP_URL and PARLEY_MAIL_FROM name one");
    }
    let metrics = http::metrics_handle()?;
    if let Some(listener) = admin {
        let router = http::admin_router(system.core.clone(), metrics);
        parts.spawn(run(listener, router, stop.clone()));
    }
    let router = http::router(&settings, &system, beside.as_ref().map(|beside| beside.sandbox.router()), stop.clone());
    if let Some(inside) = inside {
        parts.spawn(run(inside, router.clone(), stop.clone()));
    }
    if let Some(plain) = plain {
        parts.spawn(run(plain, crate::tls::redirect(settings.public_url()), stop.clone()));
    }
    match tls {
        Some(tls) => {
            parts.spawn(run_tls(listener.into_std()?, tls.acceptor(), router, stop.clone()));
            parts.spawn(tls.watch(stop.clone()));
        }
        None => drop(parts.spawn(run(listener, router, stop.clone()))),
    }
    say(&format!("Parley is ready at {}", settings.public_url()));
    if with_demo {
        say(&format!("Sign in as {} with the password {}", backend::seed::EMAIL, backend::seed::PASSWORD));
        say(&format!("The customers' phone is at {}/sandbox", settings.public_url()));
    }
    if beside.as_ref().is_some_and(|beside| beside.takes_mails) {
        say(&format!("Mails are at {}/sandbox/mail", settings.public_url()));
    }
    stop_signal().await?;
    tracing::info!("stopping");
    stop.cancel();
    if let Some(beside) = &beside {
        beside.sandbox.shutdown().await;
    }
    let ended = tokio::time::timeout(GRACE, async { while parts.join_next().await.is_some() {} }).await;
    if ended.is_err() {
        tracing::warn!("some requests did not finish in time");
        parts.abort_all();
    }
    system.owner_pool.close().await;
    system.core.db.close().await;
    database.close().await;
    Ok(())
}

/// Without the sandbox, Meta's secrets must be there; each missing one is named.
fn require_secrets(settings: &Settings) -> Result<()> {
    let needed = [
        ("PARLEY_WHATSAPP_TOKEN", settings.whatsapp_token.is_some()),
        ("PARLEY_WHATSAPP_APP_SECRET", settings.whatsapp_app_secret.is_some()),
        ("PARLEY_WHATSAPP_VERIFY_TOKEN", settings.whatsapp_verify_token.is_some()),
    ];
    let missing: Vec<&str> = needed.iter().filter(|(_, there)| !there).map(|(key, _)| *key).collect();
    if !missing.is_empty() {
        bail!(
            "{} must be set to talk to WhatsApp. To try Parley without an account, use --sandbox or --demo",
            missing.join(", ")
        );
    }
    Ok(())
}

async fn run(listener: TcpListener, router: Router, stop: CancellationToken) {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, service).with_graceful_shutdown(async move { stop.cancelled().await }).await;
    if let Err(error) = served {
        tracing::error!(kind = %error.kind(), "the listener ended");
    }
}

async fn run_tls(
    listener: std::net::TcpListener,
    acceptor: RustlsAcceptor<NoDelayAcceptor>,
    router: Router,
    stop: CancellationToken,
) {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let handle = Handle::new();
    let server = match axum_server::from_tcp(listener) {
        Ok(server) => server.acceptor(acceptor).handle(handle.clone()).serve(service),
        Err(error) => return tracing::error!(kind = %error.kind(), "the listener ended"),
    };
    let stopping = async {
        stop.cancelled().await;
        handle.graceful_shutdown(None);
        std::future::pending().await
    };
    let served = tokio::select! {
        served = server => served,
        never = stopping => never,
    };
    if let Err(error) = served {
        tracing::error!(kind = %error.kind(), "the listener ended");
    }
}

async fn stop_signal() -> Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        outcome = tokio::signal::ctrl_c() => outcome?,
        _ = terminate.recv() => {}
    }
    Ok(())
}

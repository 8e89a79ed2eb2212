//! The sandbox beside Parley, and the demonstration workspace.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use backend::seed::{self, Number};
use sandbox::{Profile, Sandbox, SandboxConfig};

use crate::commands::say;
use crate::config::Settings;
use crate::system::System;

/// The sandbox's own app, under which its window connects numbers.
const SANDBOX_APP: &str = "5500000000000006";
const DISPLAY_NUMBER: &str = "441632960100";
const BUSINESS: &str = "Harbour & Hill Estates";
const MAIL_FROM: &str = "Parley <no-reply@parley.example>";

/// The sandbox beside Parley, and whether mails go there.
pub struct Beside {
    pub sandbox: Sandbox,
    pub takes_mails: bool,
}

/// Starts the sandbox under `/sandbox` of this server, which it reaches at `local`, and points the settings at it; mails too, unless a mail server is
/// set. Secrets that are not set are made up for this run.
pub fn start_sandbox(settings: &mut Settings, local: SocketAddr) -> Result<Beside> {
    let local = format!("http://{local}");
    let given = settings.whatsapp_token.is_some() || settings.whatsapp_app_secret.is_some();
    for secret in [&mut settings.whatsapp_token, &mut settings.whatsapp_app_secret, &mut settings.whatsapp_verify_token]
    {
        if secret.is_none() {
            *secret = Some(backend::secret::token()?);
        }
    }
    settings.whatsapp_base_url = format!("{local}/sandbox/graph");
    // The sandbox's own app, and its window.
    settings.whatsapp_app_id = Some(SANDBOX_APP.to_owned());
    settings.whatsapp_signup_config.get_or_insert_with(|| "sandbox".to_owned());
    "/sandbox/sdk.js".clone_into(&mut settings.whatsapp_signup_script);
    let config = SandboxConfig {
        callback_url: format!("{local}/webhooks/whatsapp"),
        public_url: format!("{local}/sandbox"),
        ledger: Some(settings.data_dir().join("sandbox.jsonl")),
        businesses: Some(settings.data_dir().join("sandbox-businesses.json")),
        smtp: settings.smtp_url.is_none().then(any_port_here),
        // Those that were set may be Meta's; the sandbox's pages are open to everybody who reaches this server.
        show_secrets: !given,
        profile: Profile::Demo,
        ..sandbox_config(settings)
    };
    let sandbox = Sandbox::start(config).context("the sandbox could not be started")?;
    let address = sandbox.smtp_address();
    if let Some(address) = address {
        settings.smtp_url = Some(format!("smtp://sandbox:sandbox@{address}"));
        settings.mail_from.get_or_insert_with(|| MAIL_FROM.to_owned());
    }
    Ok(Beside { sandbox, takes_mails: address.is_some() })
}

fn any_port_here() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

fn sandbox_config(settings: &Settings) -> SandboxConfig {
    SandboxConfig {
        app_secret: settings.whatsapp_app_secret.clone().unwrap_or_default(),
        verify_token: settings.whatsapp_verify_token.clone().unwrap_or_default(),
        token: settings.whatsapp_token.clone().unwrap_or_default(),
        phone_number_id: settings.whatsapp_number_id.clone(),
        waba_id: settings.whatsapp_account_id.clone(),
        display_phone_number: DISPLAY_NUMBER.to_owned(),
        business_name: BUSINESS.to_owned(),
        ..SandboxConfig::default()
    }
}

/// Makes the demonstration workspace unless it is there.
pub async fn seed(system: &System, settings: &Settings) -> Result<bool> {
    let number = Number {
        phone_number_id: settings.whatsapp_number_id.clone(),
        waba_id: settings.whatsapp_account_id.clone(),
        display_number: format!("+{DISPLAY_NUMBER}"),
    };
    let made = seed::demo(&system.core, &system.owner_pool, &number).await?;
    if made.is_some() {
        tracing::info!("the demonstration workspace was made");
    }
    Ok(made.is_some())
}

/// `parley sandbox`.
pub async fn run_sandbox_alone(
    settings: &Settings,
    callback: String,
    ledger: Option<PathBuf>,
    smtp: SocketAddr,
    test: bool,
) -> Result<()> {
    let mut settings = settings.clone();
    let given = settings.whatsapp_token.is_some() || settings.whatsapp_app_secret.is_some();
    let defaults = SandboxConfig::default();
    let or = |value: &Option<String>, default: &str| Some(value.clone().unwrap_or_else(|| default.to_owned()));
    settings.whatsapp_token = or(&settings.whatsapp_token, &defaults.token);
    settings.whatsapp_app_secret = or(&settings.whatsapp_app_secret, &defaults.app_secret);
    settings.whatsapp_verify_token = or(&settings.whatsapp_verify_token, &defaults.verify_token);
    let listener = tokio::net::TcpListener::bind(settings.listen)
        .await
        .with_context(|| format!("cannot listen on {} (PARLEY_LISTEN)", settings.listen))?;
    let public_url = format!("http://{}", listener.local_addr()?);
    let profile = if test { Profile::Test } else { Profile::Demo };
    let config = SandboxConfig {
        callback_url: callback,
        public_url: public_url.clone(),
        businesses: ledger.as_ref().map(|ledger| ledger.with_file_name("sandbox-businesses.json")),
        ledger,
        smtp: Some(smtp),
        show_secrets: !given,
        profile,
        ..sandbox_config(&settings)
    };
    let sandbox = Sandbox::start(config).context("the sandbox could not be started")?;
    say(&format!("The sandbox is ready at {public_url}; the Graph base address is {public_url}/graph"));
    if let Some(address) = sandbox.smtp_address() {
        say(&format!("Mails to smtp://{address} are at {public_url}/mail"));
    }
    axum::serve(listener, sandbox.router())
        .with_graceful_shutdown(async { drop(tokio::signal::ctrl_c().await) })
        .await?;
    sandbox.shutdown().await;
    Ok(())
}

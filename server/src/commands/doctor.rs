//! `parley doctor`: looks at everything that must be right and says what to do where it is not.

use std::time::Duration;

use anyhow::{Result, bail};

use super::say;
use crate::config::Settings;
use crate::http::bundle;
use crate::system::{self, Database};
use crate::tls::{Tls, acme};

pub async fn examine(settings: &Settings) -> Result<()> {
    let mut wrong = 0;
    let mut check = |name: &str, outcome: Result<String, String>| match outcome {
        Ok(words) => say(&format!("ok     {name}: {words}")),
        Err(words) => {
            wrong += 1;
            say(&format!("wrong  {name}: {words}"));
        }
    };
    check("data folder", writable(settings));
    check("browser files", bundle::check(settings));
    if settings.tls_cert.is_some() {
        check("certificate", Tls::read(settings).await.map(|_| "its key fits".to_owned()));
    }
    if settings.acme_domains.is_some() {
        check("certificate", acme::state(settings).await);
    }
    check("WhatsApp", whatsapp(settings));
    check("mail", mail(settings).await);
    match Database::open(settings).await {
        Err(error) => check("database", Err(format!("{error:#}"))),
        Ok(database) => {
            let line = match database.in_clear() {
                true => "whoever is on the way can read it, as PARLEY_DATABASE_PLAINTEXT allows",
                false => "nobody on the way can read it",
            };
            check("line to the database", Ok(line.to_owned()));
            for (name, outcome) in database_checks(settings, &database).await {
                check(name, outcome);
            }
            database.leave().await;
        }
    }
    if wrong > 0 {
        bail!("{wrong} things need attention");
    }
    Ok(())
}

/// Workspaces bring apps of their own; the operator's is needed for Meta's window.
fn whatsapp(settings: &Settings) -> Result<String, String> {
    let keys = [
        ("PARLEY_WHATSAPP_APP_ID", settings.whatsapp_app_id.is_some()),
        ("PARLEY_WHATSAPP_APP_SECRET", settings.whatsapp_app_secret.is_some()),
        ("PARLEY_WHATSAPP_VERIFY_TOKEN", settings.whatsapp_verify_token.is_some()),
    ];
    let missing: Vec<&str> = keys.into_iter().filter(|(_, set)| !set).map(|(key, _)| key).collect();
    match (settings.whatsapp_signup_config.is_some(), missing.as_slice()) {
        (false, _) => Ok("numbers are connected under Settings, Channels".to_owned()),
        (true, []) => Ok("Meta's window is offered".to_owned()),
        (true, missing) => Err(format!("PARLEY_WHATSAPP_SIGNUP_CONFIG is set, {} not", missing.join(" and "))),
    }
}

fn writable(settings: &Settings) -> Result<String, String> {
    let folder = settings.data_dir();
    std::fs::create_dir_all(&folder)
        .map_err(|error| format!("{} cannot be made ({})", folder.display(), error.kind()))?;
    let probe = folder.join(".probe");
    std::fs::write(&probe, b"")
        .map_err(|error| format!("{} cannot be written ({})", folder.display(), error.kind()))?;
    let _ = std::fs::remove_file(probe);
    Ok(folder.display().to_string())
}

/// Connects and signs in, and sends nothing.
async fn mail(settings: &Settings) -> Result<String, String> {
    match system::smtp(settings) {
        Err(error) => Err(format!("{error:#}")),
        Ok(None) => {
            Err("PARLEY_SMTP_URL and PARLEY_MAIL_FROM are not set; needed for sign-up, forgotten passwords and \
                         invitations, not for the sandbox"
                .to_owned())
        }
        Ok(Some(smtp)) => match smtp.with_patience(Duration::from_secs(10)).reach().await {
            Ok(()) => Ok("the mail server answers".to_owned()),
            Err(problem) => Err(format!("{problem} (PARLEY_SMTP_URL)")),
        },
    }
}

async fn database_checks(settings: &Settings, database: &Database) -> Vec<(&'static str, Result<String, String>)> {
    let pool = match database.owner_pool(1).await {
        Ok(pool) => pool,
        Err(error) => return vec![("database", Err(format!("cannot connect: {error:#}")))],
    };
    let version: Result<String, _> = sqlx::query_scalar("show server_version").fetch_one(&pool).await;
    let migrations: Result<i64, _> =
        sqlx::query_scalar("select count(*) from _sqlx_migrations where success").fetch_one(&pool).await;
    let problems: Result<i64, _> =
        sqlx::query_scalar("select count(*) from journal where problem is not null").fetch_one(&pool).await;
    let mut checks = vec![
        ("database", version.map(|version| format!("PostgreSQL {version}")).map_err(|_| "does not answer".to_owned())),
        (
            "schema",
            migrations
                .map(|n| format!("{n} migrations applied"))
                .map_err(|_| "not there; run `parley migrate`".to_owned()),
        ),
    ];
    if let Ok(n) = problems {
        let words = if n == 0 {
            Ok("every webhook body could be read".to_owned())
        } else {
            Err(format!("{n} webhook bodies could not be read; they are kept in the table journal"))
        };
        checks.push(("webhooks", words));
    }
    let mails: Result<(i64, i64), _> = sqlx::query_as(
        "select count(*) filter (where state = 'queued'), count(*) filter (where state = 'failed') from mail",
    )
    .fetch_one(&pool)
    .await;
    if let Ok((waiting, failed)) = mails {
        checks.push(("mails", Ok(format!("{waiting} wait, {failed} of the last 30 days could not be delivered"))));
    }
    if let Ok(core) = system::core(settings, database) {
        if let Ok(lag) = backend::channels::lag(&core).await {
            checks.push(("lag", Ok(format!("{} events wait, the oldest for {} s", lag.waiting, lag.oldest_seconds))));
        }
        core.db.close().await;
    }
    pool.close().await;
    checks
}

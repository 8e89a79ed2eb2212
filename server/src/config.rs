//! Configuration: one typed struct from flags, environment, an optional TOML file and defaults, in this order.
//!
//! clap holds the only list of keys, so `--help`, the file's keys and `docs/configuration.md` cannot differ.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use channels::email::{Sender, Server};
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use http::HeaderValue;

use crate::proxies::Proxies;
use crate::tls::acme::{self, Domains};

/// Parley: a self-hosted CRM and customer-messaging platform.
#[derive(Parser, Debug)]
#[command(name = "parley", version, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub settings: Settings,
}

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Run the server.
    Serve {
        /// With a demonstration workspace and the sandbox on.
        #[arg(long)]
        demo: bool,
    },
    /// Bring the database up to this version and stop.
    Migrate,
    /// Make the demonstration workspace unless it is there.
    Seed,
    /// Check configuration, database and channels, and say what to do.
    Doctor,
    /// Manage the master key.
    Keys {
        #[command(subcommand)]
        action: KeysAction,
    },
    /// Look after Parley's own mails.
    Mail {
        #[command(subcommand)]
        action: MailAction,
    },
    /// Look after the audit trail.
    Audit {
        #[command(subcommand)]
        action: AuditAction,
    },
    /// Manage keys of the REST interface.
    ApiKey {
        #[command(subcommand)]
        action: ApiKeyAction,
    },
    /// Decide which workspace's sign-in provider speaks for a domain.
    Sso {
        #[command(subcommand)]
        action: SsoAction,
    },
    /// Run the stand-ins of WhatsApp's Cloud API and of a mail server alone.
    Sandbox {
        /// Where webhooks go.
        #[arg(long, default_value = "http://127.0.0.1:3000/webhooks/whatsapp")]
        callback: String,
        /// A file that every accepted and delivered message is written to, durably.
        #[arg(long)]
        ledger: Option<PathBuf>,
        /// Where mails are taken, on this machine. Port 0 takes a free one.
        #[arg(long, default_value = "127.0.0.1:0")]
        smtp: SocketAddr,
        /// Virtual clock and no delays, for tests.
        #[arg(long)]
        test: bool,
    },
}

#[derive(Subcommand, Debug)]
pub enum KeysAction {
    /// Seal under a new master key, beside a running server. Makes one where `master.key` is in use; under
    /// PARLEY_MASTER_KEY, put the new key first and run this.
    Rotate,
}

#[derive(Subcommand, Debug)]
pub enum MailAction {
    /// Read one mail from the standard input. If it reports that a mail of Parley's came back, that is noted. For a mail
    /// server that pipes what it gets for `PARLEY_MAIL_FROM`.
    Bounce,
}

#[derive(Subcommand, Debug)]
pub enum AuditAction {
    /// Check that no event was changed, removed or put in: walks every workspace's chain of hashes.
    Verify,
}

#[derive(Subcommand, Debug)]
pub enum SsoAction {
    /// Let the provider of a workspace speak for a domain, whoever spoke for it before.
    Claim {
        /// What stands behind the @ of addresses, for example example.com.
        domain: String,
        /// The workspace, whose provider is connected already.
        workspace: uuid::Uuid,
    },
}

#[derive(Subcommand, Debug)]
pub enum ApiKeyAction {
    /// Make a key and print it. It is shown this once.
    Create {
        /// What the key is for; shown beside what it does.
        #[arg(long, default_value = "key")]
        name: String,
        /// What it may do: conversations:read, conversations:write, messages:write, contacts:read.
        #[arg(long, required = true, value_delimiter = ',')]
        scope: Vec<String>,
        /// The workspace; needed when there are several.
        #[arg(long)]
        workspace: Option<uuid::Uuid>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

/// Whether the database may be spoken to without TLS on another machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Plaintext {
    Refused,
    Allowed,
}

/// Every key. In the environment each is `PARLEY_…`; in the file its name with underscores.
#[derive(Args, Clone)]
pub struct Settings {
    /// A TOML file with any of these keys.
    #[arg(long, global = true, env = "PARLEY_CONFIG")]
    pub config: Option<PathBuf>,
    /// Address and port to listen on.
    #[arg(long, global = true, env = "PARLEY_LISTEN", default_value = "127.0.0.1:3000")]
    pub listen: SocketAddr,
    /// Address and port of health checks and metrics, for operators only. Off unless given.
    #[arg(long, global = true, env = "PARLEY_ADMIN_LISTEN")]
    pub admin_listen: Option<SocketAddr>,
    /// The address under which people reach Parley, for example `https://crm.example`. Cookies are marked secure when it
    /// is https. The default is the listening address.
    #[arg(long, global = true, env = "PARLEY_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// The page with the terms of use that whoever signs up accepts, as in `https://example.com/terms`. Without it, Parley
    /// shows short ones of its own under `/terms`.
    #[arg(long, global = true, env = "PARLEY_TERMS_URL")]
    pub terms_url: Option<String>,
    /// Which version of the terms of `PARLEY_TERMS_URL` people accept, for example the day of it, as in `2026-11-01`. It is kept with
    /// each acceptance.
    #[arg(long, global = true, env = "PARLEY_TERMS_VERSION")]
    pub terms_version: Option<String>,
    /// The page with the privacy notice of whoever runs this Parley. Without it, `/privacy` says what the software does.
    #[arg(long, global = true, env = "PARLEY_PRIVACY_URL")]
    pub privacy_url: Option<String>,
    /// Proxies in front of Parley: addresses and networks, separated by commas, as in `10.0.0.0/8,::1`. Only from them
    /// is `X-Forwarded-For` believed. The default is none.
    #[arg(long, global = true, env = "PARLEY_TRUSTED_PROXIES", value_parser = crate::proxies::parse)]
    pub trusted_proxies: Option<Proxies>,
    /// A file with the certificate, and the ones between it and its authority, in PEM: Parley then speaks TLS itself.
    /// Needed with `PARLEY_TLS_KEY`. Both files are read again when they change.
    #[arg(long, global = true, env = "PARLEY_TLS_CERT")]
    pub tls_cert: Option<PathBuf>,
    /// The file with the certificate's private key, in PEM.
    #[arg(long, global = true, env = "PARLEY_TLS_KEY")]
    pub tls_key: Option<PathBuf>,
    /// Names that Parley fetches a certificate for by itself and renews, separated by commas, as in `crm.example`: by ACME
    /// from `PARLEY_ACME_DIRECTORY`, to whose terms you agree by setting this. The authority looks at port 443 of each
    /// name, which must lead to `PARLEY_LISTEN`. Instead of `PARLEY_TLS_CERT`.
    #[arg(long, global = true, env = "PARLEY_ACME_DOMAINS", value_parser = crate::tls::acme::parse)]
    pub acme_domains: Option<Domains>,
    /// The address that the authority may write to about a certificate, as in `admin@crm.example`.
    #[arg(long, global = true, env = "PARLEY_ACME_CONTACT")]
    pub acme_contact: Option<String>,
    /// The directory of the authority. The default is Let's Encrypt.
    #[arg(
        long,
        global = true,
        env = "PARLEY_ACME_DIRECTORY",
        default_value = "https://acme-v02.api.letsencrypt.org/directory"
    )]
    pub acme_directory: String,
    /// A file with the certificate, in PEM, that a private directory's own hangs on. Public ones are then not trusted.
    #[arg(long, global = true, env = "PARLEY_ACME_CA")]
    pub acme_ca: Option<PathBuf>,
    /// Address and port without TLS that leads browsers to the public address, which must be https; often
    /// `0.0.0.0:80`. Off unless given.
    #[arg(long, global = true, env = "PARLEY_HTTP_LISTEN")]
    pub http_listen: Option<SocketAddr>,
    /// The header `Strict-Transport-Security` of every answer when the public address is https, or `off`.
    #[arg(long, global = true, env = "PARLEY_HSTS", default_value = "max-age=31536000; includeSubDomains")]
    pub hsts: String,
    /// How often one signed-in session may ask in a minute, in the long run. Who asks faster gets 429 and `Retry-After`.
    #[arg(long, global = true, env = "PARLEY_SESSION_RATE", default_value = "3000")]
    pub session_rate: NonZeroU32,
    /// How often a session that was quiet may ask at once.
    #[arg(long, global = true, env = "PARLEY_SESSION_BURST", default_value = "200")]
    pub session_burst: NonZeroU32,
    /// How often one key of the REST interface may ask in a minute, in the long run. A program that asks faster gets 429
    /// and `Retry-After`.
    #[arg(long, global = true, env = "PARLEY_KEY_RATE", default_value = "1200")]
    pub key_rate: NonZeroU32,
    /// How often a key that was quiet may ask at once.
    #[arg(long, global = true, env = "PARLEY_KEY_BURST", default_value = "100")]
    pub key_burst: NonZeroU32,
    /// How many pages, files and pictures one signed-in session may fetch in a minute, in the long run, and so may each
    /// address from which nobody is signed in. Who fetches faster gets 429 and `Retry-After`.
    #[arg(long, global = true, env = "PARLEY_FETCH_RATE", default_value = "6000")]
    pub fetch_rate: NonZeroU32,
    /// How many of them a session or an address that was quiet may fetch at once.
    #[arg(long, global = true, env = "PARLEY_FETCH_BURST", default_value = "3000")]
    pub fetch_burst: NonZeroU32,
    /// Folder of files and of the embedded database. The default is `/var/lib/parley` for root, else
    /// `~/.local/share/parley`.
    #[arg(long, global = true, env = "PARLEY_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// Folder of the browser's files. The default is `site` beside the binary, or `target/site`.
    #[arg(long, global = true, env = "PARLEY_SITE_DIR")]
    pub site_dir: Option<PathBuf>,
    /// PostgreSQL 15 or newer, for example `postgres://user:password@host/parley?sslmode=verify-full`. On another machine TLS
    /// is insisted on: `sslmode` is `require`, `verify-ca` or `verify-full`. Without an address Parley runs its own.
    #[arg(long, global = true, env = "PARLEY_DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// Whether `PARLEY_DATABASE_URL` may lead to another machine without TLS, where the password and all data can be read on
    /// their way: `allowed` is for networks that nobody else is on, such as one of containers on one machine.
    #[arg(long, global = true, env = "PARLEY_DATABASE_PLAINTEXT", value_enum, default_value = "refused")]
    pub database_plaintext: Plaintext,
    /// Folder of PostgreSQL's programs for the embedded database. The default is to look for them.
    #[arg(long, global = true, env = "PARLEY_POSTGRES_BIN")]
    pub postgres_bin: Option<PathBuf>,
    /// Connections for requests.
    #[arg(long, global = true, env = "PARLEY_DATABASE_POOL", default_value_t = 16, value_parser = clap::value_parser!(u32).range(2..=500))]
    pub database_pool: u32,
    /// The key that secrets in the database are sealed under: 32 bytes in base 64; several, separated by commas, while
    /// a rotation is under way, the new one first. Without it Parley makes one and keeps it in `master.key` in the data
    /// folder. Whoever loses it loses those secrets.
    #[arg(long, global = true, env = "PARLEY_MASTER_KEY", hide_env_values = true, value_parser = crate::keys::parse)]
    pub master_key: Option<crate::keys::Given>,
    /// Where the Cloud API is.
    #[arg(long, global = true, env = "PARLEY_WHATSAPP_BASE_URL", default_value = "https://graph.facebook.com")]
    pub whatsapp_base_url: String,
    /// The Graph API version.
    #[arg(long, global = true, env = "PARLEY_WHATSAPP_VERSION", default_value = "v26.0")]
    pub whatsapp_version: String,
    /// The access token of the Cloud API.
    #[arg(long, global = true, env = "PARLEY_WHATSAPP_TOKEN", hide_env_values = true)]
    pub whatsapp_token: Option<String>,
    /// The app secret, which signs webhooks.
    #[arg(long, global = true, env = "PARLEY_WHATSAPP_APP_SECRET", hide_env_values = true)]
    pub whatsapp_app_secret: Option<String>,
    /// The id of the app at Meta that people of this installation connect numbers under in Meta's own window (Embedded
    /// Signup). Needed with `PARLEY_WHATSAPP_SIGNUP_CONFIG`.
    #[arg(long, global = true, env = "PARLEY_WHATSAPP_APP_ID")]
    pub whatsapp_app_id: Option<String>,
    /// The configuration of that window, from «Facebook Login for Business».
    #[arg(long, global = true, env = "PARLEY_WHATSAPP_SIGNUP_CONFIG")]
    pub whatsapp_signup_config: Option<String>,
    /// Where the window's script is.
    #[arg(
        long,
        global = true,
        env = "PARLEY_WHATSAPP_SIGNUP_SCRIPT",
        default_value = "https://connect.facebook.net/en_US/sdk.js"
    )]
    pub whatsapp_signup_script: String,
    /// The word that Meta repeats when it verifies the webhook address.
    #[arg(long, global = true, env = "PARLEY_WHATSAPP_VERIFY_TOKEN", hide_env_values = true)]
    pub whatsapp_verify_token: Option<String>,
    /// The id of the number (not the number itself).
    #[arg(long, global = true, env = "PARLEY_WHATSAPP_NUMBER_ID", default_value = "1060000000000003")]
    pub whatsapp_number_id: String,
    /// The id of the WhatsApp Business account.
    #[arg(long, global = true, env = "PARLEY_WHATSAPP_ACCOUNT_ID", default_value = "1090000000000002")]
    pub whatsapp_account_id: String,
    /// Seconds that one call to the Cloud API may take.
    #[arg(long, global = true, env = "PARLEY_WHATSAPP_TIMEOUT", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=90))]
    pub whatsapp_timeout: u64,
    /// The mail server for Parley's own mails (sign-up, passwords, invitations): `smtps://user:password@host` for TLS,
    /// `smtp://user:password@host:587` for STARTTLS, which is insisted on unless the host is this machine. With the
    /// sandbox on, the default is the sandbox's own.
    #[arg(long, global = true, env = "PARLEY_SMTP_URL", hide_env_values = true)]
    pub smtp_url: Option<String>,
    /// Who Parley's own mails are from, for example `Parley <no-reply@crm.example>`. Needed with `PARLEY_SMTP_URL`.
    #[arg(long, global = true, env = "PARLEY_MAIL_FROM")]
    pub mail_from: Option<String>,
    /// The secret of whoever hands over mails that came for `PARLEY_MAIL_FROM`, as they are, to `/webhooks/mail`: as a
    /// bearer's token or as a password, as in `https://parley:secret@crm.example/webhooks/mail`. Parley then knows whose
    /// mails come back. Off unless given.
    #[arg(long, global = true, env = "PARLEY_MAIL_HOOK_SECRET", hide_env_values = true)]
    pub mail_hook_secret: Option<String>,
    /// Let workspaces connect sign-in providers in private networks, and without TLS on this machine. Off by default,
    /// because whoever connects a provider chooses an address that Parley then asks. On with the sandbox.
    #[arg(long, global = true, env = "PARLEY_SSO_PRIVATE_ISSUERS", default_value_t = false, action = clap::ArgAction::Set, num_args = 0..=1, default_missing_value = "true")]
    pub sso_private_issuers: bool,
    /// Run the stand-ins of the Cloud API and of a mail server under /sandbox and talk to them instead of the world.
    #[arg(long, global = true, env = "PARLEY_SANDBOX", default_value_t = false, action = clap::ArgAction::Set, num_args = 0..=1, default_missing_value = "true")]
    pub sandbox: bool,
    /// What to log: `error`, `warn`, `info`, `debug`, or a filter such as `backend=debug`.
    #[arg(long, global = true, env = "PARLEY_LOG", default_value = "info")]
    pub log: String,
    /// How to log.
    #[arg(long, global = true, env = "PARLEY_LOG_FORMAT", value_enum, default_value = "text")]
    pub log_format: LogFormat,
}

impl std::fmt::Debug for Settings {
    /// Never shows secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings")
            .field("listen", &self.listen)
            .field("data_dir", &self.data_dir())
            .finish_non_exhaustive()
    }
}

impl Settings {
    pub fn data_dir(&self) -> PathBuf {
        self.data_dir.clone().unwrap_or_else(default_data_dir)
    }

    /// Without a slash at its end.
    pub fn public_url(&self) -> String {
        let fetched = self.acme_domains.as_ref().and_then(|Domains(domains)| domains.first());
        match (&self.public_url, fetched) {
            (Some(url), _) => url.trim_end_matches('/').to_owned(),
            (None, Some(domain)) => format!("https://{domain}"),
            (None, None) if self.tls_cert.is_some() => format!("https://{}", self.listen),
            (None, None) => format!("http://{}", self.listen),
        }
    }

    pub fn secure(&self) -> bool {
        self.public_url().starts_with("https://")
    }

    /// What tells browsers never to come without TLS again; nothing where they come without.
    pub fn hsts(&self) -> Option<HeaderValue> {
        let wanted = self.secure() && self.hsts != "off";
        wanted.then(|| HeaderValue::from_str(&self.hsts).ok()).flatten()
    }
}

fn default_data_dir() -> PathBuf {
    if rustix::process::geteuid().is_root() {
        return PathBuf::from("/var/lib/parley");
    }
    let home = |key: &str| std::env::var_os(key).map(PathBuf::from);
    home("XDG_DATA_HOME")
        .or_else(|| home("HOME").map(|home| home.join(".local/share")))
        .unwrap_or_else(|| PathBuf::from("."))
        .join("parley")
}

/// Why Parley did not start.
#[derive(Debug)]
pub enum Problem {
    Arguments(clap::Error),
    Words(String),
}

impl Problem {
    /// Says it and answers the exit code; help and version are no failure.
    pub fn report(self) -> ExitCode {
        match self {
            Self::Arguments(error) => {
                let _ = error.print();
                match error.kind() {
                    ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitCode::SUCCESS,
                    _ => ExitCode::from(2),
                }
            }
            Self::Words(words) => {
                use std::io::Write as _;
                let _ = writeln!(std::io::stderr(), "parley: {words}");
                ExitCode::from(2)
            }
        }
    }
}

/// Reads the configuration of this process.
pub fn read() -> Result<Cli, Problem> {
    read_from(std::env::args_os().collect(), file_named_by_process())
}

/// The file's name is needed before the other arguments can be read.
fn file_named_by_process() -> Option<PathBuf> {
    let arguments: Vec<_> = std::env::args().collect();
    let named = arguments.iter().enumerate().find_map(|(n, argument)| match argument.strip_prefix("--config=") {
        Some(path) => Some(path.to_owned()),
        None if argument == "--config" => arguments.get(n + 1).cloned(),
        None => None,
    });
    named.map(PathBuf::from).or_else(|| std::env::var_os("PARLEY_CONFIG").map(PathBuf::from))
}

fn read_from(arguments: Vec<std::ffi::OsString>, file: Option<PathBuf>) -> Result<Cli, Problem> {
    let mut command = Cli::command();
    if let Some(file) = file {
        command = with_file(command, &file)?;
    }
    let matches = command.try_get_matches_from(arguments).map_err(Problem::Arguments)?;
    let cli = Cli::from_arg_matches(&matches).map_err(Problem::Arguments)?;
    check(&cli.settings)?;
    Ok(cli)
}

/// Makes the file's values the defaults. An unknown key is refused by its name.
fn with_file(mut command: clap::Command, path: &Path) -> Result<clap::Command, Problem> {
    let words = |what: String| Problem::Words(format!("configuration file {}: {what}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| words(format!("cannot be read ({})", error.kind())))?;
    // toml's own message would quote the line, which may hold a secret.
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let line =
            error.span().and_then(|span| text.get(..span.start)).map_or(1, |before| before.lines().count().max(1));
        words(format!("line {line} is not TOML"))
    })?;
    for (key, value) in table {
        let known = command.get_arguments().any(|argument| argument.get_id() == key.as_str()) && key != "config";
        if !known {
            let keys: Vec<&str> = command
                .get_arguments()
                .map(|argument| argument.get_id().as_str())
                .filter(|id| *id != "config")
                .collect();
            return Err(words(format!("there is no key “{key}”. Keys are: {}", keys.join(", "))));
        }
        let value = match value {
            toml::Value::String(text) => text,
            toml::Value::Integer(number) => number.to_string(),
            toml::Value::Boolean(flag) => flag.to_string(),
            _ => return Err(words(format!("the key “{key}” takes a text, a number, true or false"))),
        };
        command = command.mut_arg(&key, |argument| argument.default_value(clap::builder::OsStr::from(value)));
    }
    Ok(command)
}

/// What clap cannot check. Secrets are named, never shown.
fn check(settings: &Settings) -> Result<(), Problem> {
    let url = |key: &str, value: &str| match value.split_once("://") {
        Some(("http" | "https", rest)) if !rest.is_empty() => Ok(()),
        _ => Err(Problem::Words(format!("{key} must be an address such as https://crm.example"))),
    };
    url("PARLEY_WHATSAPP_BASE_URL", &settings.whatsapp_base_url)?;
    if let Some(public) = &settings.public_url {
        url("PARLEY_PUBLIC_URL", public)?;
    }
    if let Some(terms) = &settings.terms_url {
        url("PARLEY_TERMS_URL", terms)?;
    }
    if settings.terms_url.is_some() != settings.terms_version.is_some() {
        return Err(Problem::Words(
            "PARLEY_TERMS_URL and PARLEY_TERMS_VERSION belong together: the version is kept with each acceptance, so that it can be \
             shown later what was accepted. Give both, or neither for the terms that Parley brings"
                .to_owned(),
        ));
    }
    if let Some(privacy) = &settings.privacy_url {
        url("PARLEY_PRIVACY_URL", privacy)?;
    }
    if let Some(database) = &settings.database_url
        && !(database.starts_with("postgres://") || database.starts_with("postgresql://"))
    {
        return Err(Problem::Words(
            "PARLEY_DATABASE_URL must begin with postgres://, as in postgres://user:password@host/parley".to_owned(),
        ));
    }
    let refused = |key: &str, why: &str| Problem::Words(format!("{key} {why}"));
    if let Some(server) = &settings.smtp_url {
        Server::parse(server).map_err(|why| refused("PARLEY_SMTP_URL", why))?;
        if settings.mail_from.is_none() {
            return Err(refused(
                "PARLEY_MAIL_FROM",
                "must be set with PARLEY_SMTP_URL, as in Parley <no-reply@crm.example>",
            ));
        }
    }
    if let Some(sender) = &settings.mail_from {
        Sender::parse(sender).map_err(|why| refused("PARLEY_MAIL_FROM", why))?;
    }
    let (certificate, key) = ("PARLEY_TLS_CERT", "PARLEY_TLS_KEY");
    match (&settings.tls_cert, &settings.tls_key) {
        (Some(_), None) => return Err(refused(key, "must be set with PARLEY_TLS_CERT")),
        (None, Some(_)) => return Err(refused(certificate, "must be set with PARLEY_TLS_KEY")),
        (Some(_), Some(_)) if !settings.secure() => {
            return Err(refused("PARLEY_PUBLIC_URL", "must begin with https:// when PARLEY_TLS_CERT is set"));
        }
        _ => {}
    }
    acme::check(settings).map_err(|(key, why)| refused(key, why))?;
    if settings.http_listen.is_some() && !settings.secure() {
        return Err(refused("PARLEY_PUBLIC_URL", "must begin with https:// when PARLEY_HTTP_LISTEN is set"));
    }
    let seconds = settings.hsts.strip_prefix("max-age=").and_then(|rest| rest.split(';').next());
    let understood = seconds.is_some_and(|seconds| seconds.trim().parse::<u32>().is_ok());
    if settings.hsts != "off" && !(understood && HeaderValue::from_str(&settings.hsts).is_ok()) {
        return Err(refused("PARLEY_HSTS", "must look like max-age=31536000; includeSubDomains, or be off"));
    }
    let version = settings.whatsapp_version.strip_prefix('v').and_then(|rest| rest.split_once('.'));
    if !version.is_some_and(|(major, minor)| major.parse::<u16>().is_ok() && minor.parse::<u16>().is_ok()) {
        return Err(Problem::Words("PARLEY_WHATSAPP_VERSION must look like v26.0".to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests;

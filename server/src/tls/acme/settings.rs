//! What the configuration says of the authority.

use std::net::IpAddr;

use domain::accounts::Email;
use http::Uri;
use rustls::pki_types::DnsName;

use crate::config::Settings;

/// Names that a certificate is asked for.
#[derive(Clone, Debug)]
pub struct Domains(pub Vec<String>);

/// Reads names separated by commas.
///
/// # Errors
/// What an entry has to look like.
pub fn parse(text: &str) -> Result<Domains, String> {
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    let domains: Vec<String> = words.map(domain).collect::<Result<_, _>>()?;
    if domains.is_empty() {
        return Err("must name at least one domain, as in crm.example".to_owned());
    }
    Ok(Domains(domains))
}

fn domain(word: &str) -> Result<String, String> {
    let name = word.to_ascii_lowercase();
    if DnsName::try_from(name.as_str()).is_err() || name.parse::<IpAddr>().is_ok() || name.ends_with('.') {
        return Err(format!("“{word}” is no name of a host such as crm.example; no *, no address, no port"));
    }
    Ok(name)
}

/// Whether the keys fit each other.
///
/// # Errors
/// The key, and what is wrong with it.
pub fn check(settings: &Settings) -> Result<(), (&'static str, &'static str)> {
    let Some(Domains(domains)) = &settings.acme_domains else {
        return match (&settings.acme_contact, &settings.acme_ca) {
            (None, None) => Ok(()),
            _ => Err(("PARLEY_ACME_DOMAINS", "must be set with PARLEY_ACME_CONTACT and PARLEY_ACME_CA")),
        };
    };
    if settings.tls_cert.is_some() || settings.tls_key.is_some() {
        let why = "cannot be set beside PARLEY_TLS_CERT and PARLEY_TLS_KEY: the certificate is either yours or fetched";
        return Err(("PARLEY_ACME_DOMAINS", why));
    }
    if !settings.acme_directory.starts_with("https://") {
        return Err(("PARLEY_ACME_DIRECTORY", "must begin with https://"));
    }
    if settings.acme_contact.as_deref().is_some_and(|contact| Email::parse(contact, "contact").is_err()) {
        return Err(("PARLEY_ACME_CONTACT", "must be an address such as admin@crm.example"));
    }
    let public = settings.public_url().parse::<Uri>().ok();
    let host = public.as_ref().and_then(Uri::host).unwrap_or_default();
    if !settings.secure() || !domains.iter().any(|domain| domain.eq_ignore_ascii_case(host)) {
        let why = "must begin with https:// and name one of PARLEY_ACME_DOMAINS; without it, the first is taken";
        return Err(("PARLEY_PUBLIC_URL", why));
    }
    Ok(())
}

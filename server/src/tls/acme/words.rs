//! What happened between us and the authority, for whoever runs Parley.

use std::error::Error as _;

use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls_acme::OrderError;
use rustls_acme::acme::{AcmeError, Auth, Identifier, Problem};

/// The authority's own words are cut here.
const LONGEST: usize = 400;

/// Why an order ended without a certificate.
pub fn order(why: &OrderError) -> String {
    let words = match why {
        OrderError::Acme(AcmeError::HttpRequest(error)) => match error.source() {
            Some(source) => format!("the directory cannot be reached ({source})"),
            None => format!("the directory cannot be reached ({error})"),
        },
        OrderError::Acme(AcmeError::Io(error)) => format!("the directory cannot be reached ({error})"),
        OrderError::Acme(AcmeError::Json(_)) => "what answers under PARLEY_ACME_DIRECTORY is no directory".to_owned(),
        OrderError::BadAuth(auth) => refused(auth),
        OrderError::BadOrder(order) => format!("the order was refused: {}", detail(order.error.as_ref())),
        other => other.to_string(),
    };
    words.chars().filter(|c| !c.is_control()).take(LONGEST).collect()
}

fn refused(auth: &Auth) -> String {
    let Identifier::Dns(domain) = &auth.identifier;
    let why = auth.challenges.iter().find_map(|challenge| challenge.error.as_ref());
    format!("the authority looked for {domain} on port 443 and was not satisfied: {}", detail(why))
}

fn detail(problem: Option<&Problem>) -> &str {
    problem.and_then(|problem| problem.detail.as_deref()).unwrap_or("no reason was given")
}

/// Until when a certificate holds.
///
/// # Errors
/// That it does not, or cannot be read.
pub fn validity(pem: &[u8], now: Timestamp) -> Result<String, String> {
    let unreadable = || "the kept certificate cannot be read".to_owned();
    let first = CertificateDer::from_pem_slice(pem).map_err(|_| unreadable())?;
    let (_, certificate) = x509_parser::parse_x509_certificate(&first).map_err(|_| unreadable())?;
    let end = Timestamp::from_second(certificate.validity().not_after.timestamp()).map_err(|_| unreadable())?;
    let day = end.strftime("%Y-%m-%d");
    if end <= now { Err(format!("the kept certificate ran out on {day}")) } else { Ok(format!("valid until {day}")) }
}

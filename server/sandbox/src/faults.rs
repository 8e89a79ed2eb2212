//! Faults to inject (section 8.7).

use serde::{Deserialize, Serialize};

use crate::ids::Dice;

/// One fault, as the control interface takes and shows it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Fault {
    /// What happens, see [`KINDS`]; `code:N` answers with Meta's error N.
    pub(crate) kind: String,
    /// Chance for each occasion; 1 when absent.
    pub(crate) probability: Option<f64>,
    /// How many times it may still strike; unlimited when absent.
    pub(crate) count: Option<u32>,
    /// Occasions to let pass first.
    pub(crate) skip: u32,
    /// Graph faults only: `messages` (default), `media` or `all`.
    pub(crate) on: Option<String>,
    /// Only for this person; of mail faults, this address.
    pub(crate) customer: Option<String>,
    /// Duration of `slow`, `timeout_after_accept`, `webhook_delay`, and `Retry-After` of `http_429`.
    pub(crate) seconds: Option<f64>,
    /// `code:N` arrives by webhook instead of at once.
    #[serde(rename = "async")]
    pub(crate) later: bool,
    /// How often it has struck.
    pub(crate) hits: u32,
}

/// Kinds that can be asked for, besides `code:N`.
pub(crate) const KINDS: &[&str] = &[
    "http_429",
    "http_500",
    "http_503_html",
    "reset_before",
    "reset_after_accept",
    "timeout_after_accept",
    "error_500_after_accept",
    "truncated_json",
    "hold_for_quality",
    "slow",
    "token_expired",
    "token_revoked",
    "webhook_duplicate",
    "webhook_reorder",
    "webhook_delay",
    "webhook_drop_once",
    "status_before_response",
    "read_without_delivered",
    "bad_signature",
    "missing_signature",
    "sha1_only",
    "unknown_type",
    "unknown_field",
    "unknown_enum",
    "missing_contacts",
    "missing_from",
    "timestamp_number",
    "media_404",
    "media_wrong_sha",
    "media_too_large",
    "media_slow",
    "smtp_auth",
    "smtp_unknown_user",
    "smtp_try_later",
    "smtp_refuse",
    "smtp_drop_after_data",
];

/// The list of active faults.
#[derive(Debug)]
pub(crate) struct Faults {
    pub(crate) list: Vec<Fault>,
    dice: Dice,
}

impl Faults {
    pub(crate) fn new(seed: u64) -> Self {
        Self { list: Vec::new(), dice: Dice::new(seed) }
    }

    pub(crate) fn reseed(&mut self, seed: u64) {
        self.dice = Dice::new(seed);
    }

    /// Adds a fault, or says why not.
    pub(crate) fn add(&mut self, fault: Fault) -> Result<(), String> {
        let known = KINDS.contains(&fault.kind.as_str()) || fault.error_code().is_some();
        if !known {
            return Err(format!("unknown kind of fault: {}", fault.kind));
        }
        self.list.push(fault);
        Ok(())
    }

    /// Whether a fault of this kind strikes now; if so it counts as used.
    pub(crate) fn strike(&mut self, kind: &str, customer: Option<&str>) -> Option<Fault> {
        self.strike_where(customer, |fault| fault.kind == kind)
    }

    /// As [`Faults::strike`] for faults of the Graph interface, which are limited to an area.
    pub(crate) fn strike_on(&mut self, kind: &str, area: &str) -> Option<Fault> {
        self.strike_where(None, |fault| fault.kind == kind && fault.covers(area))
    }

    /// A fault `code:N` for a send to this person.
    pub(crate) fn strike_code(&mut self, area: &str, customer: Option<&str>) -> Option<Fault> {
        self.strike_where(customer, |fault| fault.error_code().is_some() && fault.covers(area))
    }

    fn strike_where(&mut self, customer: Option<&str>, wanted: impl Fn(&Fault) -> bool) -> Option<Fault> {
        for fault in &mut self.list {
            let other_person = fault.customer.is_some() && fault.customer.as_deref() != customer;
            if !wanted(fault) || other_person || fault.count == Some(0) {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
                continue;
            }
            if self.dice.chance(fault.probability.unwrap_or(1.0)) {
                fault.count = fault.count.map(|left| left - 1);
                fault.hits += 1;
                return Some(fault.clone());
            }
        }
        None
    }
}

impl Fault {
    /// The N of `code:N`.
    pub(crate) fn error_code(&self) -> Option<u32> {
        self.kind.strip_prefix("code:").and_then(|code| code.trim().parse().ok())
    }

    fn covers(&self, area: &str) -> bool {
        let on = self.on.as_deref().unwrap_or("messages");
        on == "all" || on == area
    }

    pub(crate) fn milliseconds(&self, default: f64) -> u64 {
        let seconds = self.seconds.unwrap_or(default).clamp(0.0, 2_592_000.0);
        std::time::Duration::from_secs_f64(seconds).as_millis().try_into().unwrap_or(u64::MAX)
    }
}

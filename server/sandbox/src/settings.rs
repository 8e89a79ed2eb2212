//! Switches and numbers that the control interface can change while the sandbox runs.

use serde::{Deserialize, Serialize};

use crate::config::Profile;

/// Waiting times of section 8.4 in milliseconds, each as a range.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Delays {
    pub(crate) sent_ms: (i64, i64),
    pub(crate) delivered_ms: (i64, i64),
    pub(crate) failed_ms: (i64, i64),
    /// Reading without anybody opening the chat; null means never.
    pub(crate) read_ms: Option<(i64, i64)>,
}

/// Behaviour that tests and demonstrations switch.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Settings {
    /// Parallel webhook requests.
    pub(crate) concurrency: usize,
    /// Changes in one webhook, at most.
    pub(crate) batch: usize,
    /// How long a batch waits for more changes.
    pub(crate) batch_window_ms: i64,
    /// Write non-ASCII as `\uXXXX` and `/` as `\/` (section 8.5).
    pub(crate) escape: bool,
    /// Inbound media carry `url`.
    pub(crate) media_url: bool,
    /// Refuse calls without `appsecret_proof`.
    pub(crate) require_proof: bool,
    /// Answer 131047 at once instead of by webhook (section 9, point 6).
    pub(crate) sync_window_check: bool,
    /// Unknown numbers become people instead of failing with 131026.
    pub(crate) unknown_recipients_join: bool,
    /// Messages per second of the number; 0 switches the limit off.
    pub(crate) throughput_per_second: i64,
    /// Sustained gap between messages to one person; 0 switches the limit off.
    pub(crate) pair_interval_ms: i64,
    /// Messages that one person may get at once.
    pub(crate) pair_burst: i64,
    /// Marketing to US numbers fails with 131049.
    pub(crate) us_marketing_paused: bool,
    /// Free service messages (section 6.3).
    pub(crate) allowance: u32,
    /// Without one, messages beyond the allowance get 131042.
    pub(crate) payment_method: bool,
    /// Major version of webhook payloads; 23 and older carry `conversation`.
    pub(crate) webhook_version: u32,
    /// `valid`, `expired`, `revoked`, `missing_scope`, `missing_management` or `no_asset`.
    pub(crate) token_state: String,
    /// `CONNECTED`, `UNREGISTERED`, `LOCKED`, `RESTRICTED` or `MAINTENANCE`.
    pub(crate) number_status: String,
    /// The app is subscribed to the account's webhooks.
    pub(crate) subscribed: bool,
    /// The account's own callback for messages.
    pub(crate) override_callback: Option<String>,
    /// The number's own callback for messages; it goes before the account's.
    pub(crate) number_callback: Option<String>,
    /// False holds all webhooks back.
    pub(crate) deliver: bool,
    pub(crate) delays: Delays,
    /// First and longest gap between webhook attempts.
    pub(crate) retry_ms: (i64, i64),
}

impl Settings {
    pub(crate) fn new(profile: Profile) -> Self {
        let test = profile == Profile::Test;
        let range = |low: i64, high: i64| if test { (0, 0) } else { (low, high) };
        Self {
            concurrency: 8,
            batch: 1,
            batch_window_ms: 50,
            escape: true,
            media_url: true,
            require_proof: false,
            sync_window_check: false,
            unknown_recipients_join: false,
            throughput_per_second: 80,
            pair_interval_ms: 6000,
            pair_burst: 45,
            us_marketing_paused: true,
            allowance: 1000,
            payment_method: true,
            webhook_version: 26,
            token_state: "valid".to_owned(),
            number_status: "CONNECTED".to_owned(),
            subscribed: true,
            override_callback: None,
            number_callback: None,
            deliver: true,
            delays: Delays {
                sent_ms: range(80, 400),
                delivered_ms: range(300, 1500),
                failed_ms: range(300, 1500),
                read_ms: None,
            },
            retry_ms: if test { (20, 2000) } else { (1000, 60_000) },
        }
    }
}

//! A mail that is taken and comes back later: the report goes where a mail server of the sender would hand it over.

use std::sync::Arc;

use super::parse;
use crate::Inner;

/// Who takes mails and has no such mailbox after all.
const LATER: &str = "later-hard";

/// Whether a mail to this address is taken and comes back.
pub(super) fn comes_back(address: &str) -> bool {
    address.split('@').next().is_some_and(|name| name.eq_ignore_ascii_case(LATER))
}

/// Reports to the receiver of webhooks, at its door for mails, with the secret that they share.
pub(super) async fn report(inner: Arc<Inner>, address: String, raw: Vec<u8>) {
    let Some(hook) = inner.config.callback_url.strip_suffix("whatsapp").map(|start| format!("{start}mail")) else {
        return;
    };
    let _ = inner.http.post(hook).bearer_auth(&inner.config.app_secret).body(notice(&address, &raw)).send().await;
}

/// A delivery status notice (RFC 3464) with the headers of the mail.
fn notice(address: &str, raw: &[u8]) -> String {
    let headers: String = parse::read(raw).headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!(
        "From: MAILER-DAEMON@sandbox\r\nSubject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"notice\"\r\n\r\n\
         --notice\r\nContent-Type: text/plain\r\n\r\nYour mail could not be delivered.\r\n\r\n\
         --notice\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; sandbox\r\n\r\n\
         Final-Recipient: rfc822; {address}\r\nAction: failed\r\nStatus: 5.1.1\r\n\
         Diagnostic-Code: smtp; 550 5.1.1 <{address}> is no mailbox here\r\n\r\n\
         --notice\r\nContent-Type: text/rfc822-headers\r\n\r\n{headers}\r\n--notice--\r\n"
    )
}

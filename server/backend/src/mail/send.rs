//! The job that sends a mail, and the end of what it leaves.

use domain::Timestamp;
use jiff::SignedDuration;
use uuid::Uuid;

use super::{Kind, Language, bounce, layout};
use crate::Core;
use crate::fault::{Fault, Outcome};
use crate::gate::sql;
use crate::jobs::{ATTEMPTS, JobContext};
use crate::outbound::{Mail, MailParts, MailProblem};
use crate::vault::PEOPLE;

/// Longer than all tries of the queue together: whatever still waits then has lost its job.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How long it is known that a mail went out, for questions and for bounces that come late.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How a mail ended.
enum End {
    Sent,
    Failed(String),
    Expired,
}

impl End {
    fn state(&self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Failed(_) => "failed",
            Self::Expired => "expired",
        }
    }
}

/// Sends one mail. An error is the queue's to repeat; whatever ends the mail is `Ok`.
pub(crate) async fn deliver(context: &JobContext, id: Uuid) -> Outcome<()> {
    let Some(waiting) = begin(context, id).await? else { return Ok(()) };
    let now = context.core.clock.now();
    if waiting.expires_at.is_some_and(|end| end <= now) {
        return finish(&context.core, &waiting, End::Expired).await;
    }
    if !Kind::proves_address(&waiting.kind) && is_marked(&context.core, &waiting.to).await? {
        return finish(&context.core, &waiting, End::Failed("mails to its address come back".to_owned())).await;
    }
    let mail = match prepare(&context.core, &waiting, now).await {
        Ok(mail) => mail,
        Err(fault) if fault.is_connection() => return Err(fault),
        // The same bytes would fail the same way the next time.
        Err(_) => {
            tracing::error!(mail = %id, kind = waiting.kind, "a mail could not be put together");
            return finish(&context.core, &waiting, End::Failed("it could not be put together".to_owned())).await;
        }
    };
    match context.mailer.send(&mail).await {
        Ok(()) => finish(&context.core, &waiting, End::Sent).await,
        Err(problem) => trouble(context, &waiting, problem).await,
    }
}

/// A mail that waits, as this attempt found it.
struct Waiting {
    id: Uuid,
    to: String,
    kind: String,
    language: Language,
    data: Vec<u8>,
    message_id: String,
    attempts: i32,
    expires_at: Option<Timestamp>,
}

/// Counts the attempt and gives the mail its message id before anything leaves.
async fn begin(context: &JobContext, id: Uuid) -> Outcome<Option<Waiting>> {
    let row = sqlx::query!(
        r#"update mail set attempts = attempts + 1, message_id = coalesce(message_id, $2)
           where id = $1 and state = 'queued'
           returning to_address, kind, language, data as "data!", message_id as "message_id!", attempts, expires_at"#,
        id,
        format!("<{id}@{}>", context.mailer.domain()),
    )
    .fetch_optional(context.core.db.worker())
    .await?;
    Ok(row.map(|row| Waiting {
        id,
        to: row.to_address,
        kind: row.kind,
        language: Language::from_tag(&row.language),
        data: row.data,
        message_id: row.message_id,
        attempts: row.attempts,
        expires_at: row.expires_at.map(|at| at.to_jiff()),
    }))
}

async fn is_marked(core: &Core, address: &str) -> Outcome<bool> {
    bounce::is_bounced(&mut *core.db.worker().acquire().await?, address).await
}

async fn prepare(core: &Core, waiting: &Waiting, at: Timestamp) -> Outcome<Mail> {
    let clear = core.vault.open(core.db.worker(), PEOPLE, super::DATA, waiting.id, &waiting.data).await?;
    let kind: Kind = serde_json::from_slice(&clear)?;
    let rendered = layout::render(waiting.language, &kind)?;
    let parts = MailParts {
        to: waiting.to.clone(),
        subject: rendered.subject,
        text: rendered.text,
        html: rendered.html,
        message_id: waiting.message_id.clone(),
        at,
    };
    Mail::new(parts).map_err(|problem| Fault::internal(problem.to_string()))
}

/// Decides between another try and the end.
async fn trouble(context: &JobContext, waiting: &Waiting, problem: MailProblem) -> Outcome<()> {
    let words = problem.to_string();
    let permanent = matches!(problem, MailProblem::Permanent { .. });
    tracing::warn!(mail = %waiting.id, kind = waiting.kind, attempt = waiting.attempts, permanent, "mail: {words}");
    if let MailProblem::Permanent { no_such_address: true, .. } = problem {
        let mut connection = context.core.db.worker().acquire().await?;
        bounce::mark(&mut connection, &waiting.to, context.core.clock.now(), &words, false).await?;
    }
    if permanent || waiting.attempts >= ATTEMPTS {
        return finish(&context.core, waiting, End::Failed(words)).await;
    }
    metrics::counter!("parley_mails_total", "outcome" => "retried").increment(1);
    Err(Fault::internal(words))
}

/// Notes how it ended and forgets what was in it.
async fn finish(core: &Core, waiting: &Waiting, end: End) -> Outcome<()> {
    metrics::counter!("parley_mails_total", "outcome" => end.state()).increment(1);
    let mut tx = core.db.worker().begin().await?;
    let sent_at = matches!(end, End::Sent).then(|| sql(core.clock.now()));
    let state = end.state();
    let failure = if let End::Failed(words) = end { Some(words) } else { None };
    sqlx::query!(
        "update mail set state = $2, data = null, failure = $3, sent_at = $4 where id = $1 and state = 'queued'",
        waiting.id,
        state,
        failure,
        sent_at as _,
    )
    .execute(&mut *tx)
    .await?;
    if sent_at.is_some() {
        bounce::taken(&mut tx, &waiting.to).await?;
    }
    Ok(tx.commit().await?)
}

/// Empties mails whose links are dead and deletes those that nobody will ask about any more.
pub(crate) async fn clean(core: &Core) -> Outcome<()> {
    let now = core.clock.now();
    let ago = |span| sql(now.checked_sub(span).unwrap_or(now));
    sqlx::query!(
        "update mail set state = 'expired', data = null
         where state = 'queued' and (expires_at <= $1 or created_at < $2)",
        sql(now) as _,
        ago(LONGEST_WAIT) as _,
    )
    .execute(core.db.worker())
    .await?;
    sqlx::query!("delete from mail where created_at < $1", ago(KEPT) as _).execute(core.db.worker()).await?;
    Ok(())
}

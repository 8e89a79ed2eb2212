//! Background work that is no message: one list of all of it, run by graphile_worker.

mod cleanup;
mod media;

use std::sync::Arc;
use std::time::Duration;

use domain::{AttachmentId, WorkspaceId};
use graphile_worker::{
    Cron, CronBuilder, IntoTaskHandlerResult, TaskHandler, Worker, WorkerContext, WorkerOptions, WorkerRecoveryConfig,
};
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, PgPool};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::fault::{Fault, Outcome};
use crate::outbound::{Mailer, Provider};
use crate::{Core, mail, notifications};

/// What a job needs beside its payload.
#[derive(Clone)]
pub struct JobContext {
    pub core: Core,
    pub provider: Arc<dyn Provider>,
    pub mailer: Arc<dyn Mailer>,
}

impl std::fmt::Debug for JobContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JobContext")
    }
}

/// Fetches a customer's file from the provider.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FetchMedia {
    pub workspace: WorkspaceId,
    pub attachment: AttachmentId,
}

/// Sends a mail of the table `mail`. Says which and nothing of what is in it: the queue keeps payloads in clear.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SendMail {
    pub mail: Uuid,
}

/// Deletes stored files that nothing leads to any more. Their keys hold ids only.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DeleteFiles {
    keys: Vec<String>,
}

/// How often the queue tries a job (`enqueue_job` in migration 0007).
pub(crate) const ATTEMPTS: i32 = 12;

/// Deletes what has served its time: sessions, journalled bodies, mails.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Cleanup {}

/// Mails those for whom something waits while they are not here.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Remind {}

/// A job with its name and the key under which a second one replaces a waiting first.
trait Job: Serialize {
    const NAME: &'static str;
    fn key(&self) -> String;
}

impl Job for FetchMedia {
    const NAME: &'static str = "fetch_media";
    fn key(&self) -> String {
        format!("fetch_media:{}", self.attachment)
    }
}

impl Job for SendMail {
    const NAME: &'static str = "send_mail";
    fn key(&self) -> String {
        format!("send_mail:{}", self.mail)
    }
}

impl Job for DeleteFiles {
    const NAME: &'static str = "delete_files";
    /// A file is given up once.
    fn key(&self) -> String {
        format!("delete_files:{}", self.keys.first().map_or("", String::as_str))
    }
}

/// Enqueues a job in the caller's transaction: it runs if and only if that commits.
#[expect(private_bounds, reason = "jobs are listed here and nowhere else")]
pub(crate) async fn enqueue<J: Job>(tx: &mut PgConnection, job: &J) -> Outcome<()> {
    let payload = serde_json::to_value(job)?;
    sqlx::query!("select enqueue_job($1, $2::jsonb::json, $3)", J::NAME, payload, job.key()).execute(tx).await?;
    Ok(())
}

impl TaskHandler for FetchMedia {
    const IDENTIFIER: &'static str = <Self as Job>::NAME;

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        run(context, async |context| media::fetch(&context, &self).await).await
    }
}

impl TaskHandler for SendMail {
    const IDENTIFIER: &'static str = <Self as Job>::NAME;

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        run(context, async |context| mail::deliver(&context, self.mail).await).await
    }
}

/// Deletes files once the caller's transaction, which gave them up, has committed.
pub(crate) async fn delete_files(tx: &mut PgConnection, keys: Vec<String>) -> Outcome<()> {
    if keys.is_empty() { Ok(()) } else { enqueue(tx, &DeleteFiles { keys }).await }
}

impl TaskHandler for DeleteFiles {
    const IDENTIFIER: &'static str = <Self as Job>::NAME;

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        run(context, async |context| {
            for key in &self.keys {
                context.core.files.delete(key).await?;
            }
            Ok(())
        })
        .await
    }
}

impl TaskHandler for Cleanup {
    const IDENTIFIER: &'static str = "cleanup";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        run(context, async |context| cleanup::clean(&context.core).await).await
    }
}

impl TaskHandler for Remind {
    const IDENTIFIER: &'static str = "remind";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        run(context, async |context| notifications::remind(&context.core).await.map(|_| ())).await
    }
}

/// Runs a job's work. The queue stores errors, so only our own words, which hold no personal data, reach it.
async fn run(context: WorkerContext, work: impl AsyncFnOnce(JobContext) -> Outcome<()>) -> Result<(), String> {
    let context = context.get_ext::<JobContext>().cloned().ok_or("the job context is missing")?;
    work(context).await.map_err(|fault| fault.to_string())
}

/// Brings the queue's schema up to date without running anything.
pub async fn prepare(pool: PgPool) -> Outcome<()> {
    WorkerOptions::default()
        .pg_pool(pool)
        .listen_os_shutdown_signals(false)
        .init()
        .await
        .map(|_| ())
        .map_err(|error| Fault::internal(format!("the job queue was not prepared: {error}")))
}

/// What is done by the clock. Without a payload of its own a job is given `null`, which none of ours can read; with a key
/// the next run replaces one that still waits.
fn timers() -> Outcome<(CronBuilder<Cleanup>, CronBuilder<Remind>)> {
    let hourly = Cron::hourly_at::<Cleanup>(17).map_err(|_| Fault::internal("the clean-up timer"))?;
    let cleaning = hourly.payload(Cleanup {})?.job_key("cleanup");
    let reminding = Cron::every_minute::<Remind>().payload(Remind {})?.job_key("remind");
    Ok((cleaning, reminding))
}

/// The worker of all jobs, with the queue's schema brought up to date. `pool` is of the migrating user, to whom the
/// queue's schema belongs.
pub async fn worker(pool: PgPool, context: JobContext, stop: CancellationToken) -> Outcome<Worker> {
    let (cleaning, reminding) = timers()?;
    WorkerOptions::default()
        .concurrency(4)
        .pg_pool(pool)
        .listen_os_shutdown_signals(false)
        // A job whose worker was killed is taken up by another instead of after hours.
        .worker_recovery(
            WorkerRecoveryConfig::default()
                .heartbeat_interval(Duration::from_secs(5))
                .sweep_interval(Duration::from_secs(5))
                .sweep_threshold(Duration::from_secs(20))
                .recovery_delay(Duration::from_secs(1)),
        )
        .shutdown_signal(async move { stop.cancelled().await })
        .add_extension(context)
        .define_job::<FetchMedia>()
        .define_job::<SendMail>()
        .define_job::<DeleteFiles>()
        .define_job::<Cleanup>()
        .define_job::<Remind>()
        .with_cron(cleaning)
        .with_cron(reminding)
        .init()
        .await
        .map_err(|error| Fault::internal(format!("the job queue did not start: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_by_the_clock_are_given_what_they_read() {
        let (cleaning, reminding) = timers().unwrap();
        serde_json::from_value::<Cleanup>(cleaning.build().payload.unwrap_or_default()).unwrap();
        serde_json::from_value::<Remind>(reminding.build().payload.unwrap_or_default()).unwrap();
    }
}

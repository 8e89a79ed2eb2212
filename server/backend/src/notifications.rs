//! What members hear of: their choices, what has just happened, and the mail about what waits.

mod news;
mod remind;

use async_trait::async_trait;
use domain::notifications::{Choices, ChoicesPage, MAIL_AFTER, NewsPage, Notice, QuietHours};
use domain::{Caller, Error, MemberId, Timestamp, ports};
use jiff::tz::TimeZone;

use crate::Core;
use crate::audit::{self, Act, Action};
use crate::db::Scoped;
use crate::fault::Outcome;

pub use remind::remind;

/// [`ports::Notifications`] over PostgreSQL.
pub struct NotificationsPort {
    core: Core,
}

impl NotificationsPort {
    pub fn new(core: Core) -> Self {
        Self { core }
    }

    async fn read(&self, caller: &Caller) -> Outcome<ChoicesPage> {
        let member = caller.member_id().ok_or(Error::Forbidden)?;
        let mut tx = self.core.db.scoped(caller.workspace).await?;
        let choices = choices(&mut tx, member).await?;
        let row = sqlx::query!(
            r#"select email, time_zone_of(account_id) as "time_zone!" from member where workspace_id = $1 and id = $2"#,
            tx.workspace.0,
            member.0
        )
        .fetch_one(&mut **tx)
        .await?;
        Ok(ChoicesPage { choices, time_zone: row.time_zone, email: row.email })
    }

    async fn save(&self, caller: &Caller, choices: &Choices) -> Outcome<()> {
        let member = caller.member_id().ok_or(Error::Forbidden)?;
        if !MAIL_AFTER.contains(&choices.mail_after) {
            return Err(Error::invalid("mail_after", "Choose a time of the list.").into());
        }
        let by_mail: Vec<Notice> = choices.by_mail.iter().copied().filter(|notice| notice.by_mail()).collect();
        let quiet = choices.quiet.map(|quiet| (minute(quiet.from), minute(quiet.until)));
        let mut tx = self.core.db.scoped(caller.workspace).await?;
        let before = self::choices(&mut tx, member).await?;
        sqlx::query!(
            "insert into notification_choice
                (workspace_id, member_id, in_app, by_mail, mail_after, quiet_from, quiet_until, sound, desktop)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             on conflict (workspace_id, member_id) do update set
                in_app = excluded.in_app, by_mail = excluded.by_mail, mail_after = excluded.mail_after,
                quiet_from = excluded.quiet_from, quiet_until = excluded.quiet_until,
                sound = excluded.sound, desktop = excluded.desktop",
            tx.workspace.0,
            member.0,
            &words(&choices.in_app),
            &words(&by_mail),
            i32::from(choices.mail_after),
            quiet.map(|quiet| quiet.0),
            quiet.map(|quiet| quiet.1),
            choices.sound,
            choices.desktop,
        )
        .execute(&mut **tx)
        .await?;
        let after = Choices { by_mail, ..choices.clone() };
        if after != before {
            let act = Act::new(Action::NotificationsSaved, member.0)
                .changed(serde_json::to_value(before)?, serde_json::to_value(after)?);
            audit::write(&mut tx, caller, self.core.clock.now(), act).await?;
        }
        tx.commit().await
    }
}

async fn choices(tx: &mut Scoped, member: MemberId) -> Outcome<Choices> {
    let row = sqlx::query!(
        "select in_app, by_mail, mail_after, quiet_from, quiet_until, sound, desktop from notification_choice
         where workspace_id = $1 and member_id = $2",
        tx.workspace.0,
        member.0,
    )
    .fetch_optional(&mut ***tx)
    .await?;
    let Some(row) = row else { return Ok(Choices::default()) };
    Ok(Choices {
        in_app: notices(&row.in_app),
        by_mail: notices(&row.by_mail),
        mail_after: u16::try_from(row.mail_after).unwrap_or(u16::MAX),
        quiet: quiet_hours(row.quiet_from, row.quiet_until),
        sound: row.sound,
        desktop: row.desktop,
    })
}

fn words(notices: &[Notice]) -> Vec<String> {
    notices.iter().map(|notice| notice.as_str().to_owned()).collect()
}

fn notices(words: &[String]) -> Vec<Notice> {
    words.iter().filter_map(|word| Notice::parse(word)).collect()
}

fn minute(minute: u16) -> i16 {
    i16::try_from(minute).unwrap_or(0)
}

fn quiet_hours(from: Option<i16>, until: Option<i16>) -> Option<QuietHours> {
    let minutes = |value: Option<i16>| value.and_then(|value| u16::try_from(value).ok());
    Some(QuietHours { from: minutes(from)?, until: minutes(until)? })
}

/// Whether it is quiet for somebody now, by the clock of their time zone.
fn is_quiet(quiet: Option<QuietHours>, time_zone: &str, now: Timestamp) -> bool {
    let zone = TimeZone::get(time_zone).unwrap_or(TimeZone::UTC);
    quiet.is_some_and(|quiet| quiet.at(now.to_zoned(zone).time()))
}

#[async_trait]
impl ports::Notifications for NotificationsPort {
    async fn read(&self, caller: &Caller) -> domain::Result<ChoicesPage> {
        Ok(self.read(caller).await?)
    }

    async fn save(&self, caller: &Caller, choices: Choices) -> domain::Result<()> {
        Ok(self.save(caller, &choices).await?)
    }

    async fn news(&self, caller: &Caller) -> domain::Result<NewsPage> {
        Ok(news::news(&self.core, caller).await?)
    }
}

//! The mail about what waits: to whom something unread has waited for longer than they chose while they were not here.

use domain::notifications::Choices;
use domain::{MemberId, Permission, WorkspaceId};
use jiff::SignedDuration;

use super::{is_quiet, quiet_hours, words};
use crate::Core;
use crate::accounts::sessions::held;
use crate::fault::Outcome;
use crate::gate::sql;
use crate::mail::{self, Kind, Language, Outgoing};

/// Whoever used Parley so lately sees it there. Sessions note their last use every five minutes.
const HERE: SignedDuration = SignedDuration::from_mins(10);

/// One look at everybody. Answers how many were mailed.
pub async fn remind(core: &Core) -> Outcome<u32> {
    let now = core.clock.now();
    let defaults = Choices::default();
    let people = sqlx::query!(
        r#"select workspace_id as "workspace_id!", workspace_name as "workspace_name!", member_id as "member_id!",
                  name as "name!", email as "email!", language as "language!", time_zone as "time_zone!", role as "role!",
                  permissions, quiet_from, quiet_until, waiting as "waiting!"
           from waiting_people($1, $2, $3, $4)"#,
        sql(now),
        sql(now.checked_sub(HERE).unwrap_or(now)),
        &words(&defaults.by_mail),
        i32::from(defaults.mail_after),
    )
    .fetch_all(core.db.worker())
    .await?;
    let mut mailed = 0;
    for person in people {
        let may = held(&person.role, person.permissions.as_deref())?.contains(&Permission::ReadConversations);
        if !may || is_quiet(quiet_hours(person.quiet_from, person.quiet_until), &person.time_zone, now) {
            continue;
        }
        let letter = Outgoing {
            to: person.email,
            language: Language::from_tag(&person.language),
            kind: Kind::Waiting {
                name: person.name,
                workspace: person.workspace_name,
                count: person.waiting,
                inbox: core.page("/inbox"),
                choices: core.page("/settings/notifications"),
            },
        };
        mailed += u32::from(send(core, person.workspace_id.into(), person.member_id.into(), &letter).await?);
    }
    Ok(mailed)
}

/// Mails once in the chosen span, whoever else looks at the same time: who writes the time down sends.
async fn send(core: &Core, workspace: WorkspaceId, member: MemberId, letter: &Outgoing) -> Outcome<bool> {
    let defaults = Choices::default();
    let mut tx = core.db.worker_scoped(workspace).await?;
    let first = sqlx::query_scalar!(
        "insert into notification_choice as n (workspace_id, member_id, in_app, by_mail, mail_after, sound, desktop, mailed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (workspace_id, member_id) do update set mailed_at = excluded.mailed_at
            where n.mailed_at is null or n.mailed_at <= excluded.mailed_at - make_interval(mins => n.mail_after)
         returning member_id",
        workspace.0,
        member.0,
        &words(&defaults.in_app),
        &words(&defaults.by_mail),
        i32::from(defaults.mail_after),
        defaults.sound,
        defaults.desktop,
        sql(core.clock.now()),
    )
    .fetch_optional(&mut **tx)
    .await?;
    if first.is_none() {
        return Ok(false);
    }
    mail::queue(core, &mut tx, letter).await?;
    tx.commit().await?;
    Ok(true)
}

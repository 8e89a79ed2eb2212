use domain::messages::{Content, Sender};
use domain::packs::Trade;
use domain::status::DeliveryStatus;
use domain::{
    Caller, ChannelId, ContactId, ConversationId, Error, IdentityId, MessageId, Permission, StarterPackId, TagId,
    Timestamp,
};
use jiff::SignedDuration;
use serde_json::json;
use uuid::Uuid;

use super::present;
use super::trades::{Line, Pack, Sample};
use crate::audit::{self, Act, Action};
use crate::db::Scoped;
use crate::fault::{Fault, Outcome};
use crate::gate::sql;
use crate::{Core, ids};

/// Who fills what: the same for every row.
struct Filling<'a> {
    pack: &'static Pack,
    id: StarterPackId,
    now: Timestamp,
    tx: &'a mut Scoped,
}

/// Installs a pack, all of it or nothing.
pub(super) async fn install(core: &Core, caller: &Caller, trade: Trade) -> Outcome<()> {
    caller.require(Permission::ManageWorkspace)?;
    let (pack, now) = (Pack::of(trade), core.clock.now());
    let mut tx = core.db.scoped(caller.workspace).await?;
    let Some(id) = begin(&mut tx, caller, pack, now).await? else {
        return already(&mut tx, trade).await;
    };
    let mut filling = Filling { pack, id, now, tx: &mut tx };
    filling.pipeline().await?;
    filling.tags().await?;
    filling.replies().await?;
    let channel = filling.channel().await?;
    for sample in pack.samples {
        filling.sample(channel, sample).await?;
    }
    let act = Act::new(Action::PackInstalled, id.0).with(json!({ "trade": trade, "version": pack.version }));
    audit::write(&mut tx, caller, now, act).await?;
    tx.commit().await?;
    core.live.reset(caller.workspace);
    Ok(())
}

/// `None` when there is a pack already. Of two that begin at once, the second waits here for the first.
async fn begin(tx: &mut Scoped, caller: &Caller, pack: &Pack, now: Timestamp) -> Outcome<Option<StarterPackId>> {
    let id = sqlx::query_scalar!(
        "insert into starter_pack (workspace_id, id, trade, version, installed_at, installed_by)
         values ($1, $2, $3, $4, $5, $6) on conflict (workspace_id) do nothing returning id",
        tx.workspace.0,
        ids::fresh::<Uuid>(),
        pack.trade.as_str(),
        pack.version,
        sql(now),
        caller.member_id().map(|id| id.0),
    )
    .fetch_optional(&mut ***tx)
    .await?;
    Ok(id.map(Into::into))
}

/// The same pack again is nothing to do.
async fn already(tx: &mut Scoped, wanted: Trade) -> Outcome<()> {
    match present(tx).await? {
        Some(present) if present.trade == wanted => Ok(()),
        _ => Err(Error::invalid("trade", "Another starter pack is installed. Remove it first.").into()),
    }
}

impl Filling<'_> {
    /// What the workspace has under the same name is its own and stays as it is; so everywhere below.
    async fn pipeline(&mut self) -> Outcome<()> {
        let workspace = self.tx.workspace.0;
        let pipeline = sqlx::query_scalar!(
            "insert into pipeline (workspace_id, id, name, pack_id, created_at) values ($1, $2, $3, $4, $5)
             on conflict (workspace_id, lower(name)) do nothing returning id",
            workspace,
            ids::fresh::<Uuid>(),
            self.pack.pipeline,
            self.id.0,
            sql(self.now),
        )
        .fetch_optional(&mut ***self.tx)
        .await?;
        let Some(pipeline) = pipeline else { return Ok(()) };
        for (position, (name, kind)) in (1..).zip(self.pack.stages) {
            sqlx::query!(
                "insert into stage (workspace_id, id, pipeline_id, position, name, kind) values ($1, $2, $3, $4, $5, $6)",
                workspace,
                ids::fresh::<Uuid>(),
                pipeline,
                position,
                *name,
                kind.as_str(),
            )
            .execute(&mut ***self.tx)
            .await?;
        }
        Ok(())
    }

    async fn tags(&mut self) -> Outcome<()> {
        for (name, colour) in self.pack.tags {
            sqlx::query!(
                "insert into tag (workspace_id, id, name, colour, pack_id, created_at) values ($1, $2, $3, $4, $5, $6)
                 on conflict (workspace_id, lower(name)) do nothing",
                self.tx.workspace.0,
                ids::fresh::<TagId>().0,
                *name,
                colour.as_str(),
                self.id.0,
                sql(self.now),
            )
            .execute(&mut ***self.tx)
            .await?;
        }
        Ok(())
    }

    async fn replies(&mut self) -> Outcome<()> {
        for reply in self.pack.replies {
            sqlx::query!(
                "insert into canned_reply (workspace_id, id, shortcut, title, body, pack_id, created_at)
                 values ($1, $2, $3, $4, $5, $6, $7) on conflict (workspace_id, lower(shortcut)) do nothing",
                self.tx.workspace.0,
                ids::fresh::<Uuid>(),
                reply.shortcut,
                reply.title,
                reply.body,
                self.id.0,
                sql(self.now),
            )
            .execute(&mut ***self.tx)
            .await?;
        }
        Ok(())
    }

    /// The channel of samples: no provider serves it. Samples that stayed from an earlier pack have it already.
    async fn channel(&mut self) -> Outcome<ChannelId> {
        let id = sqlx::query_scalar!(
            "insert into channel as c (workspace_id, id, kind, name, display_number, phone_number_id, waba_id, state, created_at)
             values ($1, $2, 'sample', 'Samples', '', '', '', 'disconnected', $3)
             on conflict (workspace_id) where kind = 'sample' do update set name = c.name returning id",
            self.tx.workspace.0,
            ids::fresh::<Uuid>(),
            sql(self.now),
        )
        .fetch_one(&mut ***self.tx)
        .await?;
        Ok(id.into())
    }

    /// A contact with its number, its tags and its conversation. One that stayed from an earlier pack is left as it is.
    async fn sample(&mut self, channel: ChannelId, sample: &Sample) -> Outcome<()> {
        let contact = ids::fresh::<ContactId>();
        let known = sqlx::query_scalar!(
            r#"select exists(select 1 from identity where workspace_id = $1 and kind = 'phone' and value = $2
                             and retired_at is null) as "known!""#,
            self.tx.workspace.0,
            sample.phone,
        )
        .fetch_one(&mut ***self.tx)
        .await?;
        if known {
            return Ok(());
        }
        // As if the person had named themselves: a name of the business's own is a change that somebody made.
        sqlx::query!(
            "insert into contact (workspace_id, id, profile_name, sample, pack_id, created_at) values ($1, $2, $3, true, $4, $5)",
            self.tx.workspace.0,
            contact.0,
            sample.name,
            self.id.0,
            sql(self.now),
        )
        .execute(&mut ***self.tx)
        .await?;
        sqlx::query!(
            "insert into identity (workspace_id, id, contact_id, kind, value, created_at) values ($1, $2, $3, 'phone', $4, $5)",
            self.tx.workspace.0,
            ids::fresh::<IdentityId>().0,
            contact.0,
            sample.phone,
            sql(self.now),
        )
        .execute(&mut ***self.tx)
        .await?;
        let tags: Vec<String> = sample.tags.iter().map(|tag| tag.to_lowercase()).collect();
        sqlx::query!(
            "insert into contact_tag (workspace_id, contact_id, tag_id, put_at, pack_id)
             select t.workspace_id, $2, t.id, $4, $5 from tag t where t.workspace_id = $1 and lower(t.name) = any($3)",
            self.tx.workspace.0,
            contact.0,
            &tags,
            sql(self.now),
            self.id.0,
        )
        .execute(&mut ***self.tx)
        .await?;
        self.conversation(channel, contact, sample).await
    }

    async fn conversation(&mut self, channel: ChannelId, contact: ContactId, sample: &Sample) -> Outcome<()> {
        let conversation = ids::fresh::<ConversationId>();
        let last = sample.lines.last().ok_or_else(|| Fault::internal("a sample says nothing"))?;
        let last_theirs = sample.lines.iter().rev().find(|(_, line)| matches!(line, Line::Them(_)));
        let (body, direction) = match &last.1 {
            Line::Them(body) => (*body, "in"),
            Line::Us(body) => (*body, "out"),
        };
        let (last_at, heard_at) = (self.before(last.0), last_theirs.map(|(minutes, _)| self.before(*minutes)));
        sqlx::query!(
            "insert into conversation (workspace_id, id, channel_id, contact_id, title, unread, last_line, last_direction,
                    last_status, last_at, last_inbound_at, last_request_at, read_until, sample, created_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, case when $6::int = 0 then $10::timestamptz end, true, $12)",
            self.tx.workspace.0,
            conversation.0,
            channel.0,
            contact.0,
            sample.name,
            sample.unread,
            Content::Text { body: body.to_owned() }.preview(),
            direction,
            (direction == "out").then_some(DeliveryStatus::Read.rank()),
            sql(last_at) as _,
            heard_at.map(sql) as _,
            sql(self.now),
        )
        .execute(&mut ***self.tx)
        .await?;
        for (minutes, line) in sample.lines {
            self.line(channel, conversation, self.before(*minutes), line).await?;
        }
        Ok(())
    }

    /// An entry of a sample. Ours are echoes: what was never sent has neither a permit nor a way out.
    async fn line(
        &mut self,
        channel: ChannelId,
        conversation: ConversationId,
        at: Timestamp,
        line: &Line,
    ) -> Outcome<()> {
        let (body, direction, sender) = match line {
            Line::Them(body) => (*body, "in", Sender::Customer),
            Line::Us(body) => (*body, "echo", Sender::System),
        };
        sqlx::query!(
            "insert into message (workspace_id, id, conversation_id, channel_id, direction, sender, at, content, status, created_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            self.tx.workspace.0,
            ids::fresh::<MessageId>().0,
            conversation.0,
            channel.0,
            direction,
            serde_json::to_value(&sender)?,
            sql(at),
            serde_json::to_value(Content::Text { body: body.to_owned() })?,
            (direction == "echo").then_some(DeliveryStatus::Read.rank()),
            sql(self.now),
        )
        .execute(&mut ***self.tx)
        .await?;
        Ok(())
    }

    fn before(&self, minutes: i64) -> Timestamp {
        self.now.checked_sub(SignedDuration::from_mins(minutes)).unwrap_or(self.now)
    }
}

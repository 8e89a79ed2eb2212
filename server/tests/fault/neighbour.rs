//! A second workspace on the same server, and the history of the first: nothing of it may change or be seen.

use std::collections::BTreeMap;

use anyhow::Result;
use sqlx::{AssertSqlSafe, PgConnection};

const WORKSPACE: &str = "00000000-0000-7000-8000-00000000000b";

const MOVE_IN: &str = "
    insert into workspace (workspace_id, name) values ('00000000-0000-7000-8000-00000000000b', 'Next Door');
    insert into channel (workspace_id, id, kind, name, display_number, phone_number_id, waba_id, state)
    values ('00000000-0000-7000-8000-00000000000b', '00000000-0000-7000-8000-0000000000b1', 'whatsapp', 'Next Door',
            '+441632960199', '1060000000000099', '1090000000000099', 'connected');
    insert into contact (workspace_id, id, profile_name, created_at)
    select '00000000-0000-7000-8000-00000000000b', ('00000000-0000-7000-8000-00000000c00' || n)::uuid, 'Neighbour ' || n, now()
    from generate_series(1, 5) n;
    -- The same numbers as the first people of the load: they are other people here.
    insert into identity (workspace_id, id, contact_id, kind, value, created_at)
    select '00000000-0000-7000-8000-00000000000b', ('00000000-0000-7000-8000-00000000d00' || n)::uuid,
           ('00000000-0000-7000-8000-00000000c00' || n)::uuid, 'phone', '44770090020' || (n - 1), now()
    from generate_series(1, 5) n;
    insert into conversation (workspace_id, id, channel_id, contact_id, title, unread, last_at, created_at)
    select '00000000-0000-7000-8000-00000000000b', ('00000000-0000-7000-8000-00000000e00' || n)::uuid,
           '00000000-0000-7000-8000-0000000000b1', ('00000000-0000-7000-8000-00000000c00' || n)::uuid,
           'Neighbour ' || n, 1, now(), now()
    from generate_series(1, 5) n;
    insert into message (workspace_id, id, conversation_id, channel_id, direction, sender, at, content, provider_id, created_at)
    select '00000000-0000-7000-8000-00000000000b', ('00000000-0000-7000-8000-00000000f00' || n)::uuid,
           ('00000000-0000-7000-8000-00000000e00' || n)::uuid, '00000000-0000-7000-8000-0000000000b1', 'in',
           '{\"kind\": \"customer\"}', now(), '{\"type\": \"text\", \"body\": \"hello\"}', 'wamid.neighbour.' || n, now()
    from generate_series(1, 5) n;";

/// What must not change.
pub struct Neighbour {
    /// When the load began: what is older is history.
    pub before: BTreeMap<String, String>,
}

impl Neighbour {
    pub async fn move_in(database: &mut PgConnection) -> Result<Self> {
        sqlx::raw_sql(MOVE_IN).execute(&mut *database).await?;
        // The stories that the demonstration tells are the history.
        sqlx::raw_sql("create table public.fault_history as select id from conversation")
            .execute(&mut *database)
            .await?;
        Ok(Self { before: fingerprints(database).await? })
    }
}

/// A digest of every table's rows of the second workspace, and of the conversations of the first that were there before.
pub async fn fingerprints(database: &mut PgConnection) -> Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for table in tenant_tables(database).await? {
        let digest = digest(database, &table, &format!("workspace_id = '{WORKSPACE}'")).await?;
        found.insert(format!("{table} of the neighbour"), digest);
    }
    for (table, key) in [("conversation", "id"), ("message", "conversation_id")] {
        let digest = digest(database, table, &format!("{key} in (select id from fault_history)")).await?;
        found.insert(format!("{table} of the history"), digest);
    }
    Ok(found)
}

async fn tenant_tables(database: &mut PgConnection) -> Result<Vec<String>> {
    let query = "select c.relname::text from pg_class c
         join pg_attribute a on a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped
         where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' order by 1";
    Ok(sqlx::query_scalar(query).fetch_all(database).await?)
}

async fn digest(database: &mut PgConnection, table: &str, condition: &str) -> Result<String> {
    let query = format!(
        "select count(*) || ' ' || md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {table} t where {condition}"
    );
    Ok(sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(database).await?)
}

/// What the application's role sees of others while it is in the second workspace, by table. Nothing, one hopes.
pub async fn leaks(database: &mut PgConnection) -> Result<BTreeMap<String, i64>> {
    let walled: Vec<String> = sqlx::query_scalar(
        "select c.relname::text from pg_class c
         join pg_attribute a on a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped
         where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relrowsecurity
           and has_table_privilege('parley_app', c.oid, 'select') order by 1",
    )
    .fetch_all(&mut *database)
    .await?;
    sqlx::raw_sql(AssertSqlSafe(format!(
        "begin; set local role parley_app; set local parley.workspace = '{WORKSPACE}'"
    )))
    .execute(&mut *database)
    .await?;
    let mut leaks = BTreeMap::new();
    for table in walled {
        let query = format!("select count(*) from {table} where workspace_id <> '{WORKSPACE}'");
        let seen: i64 = sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(&mut *database).await?;
        if seen > 0 {
            leaks.insert(table, seen);
        }
    }
    sqlx::raw_sql("rollback").execute(database).await?;
    Ok(leaks)
}

//! What the two pages cost in buffers, at 10 thousand and at 2 million messages.

use serde_json::Value;
use sqlx::PgPool;

use super::report::Report;
use super::served::Served;

const SMALL: i64 = 10_000;
const LARGE: i64 = 2_000_000;
/// Messages of one conversation.
const EACH: i64 = 50;

struct Cost {
    list: i64,
    thread: i64,
}

pub async fn measure(served: &Served, report: &mut Report) {
    let pool = served.owner().await;
    let small = at(&pool, SMALL).await;
    let large = at(&pool, LARGE).await;
    for (what, small, large, target) in [
        ("Inbox page of 25: buffers at 10 thousand and at 2 million messages", small.list, large.list, 30),
        ("Thread page of 50: buffers at 10 thousand and at 2 million messages", small.thread, large.thread, 60),
    ] {
        let met = small <= target && large <= target && (large - small).abs() <= 2;
        report.row(
            what,
            format!("{small} and {large}; one round trip each"),
            &format!("≤ {target}, the same within 2"),
            met,
        );
    }
}

async fn at(pool: &PgPool, messages: i64) -> Cost {
    fill(pool, messages).await;
    let (workspace, conversation): (uuid::Uuid, uuid::Uuid) = sqlx::query_as(
        "select m.workspace_id, m.conversation_id from message m group by 1, 2 having count(*) >= 50 order by random() limit 1",
    )
    .fetch_one(pool)
    .await
    .unwrap();
    // As the application sees it: under row-level security.
    let mut connection = pool.acquire().await.unwrap();
    sqlx::raw_sql("set role parley_app").execute(&mut *connection).await.unwrap();
    let list = format!("select * from inbox_page('{workspace}', 'all', null, null, null, 26)");
    let thread = format!("select * from thread_page('{workspace}', '{conversation}', null, null, 51)");
    let mut cost = Cost { list: 0, thread: 0 };
    // The first runs also plan; the last is what a warm connection pays.
    for _ in 0..8 {
        cost = Cost { list: buffers(&mut connection, &list).await, thread: buffers(&mut connection, &thread).await };
    }
    sqlx::raw_sql("reset role").execute(&mut *connection).await.unwrap();
    cost
}

async fn buffers(connection: &mut sqlx::PgConnection, query: &str) -> i64 {
    let sql = sqlx::AssertSqlSafe(format!("explain (analyze, buffers, format json) {query}"));
    let plan: Value = sqlx::query_scalar(sql).fetch_one(connection).await.unwrap();
    let root = &plan[0]["Plan"];
    root["Shared Hit Blocks"].as_i64().unwrap() + root["Shared Read Blocks"].as_i64().unwrap()
}

/// Grows the demonstration's workspace to a number of messages, spread over conversations as they come: in turns.
async fn fill(pool: &PgPool, messages: i64) {
    let conversations = messages / EACH;
    let sql = format!(
        "set session_replication_role = replica;
         insert into contact (workspace_id, id, profile_name, created_at)
         select w.workspace_id, ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'Person ' || n, now()
         from (select workspace_id from workspace limit 1) w, generate_series(1, {conversations}) n on conflict do nothing;
         insert into conversation (workspace_id, id, channel_id, contact_id, title, last_line, last_at, last_inbound_at, created_at)
         select c.workspace_id, ('00000000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid, c.id,
                ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'Person ' || n, 'Is the flat still free?',
                now() - n * interval '1 second', now(), now()
         from (select workspace_id, id from channel limit 1) c, generate_series(1, {conversations}) n on conflict do nothing;
         insert into message (workspace_id, id, conversation_id, channel_id, direction, sender, at, content, provider_id, created_at)
         select c.workspace_id, gen_random_uuid(), ('00000000-0000-7000-9000-' || lpad(to_hex(1 + n % {conversations}), 12, '0'))::uuid, c.id,
                'in', '{{\"kind\":\"customer\"}}', now() - ({messages} - n) * interval '1 second',
                jsonb_build_object('type', 'text', 'body', 'Message ' || n || ': is the flat in Elm Street still free, and could we see it on Saturday?'),
                'bench.' || {messages} || '.' || n, now()
         from (select workspace_id, id from channel limit 1) c, generate_series(1, {messages} - (select count(*) from message)) n;
         set session_replication_role = origin;"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(pool).await.unwrap();
    sqlx::raw_sql("vacuum (analyze) message").execute(pool).await.unwrap();
    sqlx::raw_sql("vacuum (analyze) conversation").execute(pool).await.unwrap();
}

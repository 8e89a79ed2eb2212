//! Durable ingest: signed single-message POSTs at 256 connections.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::json;
use sha2::Sha256;
use sqlx::PgPool;

use super::baseline;
use super::report::{Report, spread};
use super::served::{NUMBER, SECRET, Served};

const CONNECTIONS: usize = 256;
const MESSAGES: usize = 20_000;
const PEOPLE: usize = 2_000;
const SECONDS: u32 = 5;

/// A body with its signature.
#[derive(Clone)]
struct Signed {
    body: Bytes,
    signature: String,
}

struct Round {
    durable: f64,
    applied: f64,
    p99: Duration,
    syncs: f64,
}

pub async fn measure(served: &Served, rounds: usize, report: &mut Report) {
    let pool = served.owner().await;
    sqlx::raw_sql("create table bench_row (id bigint generated always as identity primary key, payload text)")
        .execute(&pool)
        .await
        .unwrap();
    let (mut ratios, mut applied_ratios, mut durable, mut applied, mut base, mut p99, mut syncs) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut last = Vec::new();
    for n in 0..rounds {
        let baseline = baseline::one_row_commits(served, SECONDS);
        last = bodies(n);
        let round = round(served, &pool, &last).await;
        println!(
            "round {n}: baseline {baseline:.0}/s, durable {:.0}/s, applied {:.0}/s, p99 {:?}",
            round.durable, round.applied, round.p99
        );
        ratios.push(round.durable / baseline);
        applied_ratios.push(round.applied / baseline);
        durable.push(round.durable);
        applied.push(round.applied);
        base.push(baseline);
        p99.push(round.p99.as_secs_f64() * 1000.0);
        syncs.push(round.syncs);
    }
    let (ratio, low, high) = spread(ratios);
    let (durable, base) = (spread(durable).0, spread(base).0);
    report.row(
        "Durable ingest: a webhook is journalled before its 200 (256 connections, one message each) against `pgbench` one-row commits (64 clients)",
        format!("{ratio:.2} ({low:.2} to {high:.2}) times; {durable:.0}/s against {base:.0}/s"),
        "≥ 1.0 times",
        ratio >= 1.0,
    );
    let (ratio, low, high) = spread(applied_ratios);
    report.note(
        "The same until the last message is applied (contact, conversation, message, counters)",
        format!("{ratio:.2} ({low:.2} to {high:.2}) times; {:.0}/s", spread(applied).0),
    );
    let (worst, low, high) = spread(p99);
    report.row("Its p99", format!("{worst:.0} ms ({low:.0} to {high:.0})"), "< 100 ms", worst < 100.0);
    let (syncs, low, high) = spread(syncs);
    report.row(
        "fsyncs per 1,000 messages, applying included",
        format!("{syncs:.1} ({low:.1} to {high:.1})"),
        "≤ 20",
        syncs <= 20.0,
    );
    again(served, &pool, last, report).await;
}

async fn round(served: &Served, pool: &PgPool, bodies: &[Signed]) -> Round {
    let before = syncs(pool).await;
    let start = Instant::now();
    let latencies = post_all(served, bodies).await;
    let durable = start.elapsed();
    while waiting(pool).await > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let applied = start.elapsed();
    let mut sorted = latencies;
    sorted.sort();
    Round {
        durable: bodies.len() as f64 / durable.as_secs_f64(),
        applied: bodies.len() as f64 / applied.as_secs_f64(),
        p99: sorted[sorted.len() * 99 / 100],
        syncs: (syncs(pool).await - before) as f64 * 1000.0 / bodies.len() as f64,
    }
}

async fn post_all(served: &Served, bodies: &[Signed]) -> Vec<Duration> {
    let client = reqwest::Client::builder().pool_max_idle_per_host(CONNECTIONS).build().unwrap();
    let (next, bodies) = (Arc::new(AtomicUsize::new(0)), Arc::new(bodies.to_vec()));
    let mut tasks = Vec::new();
    for _ in 0..CONNECTIONS {
        let (client, next, bodies, url) =
            (client.clone(), Arc::clone(&next), Arc::clone(&bodies), format!("{}/webhooks/whatsapp", served.base));
        tasks.push(tokio::spawn(async move {
            let mut latencies = Vec::new();
            while let Some(signed) = bodies.get(next.fetch_add(1, Ordering::Relaxed)) {
                let start = Instant::now();
                let request =
                    client.post(&url).header("x-hub-signature-256", &signed.signature).body(signed.body.clone());
                assert_eq!(request.send().await.unwrap().status(), 200);
                latencies.push(start.elapsed());
            }
            latencies
        }));
    }
    let mut latencies = Vec::new();
    for task in tasks {
        latencies.extend(task.await.unwrap());
    }
    latencies
}

/// The last round's stream once more, shuffled: it must add nothing.
async fn again(served: &Served, pool: &PgPool, mut bodies: Vec<Signed>, report: &mut Report) {
    let rows = "select (select count(*) from message) + (select count(*) from conversation) + (select count(*) from contact) + (select count(*) from identity)";
    let count = || async { sqlx::query_scalar::<_, i64>(rows).fetch_one(pool).await.unwrap() };
    let before = count().await;
    // A fixed permutation: multiplication by a number coprime to the length.
    let n = bodies.len();
    let shuffled: Vec<Signed> = (0..n).map(|i| bodies[(i * 7919 + 13) % n].clone()).collect();
    bodies.clear();
    round(served, pool, &shuffled).await;
    let added = count().await - before;
    report.row("The same stream again, shuffled: rows added", added.to_string(), "0", added == 0);
}

fn bodies(round: usize) -> Vec<Signed> {
    let now = jiff::Timestamp::now().as_second();
    let body = |n: usize| {
        let phone = format!("4470{:08}", n % PEOPLE);
        let message = json!({ "from": phone, "from_user_id": format!("GB.{}", n % PEOPLE), "id": format!("wamid.bench.{round}.{n}"),
            "timestamp": now.to_string(), "type": "text", "text": { "body": format!("Message {n} of round {round}: is the flat still free?") } });
        let contact = json!({ "profile": { "name": format!("Person {}", n % PEOPLE) }, "wa_id": phone, "user_id": format!("GB.{}", n % PEOPLE) });
        let value = json!({ "messaging_product": "whatsapp", "metadata": { "phone_number_id": NUMBER }, "contacts": [contact], "messages": [message] });
        let body = json!({ "object": "whatsapp_business_account", "entry": [{ "id": "1", "changes": [{ "field": "messages", "value": value }] }] }).to_string();
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
        mac.update(body.as_bytes());
        Signed { signature: format!("sha256={}", hex::encode(mac.finalize().into_bytes())), body: body.into() }
    };
    (0..MESSAGES).map(body).collect()
}

async fn waiting(pool: &PgPool) -> i64 {
    sqlx::query_scalar("select count(*) from (select 1 from journal where applied_at is null limit 1) w")
        .fetch_one(pool)
        .await
        .unwrap()
}

async fn syncs(pool: &PgPool) -> i64 {
    sqlx::query_scalar("select wal_sync from pg_stat_wal").fetch_one(pool).await.unwrap()
}

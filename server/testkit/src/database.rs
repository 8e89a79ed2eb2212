//! One database a test, cloned from a migrated template.

use std::str::FromStr as _;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, PgPool};
use uuid::Uuid;

/// A database of this test alone, dropped with it.
pub struct TestDb {
    server: PgConnectOptions,
    name: String,
}

impl TestDb {
    /// Clones the template on the server of `PARLEY_TEST_DATABASE_URL` (a superuser's address). The template is named
    /// after the migrations, so a change of theirs makes a new one.
    pub async fn new() -> Self {
        let url = std::env::var("PARLEY_TEST_DATABASE_URL")
            .expect("PARLEY_TEST_DATABASE_URL names a PostgreSQL for tests; `cargo xtask test` starts one");
        let server = PgConnectOptions::from_str(&url).expect("PARLEY_TEST_DATABASE_URL is an address of a database");
        let mut admin = PgConnection::connect_with(&server).await.expect("the test server answers");
        let template = template(&server, &mut admin).await;
        #[expect(clippy::disallowed_methods, reason = "a name for a throw-away database")]
        let name = format!("parley_test_{}", Uuid::now_v7().simple());
        execute(&mut admin, &format!("create database {name} template {template}")).await;
        admin.close().await.unwrap();
        Self { server, name }
    }

    /// How the migrating user reaches it.
    pub fn options(&self) -> PgConnectOptions {
        self.server.clone().database(&self.name)
    }

    /// The same as an address, for processes.
    pub fn url(&self) -> String {
        let url = std::env::var("PARLEY_TEST_DATABASE_URL").unwrap_or_default();
        let (server, query) =
            url.split_once('?').map_or((url.as_str(), String::new()), |(server, query)| (server, format!("?{query}")));
        let base =
            server.rsplit_once('/').filter(|(before, _)| !before.ends_with('/')).map_or(server, |(before, _)| before);
        format!("{base}/{}{query}", self.name)
    }

    /// A pool of the migrating user, who sees everything: for looking at what really is there.
    pub async fn owner(&self) -> PgPool {
        PgPoolOptions::new().max_connections(3).connect_with(self.options()).await.unwrap()
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        // A thread of its own: the test's runtime may be going away.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                if let Ok(mut admin) = PgConnection::connect_with(&server).await {
                    execute(&mut admin, &format!("drop database if exists {name} with (force)")).await;
                }
            });
        });
        let _ = dropped.join();
    }
}

/// The migrated template, made by whichever test comes first.
async fn template(server: &PgConnectOptions, admin: &mut PgConnection) -> String {
    let name = format!("parley_template_{:016x}", backend::Db::fingerprint());
    // Serialises the tests that find it missing; the number is arbitrary and only ours.
    execute(admin, "select pg_advisory_lock(7263001)").await;
    let there: Option<bool> = sqlx::query_scalar("select datistemplate from pg_database where datname = $1")
        .bind(&name)
        .fetch_optional(&mut *admin)
        .await
        .unwrap();
    if there != Some(true) {
        execute(admin, &format!("drop database if exists {name} with (force)")).await;
        execute(admin, &format!("create database {name}")).await;
        let options = server.clone().database(&name);
        backend::Db::migrate(&options).await.expect("the migrations apply");
        let pool = PgPoolOptions::new().max_connections(2).connect_with(options).await.unwrap();
        backend::jobs::prepare(pool.clone()).await.expect("the job queue's schema applies");
        pool.close().await;
        execute(admin, &format!("alter database {name} is_template true")).await;
    }
    execute(admin, "select pg_advisory_unlock(7263001)").await;
    name
}

async fn execute(admin: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(admin).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

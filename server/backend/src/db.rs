//! The database: how it is reached, and the only door to a workspace's rows.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use domain::{AccountId, Caller, Scope, WorkspaceId};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, PgPool, Postgres, Transaction};

use crate::fault::{Fault, Outcome};

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations");

/// Pools on one database, each in a role that owns nothing (migration 0001).
#[derive(Clone)]
pub struct Db {
    app: PgPool,
    worker: PgPool,
    bells: PgPool,
}

/// How many connections each pool may hold.
#[derive(Clone, Copy, Debug)]
pub struct PoolSizes {
    pub app: u32,
    pub worker: u32,
}

impl Db {
    /// Opens the pools without connecting yet.
    pub fn connect(options: &PgConnectOptions, sizes: PoolSizes) -> Self {
        let pool = |role: &str, size: u32| {
            PgPoolOptions::new()
                .max_connections(size)
                .acquire_timeout(Duration::from_secs(10))
                .idle_timeout(Duration::from_secs(300))
                .connect_lazy_with(options.clone().options([("role", role)]).application_name(role))
        };
        Self {
            app: pool("parley_app", sizes.app),
            worker: pool("parley_worker", sizes.worker),
            bells: pool("parley_worker", 1),
        }
    }

    /// Brings the schema up to this version, as the connecting user.
    pub async fn migrate(options: &PgConnectOptions) -> Result<(), sqlx::migrate::MigrateError> {
        let pool = PgPoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
        let outcome = MIGRATIONS.run(&pool).await;
        pool.close().await;
        outcome
    }

    /// A number that changes with the migrations.
    pub fn fingerprint() -> u64 {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for byte in MIGRATIONS.iter().flat_map(|migration| migration.checksum.iter()) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
        hash
    }

    /// A transaction that sees one workspace. Begin and setting are one round trip.
    pub async fn scoped(&self, workspace: WorkspaceId) -> Outcome<Scoped> {
        scope(&self.app, workspace).await
    }

    /// A transaction that sees what this caller may: their workspace, and in it their scope.
    pub async fn of(&self, caller: &Caller) -> Outcome<Scoped> {
        let (Some(member), Scope::Team | Scope::Own) = (caller.member_id(), caller.scope) else {
            return self.scoped(caller.workspace).await;
        };
        // The only interpolated values are UUIDs and a word of ours.
        let statement = AssertSqlSafe(format!(
            "begin; set local parley.workspace = '{}'; set local parley.member = '{}'; set local parley.scope = '{}'",
            caller.workspace.0,
            member.0,
            caller.scope.as_str(),
        ));
        Ok(Scoped { tx: begin(&self.app, statement).await?, workspace: caller.workspace })
    }

    /// A workspace in the worker's role, for what no member asked for.
    pub async fn worker_scoped(&self, workspace: WorkspaceId) -> Outcome<Scoped> {
        scope(&self.worker, workspace).await
    }

    /// A transaction that sees one person's own rows (migration 0009). Begin and setting are one round trip.
    pub async fn personal(&self, account: AccountId) -> Outcome<Personal> {
        // The only interpolated value is a UUID, whose text has no quote.
        let statement = AssertSqlSafe(format!("begin; set local parley.account = '{}'", account.0));
        Ok(Personal { tx: begin(&self.app, statement).await?, account })
    }

    /// A transaction that sees no workspace and no person: for who is neither yet.
    pub async fn outside(&self) -> Outcome<Transaction<'static, Postgres>> {
        begin(&self.app, AssertSqlSafe("begin".to_owned())).await
    }

    /// For the routing tables and the one-trip page functions, which carry their workspace themselves.
    pub fn app(&self) -> &PgPool {
        &self.app
    }

    /// For the journal and for claims from the outbox.
    pub fn worker(&self) -> &PgPool {
        &self.worker
    }

    /// One connection that waits for what the database rings.
    pub(crate) fn bells(&self) -> &PgPool {
        &self.bells
    }

    pub async fn close(&self) {
        self.bells.close().await;
        self.app.close().await;
        self.worker.close().await;
    }
}

async fn scope(pool: &PgPool, workspace: WorkspaceId) -> Outcome<Scoped> {
    // The only interpolated value is a UUID, whose text has no quote.
    let statement = AssertSqlSafe(format!("begin; set local parley.workspace = '{}'", workspace.0));
    Ok(Scoped { tx: begin(pool, statement).await?, workspace })
}

/// Begins a transaction to its end even if nobody waits for it any more: a request that is dropped in the middle would
/// leave a connection behind whose next user finds itself in a transaction that nobody commits.
async fn begin(pool: &PgPool, statement: AssertSqlSafe<String>) -> Outcome<Transaction<'static, Postgres>> {
    let pool = pool.clone();
    let begun = tokio::spawn(async move { pool.begin_with(statement).await });
    Ok(begun.await.map_err(|_| Fault::internal("beginning a transaction"))??)
}

/// Enters another workspace within a worker's transaction, for batches that span several.
pub async fn enter(tx: &mut Transaction<'static, Postgres>, workspace: WorkspaceId) -> Outcome<()> {
    sqlx::query_scalar!("select set_config('parley.workspace', $1, true)", workspace.0.to_string())
        .fetch_one(&mut **tx)
        .await?;
    Ok(())
}

/// A transaction that sees one person's own rows. Rolls back when dropped.
pub struct Personal {
    tx: Transaction<'static, Postgres>,
    pub account: AccountId,
}

impl Personal {
    pub async fn commit(self) -> Outcome<()> {
        Ok(self.tx.commit().await?)
    }

    /// Sees a workspace too from here on, for what concerns a person's place in it.
    pub async fn enter(&mut self, workspace: WorkspaceId) -> Outcome<()> {
        enter(&mut self.tx, workspace).await
    }
}

impl Deref for Personal {
    type Target = Transaction<'static, Postgres>;
    fn deref(&self) -> &Self::Target {
        &self.tx
    }
}

impl DerefMut for Personal {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.tx
    }
}

/// A transaction inside one workspace. Rolls back when dropped.
pub struct Scoped {
    tx: Transaction<'static, Postgres>,
    pub workspace: WorkspaceId,
}

impl Scoped {
    /// From here on the scope of the caller no longer counts. For what was found within it and may leave it: PostgreSQL
    /// refuses an update whose new row its writer would not see.
    pub async fn leave_scope(&mut self) -> Outcome<()> {
        sqlx::query_scalar!("select set_config('parley.scope', '', true)").fetch_one(&mut *self.tx).await?;
        Ok(())
    }

    pub async fn commit(self) -> Outcome<()> {
        Ok(self.tx.commit().await?)
    }
}

impl Deref for Scoped {
    type Target = Transaction<'static, Postgres>;
    fn deref(&self) -> &Self::Target {
        &self.tx
    }
}

impl DerefMut for Scoped {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.tx
    }
}

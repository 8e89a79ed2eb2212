//! Signing in and out, sessions, API keys, members.

mod sessions;
mod throttle;

use async_trait::async_trait;
use domain::members::{Credentials, Me, MemberRow};
use domain::ports::{self, SessionToken};
use domain::{ApiKeyId, Caller, Error, Permission, Role, WorkspaceId};

use crate::fault::{Fault, Outcome};
use crate::{Core, ids, secret};
use throttle::Throttle;

/// What this port knows of the installation.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// The sandbox is on, so screens offer its phone.
    pub sandbox: bool,
}

/// [`ports::Accounts`] over PostgreSQL.
pub struct AccountsPort {
    core: Core,
    settings: Settings,
    throttle: Throttle,
    cache: sessions::Cache,
}

impl AccountsPort {
    pub fn new(core: Core, settings: Settings) -> Self {
        Self { core, settings, throttle: Throttle::default(), cache: sessions::Cache::default() }
    }

    async fn me(&self, caller: &Caller) -> Outcome<Me> {
        let member = caller.member_id().ok_or(Error::Forbidden)?;
        let mut tx = self.core.db.scoped(caller.workspace).await?;
        let row = sqlx::query!(
            "select m.name, m.email, m.role, m.enter_sends, w.name as workspace_name
             from member m join workspace w on w.workspace_id = m.workspace_id
             where m.workspace_id = $1 and m.id = $2",
            tx.workspace.0,
            member.0,
        )
        .fetch_one(&mut **tx)
        .await?;
        Ok(Me {
            member,
            name: row.name,
            email: row.email,
            workspace: caller.workspace,
            workspace_name: row.workspace_name,
            role: role(&row.role)?,
            enter_sends: row.enter_sends,
            sandbox: self.settings.sandbox,
        })
    }

    async fn members(&self, caller: &Caller) -> Outcome<Vec<MemberRow>> {
        caller.require(Permission::ReadConversations)?;
        let mut tx = self.core.db.scoped(caller.workspace).await?;
        let rows = sqlx::query!(
            "select id, name, role from member where workspace_id = $1 and deactivated_at is null order by name",
            tx.workspace.0,
        )
        .fetch_all(&mut **tx)
        .await?;
        rows.into_iter()
            .map(|row| Ok(MemberRow { id: row.id.into(), name: row.name, role: role(&row.role)? }))
            .collect()
    }

    async fn set_enter_sends(&self, caller: &Caller, enter_sends: bool) -> Outcome<()> {
        let member = caller.member_id().ok_or(Error::Forbidden)?;
        let mut tx = self.core.db.scoped(caller.workspace).await?;
        sqlx::query!(
            "update member set enter_sends = $3 where workspace_id = $1 and id = $2",
            tx.workspace.0,
            member.0,
            enter_sends
        )
        .execute(&mut **tx)
        .await?;
        tx.commit().await
    }

    async fn api_caller(&self, key: &str) -> Outcome<Caller> {
        let row = sqlx::query!(
            "select id, workspace_id, name, scopes from api_key where key_hash = $1 and revoked_at is null",
            secret::hash(key),
        )
        .fetch_optional(self.core.db.app())
        .await?
        .ok_or(Error::Unauthenticated)?;
        let permissions = row.scopes.iter().flat_map(|scope| scope_permissions(scope)).copied().collect();
        Ok(Caller::api_key(row.workspace_id.into(), row.id.into(), row.name, permissions))
    }
}

fn role(word: &str) -> Outcome<Role> {
    Role::parse(word).ok_or_else(|| Fault::internal("a stored role is unknown"))
}

/// Scopes that an API key may have, with what they permit.
pub const SCOPES: &[(&str, &[Permission])] = &[
    ("conversations:read", &[Permission::ReadConversations]),
    ("conversations:write", &[Permission::ReadConversations, Permission::ManageConversations]),
    ("messages:write", &[Permission::ReadConversations, Permission::SendMessages]),
    ("contacts:read", &[Permission::ReadContacts]),
];

fn scope_permissions(scope: &str) -> &'static [Permission] {
    SCOPES.iter().find(|(name, _)| *name == scope).map_or(&[], |(_, permissions)| permissions)
}

/// Makes a key for a workspace and answers its secret, which is shown once and stored only as its hash.
pub async fn create_api_key(core: &Core, workspace: WorkspaceId, name: &str, scopes: &[String]) -> Outcome<String> {
    if let Some(unknown) = scopes.iter().find(|scope| scope_permissions(scope).is_empty()) {
        let known: Vec<&str> = SCOPES.iter().map(|(name, _)| *name).collect();
        return Err(Error::invalid(
            "scope",
            format!("There is no scope “{unknown}”. Scopes are: {}.", known.join(", ")),
        )
        .into());
    }
    let key = format!("parley_{}", secret::token()?);
    let id: ApiKeyId = ids::fresh();
    sqlx::query!(
        "insert into api_key (id, key_hash, workspace_id, name, scopes) values ($1, $2, $3, $4, $5)",
        id.0,
        secret::hash(&key),
        workspace.0,
        name,
        scopes,
    )
    .execute(core.db.app())
    .await?;
    Ok(key)
}

#[async_trait]
impl ports::Accounts for AccountsPort {
    async fn sign_in(&self, credentials: Credentials, from: &str) -> domain::Result<SessionToken> {
        self.throttle.check(&credentials.email, from, self.core.clock.now())?;
        let outcome = sessions::sign_in(&self.core, &credentials).await;
        let succeeded = outcome.is_ok();
        self.throttle.note(&credentials.email, from, succeeded, self.core.clock.now());
        Ok(outcome?)
    }

    async fn sign_out(&self, token: &SessionToken) -> domain::Result<()> {
        self.cache.forget(token);
        Ok(sessions::sign_out(&self.core, token).await?)
    }

    async fn caller(&self, token: &SessionToken) -> domain::Result<Caller> {
        Ok(self.cache.caller(&self.core, token).await?)
    }

    async fn api_caller(&self, key: &str) -> domain::Result<Caller> {
        Ok(self.api_caller(key).await?)
    }

    async fn me(&self, caller: &Caller) -> domain::Result<Me> {
        Ok(self.me(caller).await?)
    }

    async fn members(&self, caller: &Caller) -> domain::Result<Vec<MemberRow>> {
        Ok(self.members(caller).await?)
    }

    async fn set_enter_sends(&self, caller: &Caller, enter_sends: bool) -> domain::Result<()> {
        Ok(self.set_enter_sends(caller, enter_sends).await?)
    }
}

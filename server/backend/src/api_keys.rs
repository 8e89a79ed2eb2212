//! Keys of the REST interface: made, listed, ended, and what each opens now.

use async_trait::async_trait;
use domain::accounts::line;
use domain::api_keys::{ApiKeyForm, ApiKeyRow, KeyState, LIFETIMES, NewApiKey, SCOPES, permitted_by};
use domain::members::Person;
use domain::{ApiKeyId, Caller, Error, FieldErrors, Permission, Scope, Timestamp, WorkspaceId, ports};
use jiff::SignedDuration;
use serde_json::json;

use crate::audit::{self, Act, Action};
use crate::db::Scoped;
use crate::fault::Outcome;
use crate::gate::sql;
use crate::mail::{self, Kind, Outgoing};
use crate::{Core, accounts, ids, secret, team};

/// The last use is noted when the noted one is older than this.
const NOTED: SignedDuration = SignedDuration::from_mins(1);

/// [`ports::ApiKeys`] over PostgreSQL.
pub struct ApiKeysPort {
    core: Core,
}

impl ApiKeysPort {
    pub fn new(core: Core) -> Self {
        Self { core }
    }

    async fn list(&self, caller: &Caller) -> Outcome<Vec<ApiKeyRow>> {
        caller.require(Permission::ManageSecurity)?;
        let mut tx = self.core.db.scoped(caller.workspace).await?;
        let rows = sqlx::query!(
            r#"select k.id, k.name, k.scopes, k.created_at, k.last_used_at, k.expires_at, m.name as "made_by?",
                      coalesce(k.expires_at <= $2, false) as "expired!", m.deactivated_at is not null as "orphaned!"
               from api_key k left join member m on m.workspace_id = k.workspace_id and m.id = k.made_by
               where k.workspace_id = $1 and k.revoked_at is null order by k.created_at desc, k.id desc"#,
            tx.workspace.0,
            sql(self.core.clock.now()),
        )
        .fetch_all(&mut **tx)
        .await?;
        let row = rows.into_iter().map(|row| ApiKeyRow {
            id: row.id.into(),
            name: row.name,
            scopes: row.scopes,
            made_by: row.made_by,
            created_at: row.created_at.to_jiff(),
            last_used_at: row.last_used_at.map(|at| at.to_jiff()),
            expires_at: row.expires_at.map(|at| at.to_jiff()),
            state: match (row.orphaned, row.expired) {
                (true, _) => KeyState::Orphaned,
                (_, true) => KeyState::Expired,
                _ => KeyState::Works,
            },
        });
        Ok(row.collect())
    }

    async fn create(&self, person: &Person, form: &ApiKeyForm) -> Outcome<NewApiKey> {
        let (core, now) = (&self.core, self.core.clock.now());
        let caller = person.caller.as_ref().ok_or(Error::NotFound)?;
        caller.require(Permission::ManageSecurity)?;
        let expires_at = check(caller, form, now)?;
        person.require_fresh_proof(now)?;
        let name = line(&form.name, "name", 60)?;
        let mut tx = core.db.scoped(caller.workspace).await?;
        let new = New { name: &name, scopes: &form.scopes, expires_at, maker: Some(caller) };
        let secret = insert(core, &mut tx, new).await?;
        tx.commit().await?;
        Ok(NewApiKey { name, secret })
    }

    async fn revoke(&self, person: &Person, id: ApiKeyId) -> Outcome<()> {
        let (core, now) = (&self.core, self.core.clock.now());
        let caller = person.caller.as_ref().ok_or(Error::NotFound)?;
        caller.require(Permission::ManageSecurity)?;
        person.require_fresh_proof(now)?;
        let mut tx = core.db.scoped(caller.workspace).await?;
        let name = sqlx::query_scalar!(
            "update api_key set revoked_at = $3 where workspace_id = $1 and id = $2 and revoked_at is null returning name",
            tx.workspace.0,
            id.0,
            sql(now),
        )
        .fetch_optional(&mut **tx)
        .await?
        .ok_or(Error::NotFound)?;
        let act = Act::new(Action::ApiKeyRevoked, id.0).with(json!({ "name": name }));
        audit::write(&mut tx, caller, now, act).await?;
        tx.commit().await
    }
}

/// Nobody gives a key more than they have. Answers the end of its life.
fn check(caller: &Caller, form: &ApiKeyForm, now: Timestamp) -> domain::Result<Option<Timestamp>> {
    let mut errors = FieldErrors::default();
    errors.keep(line(&form.name, "name", 60));
    if form.scopes.is_empty() {
        errors.keep(Err::<(), _>(Error::invalid("scopes", "Choose what the key may do.")));
    }
    errors.keep(known(&form.scopes));
    if !LIFETIMES.contains(&form.days) {
        errors.keep(Err::<(), _>(Error::invalid("days", "Choose how long the key works.")));
    }
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    // A key sees the whole workspace.
    if caller.scope != Scope::All {
        return Err(Error::Forbidden);
    }
    if !form.scopes.iter().flat_map(|scope| permitted_by(scope)).all(|permission| caller.may(*permission)) {
        return Err(Error::Forbidden);
    }
    let life = form.days.map(|days| SignedDuration::from_hours(24 * i64::from(days)));
    Ok(life.and_then(|life| now.checked_add(life).ok()))
}

fn known(scopes: &[String]) -> domain::Result<()> {
    match scopes.iter().find(|scope| permitted_by(scope).is_empty()) {
        None => Ok(()),
        Some(unknown) => {
            let known: Vec<&str> = SCOPES.iter().map(|(name, _)| *name).collect();
            let words = format!("There is no scope “{unknown}”. Scopes are: {}.", known.join(", "));
            Err(Error::invalid("scopes", words))
        }
    }
}

/// A key of a workspace without an end, for the operator's command. Answers its secret.
pub async fn create_for_operator(
    core: &Core,
    workspace: WorkspaceId,
    name: &str,
    scopes: &[String],
) -> Outcome<String> {
    known(scopes)?;
    let mut tx = core.db.scoped(workspace).await?;
    let secret = insert(core, &mut tx, New { name, scopes, expires_at: None, maker: None }).await?;
    tx.commit().await?;
    Ok(secret)
}

struct New<'a> {
    name: &'a str,
    scopes: &'a [String],
    expires_at: Option<Timestamp>,
    /// `None` for the operator.
    maker: Option<&'a Caller>,
}

/// Stores a key's hash, tells the owner and writes it down. Answers the secret, which is known to nobody from then on.
async fn insert(core: &Core, tx: &mut Scoped, new: New<'_>) -> Outcome<String> {
    let (id, now): (ApiKeyId, _) = (ids::fresh(), core.clock.now());
    let secret = format!("parley_{}", secret::token()?);
    sqlx::query!(
        "insert into api_key (id, key_hash, workspace_id, name, scopes, created_at, expires_at, made_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        id.0,
        secret::hash(&secret),
        tx.workspace.0,
        new.name,
        new.scopes,
        sql(now),
        new.expires_at.map(sql) as _,
        new.maker.and_then(Caller::member_id).map(|member| member.0),
    )
    .execute(&mut ***tx)
    .await?;
    tell_owner(core, tx, &new).await?;
    let act = Act::new(Action::ApiKeyMade, id.0)
        .with(json!({ "name": new.name, "scopes": new.scopes, "expires_at": new.expires_at }));
    match new.maker {
        Some(caller) => audit::write(tx, caller, now, act).await?,
        None => audit::append(tx, audit::operator(), now, act).await?,
    }
    Ok(secret)
}

async fn tell_owner(core: &Core, tx: &mut Scoped, new: &New<'_>) -> Outcome<()> {
    let workspace = tx.workspace;
    let Some(owner) = team::owner(tx, workspace).await? else { return Ok(()) };
    let kind = Kind::ApiKeyMade {
        name: owner.name,
        key: new.name.to_owned(),
        maker: new.maker.map(|caller| caller.actor.name().to_owned()),
        workspace: owner.workspace,
        occasion: accounts::occasion(core, None),
        keys: core.page("/settings/api-keys"),
    };
    mail::queue(core, tx, &Outgoing { to: owner.email, language: owner.language, kind }).await
}

/// Who a key speaks for: what its scopes permit, as far as its maker still may.
pub(crate) async fn caller(core: &Core, key: &str) -> Outcome<Caller> {
    let now = core.clock.now();
    let row = sqlx::query!(
        r#"select id as "id!", workspace_id as "workspace_id!", name as "name!", scopes as "scopes!", last_used_at, role, permissions
           from api_key_of($1, $2)"#,
        secret::hash(key),
        sql(now),
    )
    .fetch_optional(core.db.app())
    .await?
    .ok_or(Error::Unauthenticated)?;
    let mut permissions: Vec<Permission> = row.scopes.iter().flat_map(|scope| permitted_by(scope)).copied().collect();
    if let Some(role) = row.role {
        let held = accounts::sessions::held(&role, row.permissions.as_deref())?;
        permissions.retain(|permission| held.contains(permission));
    }
    if row.last_used_at.is_none_or(|at| now.duration_since(at.to_jiff()) >= NOTED) {
        sqlx::query!(
            "update api_key set last_used_at = $2 where id = $1 and (last_used_at is null or last_used_at < $2)",
            row.id,
            sql(now)
        )
        .execute(core.db.app())
        .await?;
    }
    Ok(Caller::api_key(row.workspace_id.into(), row.id.into(), row.name, permissions))
}

#[async_trait]
impl ports::ApiKeys for ApiKeysPort {
    async fn list(&self, caller: &Caller) -> domain::Result<Vec<ApiKeyRow>> {
        Ok(self.list(caller).await?)
    }

    async fn create(&self, person: &Person, form: ApiKeyForm) -> domain::Result<NewApiKey> {
        Ok(self.create(person, &form).await?)
    }

    async fn revoke(&self, person: &Person, id: ApiKeyId) -> domain::Result<()> {
        Ok(self.revoke(person, id).await?)
    }
}

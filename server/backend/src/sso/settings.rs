//! Connecting a provider, changing it and taking it away.

use domain::accounts::line;
use domain::members::Person;
use domain::sso::{self, SsoConnected, SsoForm, SsoFound, SsoPage, domain_of};
use domain::team::RoleChoice;
use domain::{Caller, Error, MemberId, Permission, Role, WorkspaceId};
use serde_json::{Value, json};

use super::{Provider, SECRET, SsoPort, domains, links, provider};
use crate::Core;
use crate::audit::{self, Act, Action};
use crate::db::Scoped;
use crate::fault::{Fault, Outcome};
use crate::gate::sql;
use crate::team::may_give;

pub(super) async fn page(port: &SsoPort, caller: &Caller) -> Outcome<SsoPage> {
    caller.require(Permission::ManageSecurity)?;
    let mut tx = port.core.db.scoped(caller.workspace).await?;
    let connected = match provider(&mut tx, caller.workspace).await? {
        Some(provider) => Some(shown(&mut tx, provider).await?),
        None => None,
    };
    let own_roles = sqlx::query!("select id, name from role where workspace_id = $1 order by name", caller.workspace.0)
        .fetch_all(&mut **tx)
        .await?;
    let own_roles = own_roles
        .into_iter()
        .map(|row| (RoleChoice { role: Role::Custom, custom: Some(row.id.into()) }, row.name))
        .collect();
    Ok(SsoPage { redirect_uri: port.redirect_uri(caller.workspace), connected, own_roles })
}

async fn shown(tx: &mut Scoped, provider: Provider) -> Outcome<SsoConnected> {
    let workspace = tx.workspace;
    Ok(SsoConnected {
        domains: domains(tx, workspace).await?,
        linked: links::count(tx).await?,
        issuer: provider.issuer,
        client_id: provider.client_id,
        admits_new: provider.admits_new,
        role: provider.role,
        counts_two_factors: provider.counts_two_factors,
        required: provider.required,
    })
}

pub(super) async fn check(port: &SsoPort, caller: &Caller, issuer: &str) -> Outcome<SsoFound> {
    caller.require(Permission::ManageSecurity)?;
    let issuer = line(issuer, "issuer", 500)?;
    let found = port.identities.discover(&issuer).await;
    Ok(found.map_err(|problem| Error::invalid("issuer", problem.to_string()))?)
}

/// Who may change single sign-on, having proved who they are.
pub(super) fn administrator<'a>(port: &SsoPort, person: &'a Person) -> Outcome<(&'a Caller, MemberId)> {
    let caller = person.caller.as_ref().ok_or(Error::NotFound)?;
    caller.require(Permission::ManageSecurity)?;
    person.require_fresh_proof(port.core.clock.now())?;
    Ok((caller, caller.member_id().ok_or(Error::Forbidden)?))
}

pub(super) async fn save(port: &SsoPort, person: &Person, form: SsoForm) -> Outcome<()> {
    let (caller, member) = administrator(port, person)?;
    // A provider can say that it sends anybody: whoever chooses it must already be able to do what anybody can.
    if Permission::ALL.iter().any(|permission| !caller.may(*permission)) {
        let why = "A provider can let its administrator in as anybody. Ask somebody whose role may do everything.";
        return Err(Error::invalid("form", why).into());
    }
    let client_id = line(&form.client_id, "client_id", 200)?;
    let wanted = sso::domains(&form.domains)?;
    let found = check(port, caller, &form.issuer).await?;
    let (core, workspace) = (&port.core, caller.workspace);
    let fresh_secret = form.client_secret.trim();
    let sealed = match fresh_secret.is_empty() {
        true => None,
        false => Some(core.vault.seal(core.db.app(), workspace.0, SECRET, workspace.0, fresh_secret.as_bytes()).await?),
    };
    let secret_changed = sealed.is_some();

    let mut tx = core.db.scoped(workspace).await?;
    may_give(&mut tx, caller, form.role).await?;
    let before = provider(&mut tx, workspace).await?;
    let same = before.as_ref().is_some_and(|before| before.issuer == found.issuer && before.client_id == client_id);
    // A stored secret is told to nobody but the provider that it was given for.
    let sealed = sealed.or_else(|| before.as_ref().filter(|_| same).map(|before| before.client_secret.clone()));
    let sealed = sealed.ok_or(Error::invalid("client_secret", "Paste the secret that the provider gave."))?;
    if form.required && !(same && links::count(&mut tx).await? > 0) {
        let why = "Save without this first and let somebody sign in this way. Then nobody is locked out by a mistake.";
        return Err(Error::invalid("required", why).into());
    }
    let described = match before {
        Some(before) => Some(describe(&shown(&mut tx, before).await?)),
        None => None,
    };
    if !same {
        links::forget_all(&mut tx).await?;
    }
    let stored = Provider {
        issuer: found.issuer,
        client_id,
        client_secret: sealed,
        admits_new: form.admits_new,
        role: form.role,
        counts_two_factors: form.counts_two_factors,
        required: form.required,
        connected_by: member,
    };
    store(port, &mut tx, &stored).await?;
    speak_for(&mut tx, person, member, &wanted).await?;
    let mut now_described = describe(&shown(&mut tx, stored).await?);
    if let Value::Object(fields) = &mut now_described {
        fields.insert("new_secret".to_owned(), secret_changed.into());
    }
    let act = match described {
        None => Act::new(Action::SsoConnected, workspace.0).with(now_described),
        Some(before) => Act::new(Action::SsoChanged, workspace.0).changed(before, now_described),
    };
    audit::write(&mut tx, caller, core.clock.now(), act).await?;
    tx.commit().await?;
    core.revoked();
    Ok(())
}

/// For the audit trail: everything but the secret.
fn describe(provider: &SsoConnected) -> Value {
    json!({
        "issuer": provider.issuer,
        "client_id": provider.client_id,
        "domains": provider.domains,
        "admits_new": provider.admits_new,
        "role": provider.role,
        "counts_two_factors": provider.counts_two_factors,
        "required": provider.required,
    })
}

async fn store(port: &SsoPort, tx: &mut Scoped, provider: &Provider) -> Outcome<()> {
    sqlx::query!(
        "insert into sso_provider (workspace_id, issuer, client_id, client_secret, admits_new, role, custom_role_id,
                                   counts_two_factors, required, connected_by, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict (workspace_id) do update
            set issuer = excluded.issuer, client_id = excluded.client_id, client_secret = excluded.client_secret,
                admits_new = excluded.admits_new, role = excluded.role, custom_role_id = excluded.custom_role_id,
                counts_two_factors = excluded.counts_two_factors, required = excluded.required,
                connected_by = excluded.connected_by, changed_at = excluded.changed_at",
        tx.workspace.0,
        provider.issuer,
        provider.client_id,
        provider.client_secret,
        provider.admits_new,
        provider.role.role.as_str(),
        provider.role.custom.map(|role| role.0),
        provider.counts_two_factors,
        provider.required,
        provider.connected_by.0,
        sql(port.core.clock.now()),
    )
    .execute(&mut ***tx)
    .await?;
    Ok(())
}

/// The domains that the workspace speaks for from now on. A new one is that of the own address of whoever adds it, which a
/// mail has proved; the operator's command adds others.
async fn speak_for(tx: &mut Scoped, person: &Person, member: MemberId, wanted: &[String]) -> Outcome<()> {
    let workspace = tx.workspace;
    let spoken_for = domains(tx, workspace).await?;
    sqlx::query!("delete from sso_domain where workspace_id = $1 and domain <> all($2)", workspace.0, wanted)
        .execute(&mut ***tx)
        .await?;
    for domain in wanted.iter().filter(|domain| !spoken_for.contains(domain)) {
        // The address of a session that a provider vouched for is only that provider's word.
        person.require_own_sign_in()?;
        claim(tx, member, domain).await?;
    }
    Ok(())
}

async fn claim(tx: &mut Scoped, member: MemberId, domain: &str) -> Outcome<()> {
    let workspace = tx.workspace;
    let wrong = |why: String| Fault::from(Error::invalid("domains", why));
    let own =
        sqlx::query_scalar!("select email from member where workspace_id = $1 and id = $2", workspace.0, member.0)
            .fetch_one(&mut ***tx)
            .await?;
    if domain_of(&own).as_deref() != Some(domain) {
        let why = format!(
            "Only somebody with an address at {domain} can add it, and yours is not. Whoever runs this installation can add it with parley sso claim."
        );
        return Err(wrong(why));
    }
    let others = sqlx::query_scalar!(r#"select domain_is_anothers($1, $2) as "others!""#, domain, workspace.0)
        .fetch_one(&mut ***tx)
        .await?;
    let taken = || {
        wrong(format!(
            "Another workspace here may speak for {domain}. Whoever runs this installation decides, with parley sso claim."
        ))
    };
    if others {
        return Err(taken());
    }
    sqlx::query!("insert into sso_domain (domain, workspace_id) values ($1, $2)", domain, workspace.0)
        .execute(&mut ***tx)
        .await
        .map_err(|error| match Fault::from(error) {
            fault if fault.constraint() == Some("sso_domain_pkey") => taken(),
            fault => fault,
        })?;
    Ok(())
}

pub(super) async fn remove(port: &SsoPort, person: &Person) -> Outcome<()> {
    let (caller, _) = administrator(port, person)?;
    let core = &port.core;
    let mut tx = core.db.scoped(caller.workspace).await?;
    let before = provider(&mut tx, caller.workspace).await?.ok_or(Error::NotFound)?;
    let described = describe(&shown(&mut tx, before).await?);
    links::forget_all(&mut tx).await?;
    sqlx::query!("delete from sso_provider where workspace_id = $1", caller.workspace.0).execute(&mut **tx).await?;
    audit::write(&mut tx, caller, core.clock.now(), Act::new(Action::SsoRemoved, caller.workspace.0).with(described))
        .await?;
    tx.commit().await?;
    core.revoked();
    Ok(())
}

/// Gives a domain to a workspace's provider, whoever spoke for it before: the operator's decision.
/// It is an act in both workspaces.
pub async fn give_domain(core: &Core, owner: &sqlx::PgPool, workspace: WorkspaceId, domain: &str) -> Outcome<()> {
    let Some(domain) = sso::domains(domain)?.into_iter().next() else { return Err(Error::NotFound.into()) };
    let mut tx = owner.begin().await?;
    let former = sqlx::query_scalar!("select workspace_id from sso_domain where domain = $1 for update", domain)
        .fetch_optional(&mut *tx)
        .await?;
    sqlx::query!(
        "insert into sso_domain (domain, workspace_id) values ($1, $2)
         on conflict (domain) do update set workspace_id = excluded.workspace_id",
        domain,
        workspace.0
    )
    .execute(&mut *tx)
    .await
    .map_err(|error| match Fault::from(error) {
        fault if fault.constraint() == Some("sso_domain_workspace_id_fkey") => Error::NotFound.into(),
        fault => fault,
    })?;
    if former != Some(workspace.0) {
        let lost = former.map(|former| (former, Action::DomainLost));
        let mut acts: Vec<_> = lost.into_iter().chain([(workspace.0, Action::DomainGained)]).collect();
        // In the order that all writers share, because each chain has a lock.
        acts.sort_by_key(|(workspace, _)| *workspace);
        for (workspace, action) in acts {
            let act = Act::new(action, workspace).with(json!({ "domain": domain }));
            audit::write_for_operator(&mut tx, workspace, core.clock.now(), act).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

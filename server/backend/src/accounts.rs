//! Signing up, in and out, sessions, members.

pub(crate) mod passkeys;
pub(crate) mod password;
mod reset;
mod seal;
pub(crate) mod second_factor;
pub(crate) mod sessions;
mod sign_up;
pub(crate) mod throttle;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::accounts::{Origin, PasskeyQuestion, SignUpForm, WorkspaceRow};
use domain::members::{Credentials, Me, MemberRow, Person, Seal};
use domain::ports::{self, SessionToken, SignedIn};
use domain::{AccountId, Caller, Error, Permission, Role, Timestamp, WorkspaceId};
use jiff::SignedDuration;

pub use domain::network::network;

use crate::audit;
use crate::db::Personal;
use crate::fault::{Fault, Outcome};
use crate::gate::sql;
use crate::mail::{self, Kind, Language, Link, Occasion, Outgoing};
use crate::{Core, api_keys, secret};
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
    throttle: Arc<Throttle>,
    cache: sessions::Cache,
}

impl AccountsPort {
    pub(crate) fn new(core: Core, settings: Settings, throttle: Arc<Throttle>) -> Self {
        Self { core, settings, throttle, cache: sessions::Cache::default() }
    }

    /// Unknown address and wrong password take the same path and time.
    async fn sign_in(&self, credentials: &Credentials, origin: &Origin) -> Outcome<SignedIn> {
        let (core, now) = (&self.core, self.core.clock.now());
        self.throttle.check(&credentials.email, &origin.address, now)?;
        let found = find(core, &credentials.email).await?;
        let stored = found.as_ref().and_then(|found| found.password_hash.clone());
        let right = password::verify(&credentials.password, stored.clone()).await?;
        self.throttle.note(&credentials.email, &origin.address, right, now);
        note_try(core, "password", found.as_ref().map(|found| found.account), right, origin);
        let Some(found) = found.filter(|_| right) else {
            return Err(Error::invalid("password", "This email and password do not belong together.").into());
        };
        let mut tx = core.db.personal(found.account).await?;
        if stored.is_some_and(|stored| secret::is_outdated(&stored)) {
            let hash = password::hash_again(&credentials.password).await?;
            sqlx::query!("update account set password_hash = $2 where id = $1", found.account.0, hash)
                .execute(&mut **tx)
                .await?;
        }
        if second_factor::is_on(&mut tx).await? {
            tx.commit().await?;
            return Ok(SignedIn::SecondFactor(second_factor::wait(core, found.account, None).await?));
        }
        let signed_in = sessions::open(core, &mut tx, 1, origin).await?;
        tx.commit().await?;
        Ok(signed_in)
    }

    async fn me(&self, caller: &Caller) -> Outcome<Me> {
        let member = caller.member_id().ok_or(Error::Forbidden)?;
        let mut tx = self.core.db.scoped(caller.workspace).await?;
        let row = sqlx::query!(
            "select m.name, m.email, m.role, m.avatar, m.enter_sends, m.account_id, w.name as workspace_name,
                (select k.phone from connection k where k.workspace_id = m.workspace_id and k.phone is not null
                    order by k.created_at limit 1) as phone,
                exists(select 1 from channel c where c.workspace_id = m.workspace_id and c.connection_id is null
                    and c.state = 'connected') as operators
             from member m join workspace w on w.workspace_id = m.workspace_id
             where m.workspace_id = $1 and m.id = $2",
            tx.workspace.0,
            member.0,
        )
        .fetch_one(&mut **tx)
        .await?;
        let vouched_by = caller.vouched.then_some(caller.workspace);
        let workspaces = workspaces_of(&self.core, row.account_id.into(), vouched_by).await?;
        Ok(Me {
            member,
            name: row.name,
            email: row.email,
            workspace: caller.workspace,
            workspace_name: row.workspace_name,
            role: role(&row.role)?,
            permissions: caller.permissions().to_vec(),
            workspaces,
            picture: row.avatar,
            enter_sends: row.enter_sends,
            vouched: caller.vouched,
            phone: row
                .phone
                .or_else(|| row.operators.unwrap_or(false).then(|| "/sandbox".to_owned()))
                .filter(|_| self.settings.sandbox),
        })
    }

    async fn members(&self, caller: &Caller) -> Outcome<Vec<MemberRow>> {
        caller.require(Permission::ReadConversations)?;
        let mut tx = self.core.db.scoped(caller.workspace).await?;
        let rows = sqlx::query!(
            "select id, name, role, avatar from member where workspace_id = $1 and deactivated_at is null order by name",
            tx.workspace.0,
        )
        .fetch_all(&mut **tx)
        .await?;
        rows.into_iter()
            .map(|row| Ok(MemberRow { id: row.id.into(), name: row.name, role: role(&row.role)?, picture: row.avatar }))
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
}

/// The answer takes this long at least. What there is to do for a known address differs from what there is for an unknown
/// one, and nobody should learn which is which.
const EVEN: Duration = Duration::from_millis(200);

async fn evenly<T>(work: impl Future<Output = T>) -> T {
    tokio::join!(work, tokio::time::sleep(EVEN)).0
}

/// One line in the log for each try at proving who one is (ASVS 5.0, 16.3.1). It names an account by its id alone. A wrong
/// one is an act too.
pub(crate) fn note_try(core: &Core, way: &'static str, account: Option<AccountId>, right: bool, origin: &Origin) {
    let id = account.map(|account| account.to_string()).unwrap_or_default();
    tracing::info!(way, account = id, right, network = network(&origin.address), "somebody proves who they are");
    if let Some(account) = account.filter(|_| !right) {
        audit::note_failure(core, account, way, origin);
    }
}

/// An account by its address.
struct Known {
    account: AccountId,
    password_hash: Option<String>,
    language: Language,
}

async fn find(core: &Core, email: &str) -> Outcome<Option<Known>> {
    let row = sqlx::query!(
        r#"select account_id as "account_id!", password_hash, language as "language!" from account_of($1)"#,
        email.trim()
    )
    .fetch_optional(core.db.app())
    .await?;
    Ok(row.map(|row| Known {
        account: row.account_id.into(),
        password_hash: row.password_hash,
        language: Language::from_tag(&row.language),
    }))
}

async fn name_of(core: &Core, account: AccountId) -> Outcome<String> {
    let mut tx = core.db.personal(account).await?;
    Ok(sqlx::query_scalar!("select name from account where id = $1", account.0).fetch_one(&mut **tx).await?)
}

/// The workspaces of a person. Where else they are is no affair of a provider that vouched for them.
async fn workspaces_of(core: &Core, account: AccountId, vouched_by: Option<WorkspaceId>) -> Outcome<Vec<WorkspaceRow>> {
    let rows = sqlx::query!(
        r#"select workspace_id as "id!", workspace_name as "name!", single_sign_on as "single_sign_on!" from places_of($1)"#,
        account.0
    )
    .fetch_all(core.db.app())
    .await?;
    let rows = rows.into_iter().filter(|row| vouched_by.is_none_or(|here| here.0 == row.id));
    let rows = rows.map(|row| WorkspaceRow { id: row.id.into(), name: row.name, single_sign_on: row.single_sign_on });
    Ok(rows.collect())
}

/// Whom a letter goes to.
pub(crate) struct Letterhead {
    pub name: String,
    pub email: String,
    pub language: Language,
}

pub(crate) async fn letterhead(tx: &mut Personal) -> Outcome<Letterhead> {
    let row = sqlx::query!("select name, email, language from account where id = $1", tx.account.0)
        .fetch_one(&mut ***tx)
        .await?;
    Ok(Letterhead { name: row.name, email: row.email, language: Language::from_tag(&row.language) })
}

/// A fresh link that proves who reads the mailbox: its secret is stored as a hash, and `purpose` says what it is for.
pub(crate) async fn proving_link(
    core: &Core,
    tx: &mut Personal,
    purpose: &str,
    path: &str,
    life: SignedDuration,
) -> Outcome<Link> {
    let token = secret::token()?;
    let link = link(core, path, &token, life);
    sqlx::query!(
        "insert into account_link (token_hash, account_id, purpose, expires_at) values ($1, $2, $3, $4)",
        secret::hash(&token),
        tx.account.0,
        purpose,
        sql(link.until),
    )
    .execute(&mut ***tx)
    .await?;
    Ok(link)
}

/// A link with a secret, and how long it works.
pub(crate) fn link(core: &Core, path: &str, token: &str, life: SignedDuration) -> Link {
    let now = core.clock.now();
    Link { url: core.page(&format!("{path}?link={token}")), until: now.checked_add(life).unwrap_or(now) }
}

/// When and on what something was done.
pub(crate) fn occasion(core: &Core, device: Option<&str>) -> Occasion {
    Occasion { at: core.clock.now(), device: device.map(str::to_owned), network: None }
}

/// The page on which a person looks after their account's safety.
pub(crate) fn security_page(core: &Core) -> String {
    core.page("/settings/security")
}

/// Mails the person something about their account, in the same transaction.
pub(crate) async fn tell(core: &Core, tx: &mut Personal, kind: impl FnOnce(String) -> Kind) -> Outcome<()> {
    let Letterhead { name, email, language } = letterhead(tx).await?;
    mail::queue(core, tx, &Outgoing { to: email, language, kind: kind(name) }).await
}

pub(crate) async fn tell_of_password(core: &Core, tx: &mut Personal, device: Option<&str>) -> Outcome<()> {
    let (occasion, reset) = (occasion(core, device), core.page("/forgot-password"));
    tell(core, tx, |name| Kind::PasswordChanged { name, occasion, reset }).await
}

pub(crate) async fn set_password(tx: &mut Personal, hash: &str, now: Timestamp) -> Outcome<()> {
    sqlx::query!(
        "update account set password_hash = $2, password_changed_at = $3 where id = $1",
        tx.account.0,
        hash,
        sql(now)
    )
    .execute(&mut ***tx)
    .await?;
    Ok(())
}

fn role(word: &str) -> Outcome<Role> {
    Role::parse(word).ok_or_else(|| Fault::internal("a stored role is unknown"))
}

#[async_trait]
impl ports::Accounts for AccountsPort {
    async fn sign_up(&self, form: SignUpForm, origin: &Origin) -> domain::Result<()> {
        Ok(sign_up::sign_up(self, &form, origin).await?)
    }

    async fn confirm_sign_up(&self, link: &str, origin: &Origin) -> domain::Result<SignedIn> {
        Ok(sign_up::confirm(&self.core, link, origin).await?)
    }

    async fn sign_in(&self, credentials: Credentials, origin: &Origin) -> domain::Result<SignedIn> {
        Ok(self.sign_in(&credentials, origin).await?)
    }

    async fn second_factor(&self, waiting: &str, code: &str, origin: &Origin) -> domain::Result<SignedIn> {
        Ok(second_factor::answer(self, waiting, code, origin).await?)
    }

    async fn ask_for_passkey(&self) -> domain::Result<PasskeyQuestion> {
        Ok(passkeys::ask(&self.core).await?)
    }

    async fn sign_in_by_passkey(&self, waiting: &str, answer: &str, origin: &Origin) -> domain::Result<SignedIn> {
        Ok(passkeys::sign_in(self, waiting, answer, origin).await?)
    }

    async fn forgot_password(&self, email: &str, origin: &Origin) -> domain::Result<()> {
        Ok(reset::forgot(self, email, origin).await?)
    }

    async fn reset_link_works(&self, link: &str) -> domain::Result<bool> {
        Ok(reset::works(&self.core, link).await?)
    }

    async fn reset_password(&self, link: &str, password: &str, origin: &Origin) -> domain::Result<()> {
        Ok(reset::reset(&self.core, link, password, origin).await?)
    }

    async fn sign_out(&self, token: &SessionToken) -> domain::Result<()> {
        Ok(sessions::sign_out(&self.core, token).await?)
    }

    async fn person(&self, token: &SessionToken) -> domain::Result<Person> {
        Ok(self.cache.person(&self.core, token).await?)
    }

    async fn caller(&self, token: &SessionToken) -> domain::Result<Caller> {
        let person = self.cache.person(&self.core, token).await?;
        if person.needs_single_sign_on {
            return Err(Error::SingleSignOnNeeded);
        }
        if person.needs_second_factor {
            return Err(Error::SecondFactorNeeded);
        }
        person.caller.ok_or(Error::NotFound)
    }

    async fn api_caller(&self, key: &str) -> domain::Result<Caller> {
        Ok(api_keys::caller(&self.core, key).await?)
    }

    async fn workspaces(&self, person: &Person) -> domain::Result<Vec<WorkspaceRow>> {
        Ok(workspaces_of(&self.core, person.account, person.vouched_by).await?)
    }

    async fn switch(&self, person: &Person, workspace: WorkspaceId) -> domain::Result<SessionToken> {
        Ok(sessions::switch(&self.core, person, workspace).await?)
    }

    async fn me(&self, caller: &Caller) -> domain::Result<Me> {
        Ok(self.me(caller).await?)
    }

    async fn seal(&self, person: &Person) -> domain::Result<Seal> {
        Ok(seal::of(&self.core, person).await?)
    }

    async fn members(&self, caller: &Caller) -> domain::Result<Vec<MemberRow>> {
        Ok(self.members(caller).await?)
    }

    async fn set_enter_sends(&self, caller: &Caller, enter_sends: bool) -> domain::Result<()> {
        Ok(self.set_enter_sends(caller, enter_sends).await?)
    }
}

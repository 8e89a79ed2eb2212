//! Passkeys (WebAuthn): added on the security page, and enough to sign in with.

use domain::accounts::{Origin, PasskeyQuestion, line};
use domain::members::Person;
use domain::ports::SignedIn;
use domain::{AccountId, Error, PasskeyId};
use jiff::SignedDuration;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use webauthn_rs::prelude::{
    DiscoverableAuthentication, DiscoverableKey, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Url, Webauthn, WebauthnBuilder,
};

use super::{AccountsPort, occasion, security_page, sessions, tell};
use crate::audit::{self, Act, Action};
use crate::fault::{Fault, Outcome};
use crate::gate::sql;
use crate::mail::{Kind, PasskeyChange};
use crate::{Core, ids, secret};

const WAIT: SignedDuration = SignedDuration::from_mins(5);
const NEW: &str = "passkey_new";
const SIGN_IN: &str = "passkey_sign_in";

/// The relying party of this installation's address. A passkey belongs to a host name, so there is none for a bare
/// network address.
fn relying_party(core: &Core) -> Outcome<Webauthn> {
    let origin = Url::parse(&core.page("")).map_err(|_| Fault::internal("the public address"))?;
    let host = origin.domain().ok_or(Error::NotFound)?;
    WebauthnBuilder::new(host, &origin)
        .and_then(|builder| builder.rp_name("Parley").build())
        .map_err(|_| Fault::Plain(Error::NotFound))
}

/// Puts a step aside until the authenticator answers.
async fn put_aside(core: &Core, account: Option<AccountId>, kind: &str, state: &impl Serialize) -> Outcome<String> {
    let (token, now) = (secret::token()?, core.clock.now());
    sqlx::query!(
        "insert into challenge (token_hash, account_id, kind, state, expires_at) values ($1, $2, $3, $4, $5)",
        secret::hash(&token),
        account.map(|account| account.0),
        kind,
        serde_json::to_value(state)?,
        sql(now.checked_add(WAIT).unwrap_or(now)),
    )
    .execute(core.db.app())
    .await?;
    Ok(token)
}

/// Takes a step up again, once.
async fn take_up<T: DeserializeOwned>(
    core: &Core,
    waiting: &str,
    account: Option<AccountId>,
    kind: &str,
) -> Outcome<T> {
    let state: Value = sqlx::query_scalar!(
        "delete from challenge where token_hash = $1 and kind = $2 and account_id is not distinct from $3 and expires_at > $4
         returning state",
        secret::hash(waiting),
        kind,
        account.map(|account| account.0),
        sql(core.clock.now()),
    )
    .fetch_optional(core.db.app())
    .await?
    .ok_or(Error::invalid("passkey", "This took too long. Please try again."))?;
    Ok(serde_json::from_value(state)?)
}

fn refused() -> Fault {
    Error::invalid("passkey", "This passkey was not accepted. Please try again.").into()
}

pub(crate) async fn begin(core: &Core, person: &Person) -> Outcome<PasskeyQuestion> {
    person.require_fresh_proof(core.clock.now())?;
    let party = relying_party(core)?;
    let mut tx = core.db.personal(person.account).await?;
    let own = super::letterhead(&mut tx).await?;
    let known = sqlx::query_scalar!("select credential_id from passkey where account_id = $1", person.account.0)
        .fetch_all(&mut **tx)
        .await?;
    drop(tx);
    let (question, state) = party
        .start_passkey_registration(person.account.0, &own.email, &own.name, Some(known))
        .map_err(|_| Fault::internal("a passkey could not be asked for"))?;
    let waiting = put_aside(core, Some(person.account), NEW, &state).await?;
    // Kept by the authenticator with its person, so that signing in needs no address typed.
    let mut options = serde_json::to_value(question.public_key)?;
    if let Some(selection) = options.get_mut("authenticatorSelection").and_then(Value::as_object_mut) {
        selection.insert("residentKey".to_owned(), json!("required"));
        selection.insert("requireResidentKey".to_owned(), json!(true));
    }
    Ok(PasskeyQuestion { waiting, options: options.to_string() })
}

pub(crate) async fn add(core: &Core, person: &Person, waiting: &str, name: &str, answer: &str) -> Outcome<()> {
    let name = line(name, "name", 60)?;
    let state: PasskeyRegistration = take_up(core, waiting, Some(person.account), NEW).await?;
    let answer: RegisterPublicKeyCredential = serde_json::from_str(answer).map_err(|_| refused())?;
    let passkey = relying_party(core)?.finish_passkey_registration(&answer, &state).map_err(|_| refused())?;
    let id: PasskeyId = ids::fresh();
    let mut tx = core.db.personal(person.account).await?;
    sqlx::query!(
        "insert into passkey (account_id, id, credential_id, credential, name, created_at) values ($1, $2, $3, $4, $5, $6)",
        person.account.0,
        id.0,
        passkey.cred_id().as_slice(),
        serde_json::to_value(&passkey)?,
        name,
        sql(core.clock.now()),
    )
    .execute(&mut **tx)
    .await?;
    let (occasion, security) = (occasion(core, Some(&person.origin.device)), security_page(core));
    let details = json!({ "name": name });
    tell(core, &mut tx, |who| Kind::PasskeyChanged {
        name: who,
        change: PasskeyChange::Added,
        passkey: name,
        occasion,
        security,
    })
    .await?;
    let act = Act::own(Action::PasskeyAdded).with(details).by(person);
    audit::write_everywhere(core, &mut tx, act).await?;
    tx.commit().await
}

pub(super) async fn ask(core: &Core) -> Outcome<PasskeyQuestion> {
    let (question, state) = relying_party(core)?
        .start_discoverable_authentication()
        .map_err(|_| Fault::internal("a passkey could not be asked for"))?;
    let waiting = put_aside(core, None, SIGN_IN, &state).await?;
    Ok(PasskeyQuestion { waiting, options: serde_json::to_string(&question.public_key)? })
}

pub(super) async fn sign_in(port: &AccountsPort, waiting: &str, answer: &str, origin: &Origin) -> Outcome<SignedIn> {
    let (core, now) = (&port.core, port.core.clock.now());
    // Which account it is to be is not known before the answer was accepted: what is slowed down is the address, under a
    // name of its own for each, so that nobody slows down anybody else.
    let attempt = format!("passkey:{}", origin.address);
    port.throttle.check(&attempt, &origin.address, now)?;
    let outcome = verified(core, waiting, answer, origin).await;
    port.throttle.note(&attempt, &origin.address, outcome.is_ok(), now);
    super::note_try(core, "passkey", None, outcome.is_ok(), origin);
    outcome
}

async fn verified(core: &Core, waiting: &str, answer: &str, origin: &Origin) -> Outcome<SignedIn> {
    let state: DiscoverableAuthentication = take_up(core, waiting, None, SIGN_IN).await?;
    let answer: PublicKeyCredential = serde_json::from_str(answer).map_err(|_| refused())?;
    let party = relying_party(core)?;
    let (person, credential) = party.identify_discoverable_authentication(&answer).map_err(|_| refused())?;
    let owner = sqlx::query_scalar!("select passkey_owner($1)", credential).fetch_one(core.db.app()).await?;
    let account: AccountId = owner.filter(|owner| *owner == person).ok_or_else(refused)?.into();
    let mut tx = core.db.personal(account).await?;
    let row = sqlx::query!(
        "select id, credential from passkey where account_id = $1 and credential_id = $2 for no key update",
        account.0,
        credential
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or_else(refused)?;
    let mut passkey: Passkey = serde_json::from_value(row.credential)?;
    #[expect(
        deprecated,
        reason = "its successor takes a type that this crate opens under a feature for internals only"
    )]
    let result = party
        .finish_discoverable_authentication(&answer, state, &[DiscoverableKey::from(&passkey)])
        .map_err(|_| refused())?;
    // The counter climbs, where the authenticator has one: a copy of the key is found out.
    passkey.update_credential(&result);
    sqlx::query!(
        "update passkey set credential = $3, last_used_at = $4 where account_id = $1 and id = $2",
        account.0,
        row.id,
        serde_json::to_value(&passkey)?,
        sql(core.clock.now()),
    )
    .execute(&mut **tx)
    .await?;
    let signed_in = sessions::open(core, &mut tx, 2, origin).await?;
    tx.commit().await?;
    Ok(signed_in)
}

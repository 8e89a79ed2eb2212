//! One's own page: who one is, how one proves it, and where one is signed in.

mod address;
pub(crate) mod fields;
mod picture;

use std::sync::Arc;

use async_trait::async_trait;
use domain::accounts::{
    AppSetup, EmailChange, Factors, NewPassword, Origin, PasskeyQuestion, PasskeyRow, Profile, ProfileForm, SessionRow,
    line, optional_line,
};
use domain::members::Person;
use domain::ports::{self, Download, PictureSize, SessionToken};
use domain::{Error, FieldErrors, Language, PasskeyId, SessionId};
use serde_json::{Value, json};

use crate::Core;
use crate::accounts::throttle::Throttle;
use crate::accounts::{self, passkeys, password, second_factor, sessions};
use crate::audit::{self, Act, Action};
use crate::db::Personal;
use crate::fault::{Fault, Outcome};
use crate::mail::{self, Kind, PasskeyChange};
use fields::{currency, phone, time_zone};

/// [`ports::Profile`] over PostgreSQL.
pub struct ProfilePort {
    core: Core,
    throttle: Arc<Throttle>,
}

impl ProfilePort {
    pub(crate) fn new(core: Core, throttle: Arc<Throttle>) -> Self {
        Self { core, throttle }
    }

    async fn read(&self, person: &Person) -> Outcome<Profile> {
        let mut tx = self.core.db.personal(person.account).await?;
        let row = sqlx::query!(
            r#"select a.name, a.email, a.phone, a.job_title, a.bio, a.time_zone, a.currency, a.language,
                      a.avatar_key, c.new_email as "new_email?"
               from account a left join email_change c on c.account_id = a.id and c.expires_at > $2
               where a.id = $1"#,
            person.account.0,
            crate::gate::sql(self.core.clock.now()),
        )
        .fetch_one(&mut **tx)
        .await?;
        Ok(Profile {
            comes_back: mail::is_bounced(&mut tx, &row.email).await?,
            name: row.name,
            email: row.email,
            new_email: row.new_email,
            phone: row.phone.unwrap_or_default(),
            job_title: row.job_title.unwrap_or_default(),
            bio: row.bio.unwrap_or_default(),
            time_zone: row.time_zone,
            currency: row.currency,
            language: row.language,
            picture: row.avatar_key,
        })
    }

    async fn save(&self, person: &Person, form: &ProfileForm) -> Outcome<()> {
        let checked = Checked::parse(form)?;
        let mut tx = self.core.db.personal(person.account).await?;
        let before = sqlx::query!(
            "select name, phone, job_title, bio, time_zone, currency, language from account where id = $1 for no key update",
            person.account.0,
        )
        .fetch_one(&mut **tx)
        .await?;
        sqlx::query!(
            "update account set name = $2, phone = $3, job_title = $4, bio = $5, time_zone = $6, currency = $7, language = $8
             where id = $1",
            person.account.0,
            checked.name,
            checked.phone,
            checked.job_title,
            checked.bio,
            checked.time_zone,
            checked.currency,
            form.language,
        )
        .execute(&mut **tx)
        .await?;
        sqlx::query!("select spread_profile($1)", person.account.0).execute(&mut **tx).await?;
        let changed = [
            ("name", before.name != checked.name),
            ("phone", before.phone != checked.phone),
            ("job_title", before.job_title != checked.job_title),
            ("bio", before.bio != checked.bio),
            ("time_zone", before.time_zone != checked.time_zone),
            ("currency", before.currency != checked.currency),
            ("language", before.language != form.language),
        ];
        let changed: Vec<&str> = changed.into_iter().filter(|(_, changed)| *changed).map(|(field, _)| field).collect();
        if !changed.is_empty() {
            // A workspace shows its members' names and no more: what else they say of themselves is not its to keep.
            let act = Act::own(Action::ProfileSaved).with(json!({ "changed": changed })).by(person);
            let act = act.changed(json!({ "name": before.name }), json!({ "name": checked.name }));
            audit::write_everywhere(&self.core, &mut tx, act).await?;
        }
        tx.commit().await?;
        self.core.revoked();
        Ok(())
    }

    /// Slowed down like a sign-in: whoever has a session only may not find the password out by guessing.
    async fn prove(&self, person: &Person, password: &str, origin: &Origin) -> Outcome<SessionToken> {
        let (account, now) = (person.account.to_string(), self.core.clock.now());
        self.throttle.check(&account, &origin.address, now)?;
        let mut tx = self.core.db.personal(person.account).await?;
        let stored = sqlx::query_scalar!("select password_hash from account where id = $1", person.account.0)
            .fetch_one(&mut **tx)
            .await?;
        // The check takes its time, and no connection should wait for it.
        drop(tx);
        let right = password::verify(password, stored).await?;
        self.throttle.note(&account, &origin.address, right, now);
        accounts::note_try(&self.core, "proof", Some(person.account), right, origin);
        if !right {
            return Err(Error::invalid("password", "This is not your password.").into());
        }
        let mut tx = self.core.db.personal(person.account).await?;
        sessions::proved(&self.core, &mut tx, person.session, 1).await?;
        let token = sessions::renew(&mut tx, person.session, None).await?;
        tx.commit().await?;
        self.core.revoked();
        Ok(token)
    }

    async fn change_password(&self, person: &Person, new: &str) -> Outcome<SessionToken> {
        person.require_fresh_proof(self.core.clock.now())?;
        let new = NewPassword::parse(new, "new_password")?;
        let mut tx = self.core.db.personal(person.account).await?;
        let about = accounts::letterhead(&mut tx).await?;
        let hash = password::hash_new(&new, &[&about.name, &about.email], "new_password").await?;
        accounts::set_password(&mut tx, &hash, self.core.clock.now()).await?;
        sessions::end_all(&mut tx, Some(person.session)).await?;
        let token = sessions::renew(&mut tx, person.session, None).await?;
        accounts::tell_of_password(&self.core, &mut tx, Some(&person.origin.device)).await?;
        self.write(&mut tx, person, Action::PasswordChanged, json!({})).await?;
        tx.commit().await?;
        self.core.revoked();
        Ok(token)
    }

    async fn sessions(&self, person: &Person) -> Outcome<Vec<SessionRow>> {
        let mut tx = self.core.db.personal(person.account).await?;
        let rows = sqlx::query!(
            r#"select s.id, o.device as "device?", o.network as "network?", s.created_at, s.last_seen_at
               from session s left join session_origin o on o.session_id = s.id
               where s.account_id = $1 and s.expires_at > $2 order by s.last_seen_at desc"#,
            person.account.0,
            crate::gate::sql(self.core.clock.now()),
        )
        .fetch_all(&mut **tx)
        .await?;
        let row = rows.into_iter().map(|row| SessionRow {
            id: row.id.into(),
            device: row.device.unwrap_or_default(),
            network: row.network.unwrap_or_default(),
            created_at: row.created_at.to_jiff(),
            last_seen_at: row.last_seen_at.to_jiff(),
            this: row.id == person.session.0,
        });
        Ok(row.collect())
    }

    async fn end_session(&self, person: &Person, session: SessionId) -> Outcome<()> {
        person.require_fresh_proof(self.core.clock.now())?;
        let mut tx = self.core.db.personal(person.account).await?;
        let ended = sqlx::query!("delete from session where account_id = $1 and id = $2", person.account.0, session.0)
            .execute(&mut **tx)
            .await?;
        if ended.rows_affected() == 0 {
            return Err(Error::NotFound.into());
        }
        self.write(&mut tx, person, Action::SessionsEnded, json!({})).await?;
        tx.commit().await?;
        self.core.revoked();
        Ok(())
    }

    async fn end_other_sessions(&self, person: &Person) -> Outcome<()> {
        person.require_fresh_proof(self.core.clock.now())?;
        let mut tx = self.core.db.personal(person.account).await?;
        sessions::end_all(&mut tx, Some(person.session)).await?;
        self.write(&mut tx, person, Action::SessionsEnded, json!({})).await?;
        tx.commit().await?;
        self.core.revoked();
        Ok(())
    }

    async fn factors(&self, person: &Person) -> Outcome<Factors> {
        let mut tx = self.core.db.personal(person.account).await?;
        let password = sqlx::query_scalar!(
            r#"select password_hash is not null as "password!" from account where id = $1"#,
            person.account.0
        )
        .fetch_one(&mut **tx)
        .await?;
        let passkeys = sqlx::query!(
            "select id, name, created_at, last_used_at from passkey where account_id = $1 order by created_at",
            person.account.0
        )
        .fetch_all(&mut **tx)
        .await?;
        let passkeys = passkeys.into_iter().map(|row| PasskeyRow {
            id: row.id.into(),
            name: row.name,
            created_at: row.created_at.to_jiff(),
            last_used_at: row.last_used_at.map(|at| at.to_jiff()),
        });
        Ok(Factors {
            password,
            app: second_factor::is_on(&mut tx).await?,
            recovery_codes: second_factor::recovery_codes_left(&mut tx).await?,
            passkeys: passkeys.collect(),
        })
    }

    async fn remove_passkey(&self, person: &Person, passkey: PasskeyId) -> Outcome<()> {
        person.require_fresh_proof(self.core.clock.now())?;
        let mut tx = self.core.db.personal(person.account).await?;
        let passkey = sqlx::query_scalar!(
            "delete from passkey where account_id = $1 and id = $2 returning name",
            person.account.0,
            passkey.0
        )
        .fetch_optional(&mut **tx)
        .await?
        .ok_or(Error::NotFound)?;
        let occasion = accounts::occasion(&self.core, Some(&person.origin.device));
        let (change, security) = (PasskeyChange::Removed, accounts::security_page(&self.core));
        let details = json!({ "name": passkey });
        accounts::tell(&self.core, &mut tx, |name| Kind::PasskeyChanged { name, change, passkey, occasion, security })
            .await?;
        self.write(&mut tx, person, Action::PasskeyRemoved, details).await?;
        tx.commit().await
    }

    async fn write(&self, tx: &mut Personal, person: &Person, action: Action, details: Value) -> Outcome<()> {
        let act = Act::own(action).with(details).by(person);
        audit::write_everywhere(&self.core, tx, act).await
    }
}

/// A profile's lines, checked.
struct Checked {
    name: String,
    phone: Option<String>,
    job_title: Option<String>,
    bio: Option<String>,
    time_zone: String,
    currency: String,
}

impl Checked {
    fn parse(form: &ProfileForm) -> domain::Result<Self> {
        let mut errors = FieldErrors::default();
        let name = errors.keep(line(&form.name, "name", 80));
        let phone = errors.keep(phone(&form.phone, "phone"));
        let job_title = errors.keep(optional_line(&form.job_title, "job_title", 80));
        let bio = errors.keep(about(&form.bio));
        let time_zone = errors.keep(time_zone(&form.time_zone, "time_zone"));
        let currency = errors.keep(currency(&form.currency, "currency"));
        if Language::parse(&form.language).is_none() {
            errors.keep(Err::<(), _>(Error::invalid("language", "Choose a language of the list.")));
        }
        match (name, phone, job_title, bio, time_zone, currency) {
            (Some(name), Some(phone), Some(job_title), Some(bio), Some(time_zone), Some(currency))
                if errors.is_empty() =>
            {
                Ok(Self { name, phone, job_title, bio, time_zone, currency })
            }
            _ => Err(Error::Invalid(errors)),
        }
    }
}

/// Several lines about oneself.
fn about(text: &str) -> domain::Result<Option<String>> {
    let text = text.trim();
    if text.chars().count() > 500 {
        return Err(Error::invalid("bio", "Use at most 500 characters."));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// All of it is the person's own, so none of it is open to a session that a workspace's provider vouched for.
#[async_trait]
impl ports::Profile for ProfilePort {
    async fn read(&self, person: &Person) -> domain::Result<Profile> {
        person.require_own_sign_in()?;
        Ok(self.read(person).await?)
    }

    async fn save(&self, person: &Person, form: ProfileForm) -> domain::Result<()> {
        person.require_own_sign_in()?;
        Ok(self.save(person, &form).await?)
    }

    async fn set_picture(&self, person: &Person, file: Vec<u8>) -> domain::Result<()> {
        person.require_own_sign_in()?;
        Ok(picture::set(&self.core, person, file).await?)
    }

    async fn remove_picture(&self, person: &Person) -> domain::Result<()> {
        person.require_own_sign_in()?;
        Ok(picture::remove(&self.core, person).await?)
    }

    async fn picture(&self, person: &Person, hash: &str, size: PictureSize) -> domain::Result<Download> {
        Ok(picture::read(&self.core, person, hash, size).await?)
    }

    async fn prove(&self, person: &Person, password: &str, origin: &Origin) -> domain::Result<SessionToken> {
        person.require_own_sign_in()?;
        Ok(self.prove(person, password, origin).await?)
    }

    async fn change_password(&self, person: &Person, password: &str) -> domain::Result<SessionToken> {
        person.require_own_sign_in()?;
        Ok(self.change_password(person, password).await?)
    }

    async fn change_email(&self, person: &Person, email: &str) -> domain::Result<()> {
        person.require_own_sign_in()?;
        Ok(address::begin(&self.core, &self.throttle, person, email).await?)
    }

    async fn email_change(&self, link: &str) -> domain::Result<EmailChange> {
        Ok(address::read(&self.core, link).await?)
    }

    async fn refuse_email_change(&self, link: &str) -> domain::Result<()> {
        Ok(address::refuse(&self.core, link).await?)
    }

    async fn confirm_email_change(&self, link: &str) -> domain::Result<bool> {
        Ok(address::confirm(&self.core, link).await?)
    }

    async fn sessions(&self, person: &Person) -> domain::Result<Vec<SessionRow>> {
        person.require_own_sign_in()?;
        Ok(self.sessions(person).await?)
    }

    async fn end_session(&self, person: &Person, session: SessionId) -> domain::Result<()> {
        person.require_own_sign_in()?;
        Ok(self.end_session(person, session).await?)
    }

    async fn end_other_sessions(&self, person: &Person) -> domain::Result<()> {
        person.require_own_sign_in()?;
        Ok(self.end_other_sessions(person).await?)
    }

    async fn factors(&self, person: &Person) -> domain::Result<Factors> {
        person.require_own_sign_in()?;
        Ok(self.factors(person).await?)
    }

    async fn begin_app(&self, person: &Person) -> domain::Result<AppSetup> {
        person.require_own_sign_in()?;
        Ok(second_factor::begin(&self.core, person).await?)
    }

    async fn confirm_app(&self, person: &Person, code: &str) -> domain::Result<(Vec<String>, SessionToken)> {
        person.require_own_sign_in()?;
        Ok(second_factor::confirm(&self.core, person, code).await?)
    }

    async fn remove_app(&self, person: &Person) -> domain::Result<()> {
        person.require_own_sign_in()?;
        Ok(second_factor::remove(&self.core, person).await?)
    }

    async fn renew_recovery_codes(&self, person: &Person) -> domain::Result<Vec<String>> {
        person.require_own_sign_in()?;
        Ok(second_factor::renew_recovery_codes(&self.core, person).await?)
    }

    async fn begin_passkey(&self, person: &Person) -> domain::Result<PasskeyQuestion> {
        person.require_own_sign_in()?;
        Ok(passkeys::begin(&self.core, person).await?)
    }

    async fn add_passkey(&self, person: &Person, waiting: &str, name: &str, answer: &str) -> domain::Result<()> {
        person.require_own_sign_in()?;
        Ok(passkeys::add(&self.core, person, waiting, name, answer).await?)
    }

    async fn remove_passkey(&self, person: &Person, passkey: PasskeyId) -> domain::Result<()> {
        person.require_own_sign_in()?;
        Ok(self.remove_passkey(person, passkey).await?)
    }
}

/// A taken address is a conflict that only its own person may see; for others the form stays neutral.
fn taken(fault: Fault) -> Fault {
    if fault.constraint() == Some("account_email") { Error::Conflict.into() } else { fault }
}

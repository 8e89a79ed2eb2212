//! Single sign-on: a workspace's own provider vouches for its members (docs/decisions/2026-11-22-single-sign-on.md).
//!
//! Whoever runs a provider can have it say anything, so what it says is good for its own workspace alone: links are the
//! workspace's, and sessions that come of them stand there or nowhere.

mod admit;
mod arrive;
mod depart;
mod links;
mod settings;

use std::sync::Arc;

use async_trait::async_trait;
use domain::accounts::Origin;
use domain::members::Person;
use domain::ports::{self, Arrival, Arrived, Departure};
use domain::sso::{SsoForm, SsoFound, SsoPage, SsoProblem};
use domain::team::RoleChoice;
use domain::{Caller, MemberId, Role, WorkspaceId};
use sqlx::PgConnection;

pub use settings::give_domain;

use crate::Core;
use crate::accounts::throttle::Throttle;
use crate::fault::{Fault, Outcome};
use crate::outbound::{IdentityClient, IdentityProblem, IdentityProvider};

const SECRET: &str = "sso_provider.client_secret";
const KIND: &str = "single_sign_on";

/// [`ports::SingleSignOn`] over PostgreSQL and a provider.
pub struct SsoPort {
    core: Core,
    identities: Arc<dyn IdentityProvider>,
    throttle: Arc<Throttle>,
}

impl SsoPort {
    pub(crate) fn new(core: Core, identities: Arc<dyn IdentityProvider>, throttle: Arc<Throttle>) -> Self {
        Self { core, identities, throttle }
    }

    /// Where people come back to: one address a workspace, so that an answer of one provider cannot be passed off as
    /// another's (RFC 9700, section 4.4).
    fn redirect_uri(&self, workspace: WorkspaceId) -> String {
        self.core.page(&format!("/sso/return/{workspace}"))
    }

    /// As the provider knows us, its secret opened.
    async fn client(&self, workspace: WorkspaceId, provider: &Provider) -> Outcome<IdentityClient> {
        let (pool, vault) = (self.core.db.app(), &self.core.vault);
        let secret = vault.open(pool, workspace.0, SECRET, workspace.0, &provider.client_secret).await?;
        Ok(IdentityClient {
            issuer: provider.issuer.clone(),
            id: provider.client_id.clone(),
            secret: String::from_utf8(secret).map_err(|_| Fault::internal("a stored secret is no text"))?,
            redirect_uri: self.redirect_uri(workspace),
        })
    }
}

/// A connected provider, as stored.
struct Provider {
    issuer: String,
    client_id: String,
    client_secret: Vec<u8>,
    admits_new: bool,
    role: RoleChoice,
    counts_two_factors: bool,
    required: bool,
    connected_by: MemberId,
}

async fn provider(tx: &mut PgConnection, workspace: WorkspaceId) -> Outcome<Option<Provider>> {
    let row = sqlx::query!(
        "select issuer, client_id, client_secret, admits_new, role, custom_role_id, counts_two_factors, required, connected_by
         from sso_provider where workspace_id = $1",
        workspace.0
    )
    .fetch_optional(tx)
    .await?;
    row.map(|row| {
        let role = Role::parse(&row.role).ok_or_else(|| Fault::internal("a stored role is unknown"))?;
        Ok(Provider {
            issuer: row.issuer,
            client_id: row.client_id,
            client_secret: row.client_secret,
            admits_new: row.admits_new,
            role: RoleChoice { role, custom: row.custom_role_id.map(Into::into) },
            counts_two_factors: row.counts_two_factors,
            required: row.required,
            connected_by: row.connected_by.into(),
        })
    })
    .transpose()
}

async fn domains(tx: &mut PgConnection, workspace: WorkspaceId) -> Outcome<Vec<String>> {
    let domains =
        sqlx::query_scalar!("select domain from sso_domain where workspace_id = $1 order by domain", workspace.0)
            .fetch_all(tx)
            .await?;
    Ok(domains)
}

fn told(problem: IdentityProblem) -> SsoProblem {
    tracing::info!(%problem, "single sign-on did not work");
    match problem {
        IdentityProblem::Unreachable(_) => SsoProblem::Unreachable,
        IdentityProblem::NotProved(_) => SsoProblem::NotProved,
    }
}

#[async_trait]
impl ports::SingleSignOn for SsoPort {
    async fn page(&self, caller: &Caller) -> domain::Result<SsoPage> {
        Ok(settings::page(self, caller).await?)
    }

    async fn check(&self, caller: &Caller, issuer: &str) -> domain::Result<SsoFound> {
        Ok(settings::check(self, caller, issuer).await?)
    }

    async fn save(&self, person: &Person, form: SsoForm) -> domain::Result<()> {
        Ok(settings::save(self, person, form).await?)
    }

    async fn remove(&self, person: &Person) -> domain::Result<()> {
        Ok(settings::remove(self, person).await?)
    }

    async fn forget_member(&self, person: &Person, member: MemberId) -> domain::Result<()> {
        Ok(links::forget(self, person, member).await?)
    }

    async fn depart(&self, email: &str, next: &str, origin: &Origin) -> domain::Result<Departure> {
        Ok(depart::depart(self, email, next, origin).await?)
    }

    async fn depart_to(
        &self,
        person: &Person,
        workspace: WorkspaceId,
        next: &str,
        origin: &Origin,
    ) -> domain::Result<Departure> {
        Ok(depart::depart_to(self, person, workspace, next, origin).await?)
    }

    async fn arrive(&self, workspace: WorkspaceId, back: Arrival, origin: &Origin) -> domain::Result<Arrived> {
        Ok(arrive::arrive(self, workspace, back, origin).await?)
    }
}

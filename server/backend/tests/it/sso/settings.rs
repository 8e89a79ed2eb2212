//! Which provider a workspace chooses, who may choose it, and for whom it speaks.

use super::*;

#[tokio::test]
async fn a_workspace_speaks_for_domains_that_are_its_own() {
    let world = connected(form()).await;
    let olive = person(&world, OWNER, OWNERS_PASSWORD).await;
    let with = |domains: &str| SsoForm { domains: domains.into(), ..form() };
    for not_ours in ["theirs.example", "ours.example, theirs.example", "gmail.com", "example", "*.example", ""] {
        let refused = world.ports.sso.save(&olive, with(not_ours)).await;
        assert!(
            matches!(&refused, Err(Error::Invalid(fields)) if fields.get("domains").is_some()),
            "{not_ours}: {refused:?}"
        );
    }
    // Somebody with an address of ours runs a workspace elsewhere: they cannot have what is taken.
    let ada = newcomer(&world, "ada@ours.example").await;
    let business =
        Business { name: "A".into(), time_zone: "UTC".into(), currency: "EUR".into(), ..Business::default() };
    let ada = world.ports.accounts.person(&ada).await.unwrap();
    let ada = world.ports.team.create_workspace(&ada, business).await.unwrap();
    let ada = world.ports.accounts.person(&ada).await.unwrap();
    assert!(matches!(world.ports.sso.save(&ada, form()).await, Err(Error::Invalid(_))));
    world.ports.sso.remove(&olive).await.unwrap();
    assert!(matches!(world.ports.sso.save(&ada, form()).await, Err(Error::Invalid(_))), "nor what may be another's");
    let nowhere = world.ports.sso.depart("x@ours.example", "/", &from("1.1.1.1")).await.unwrap();
    assert!(matches!(nowhere, Departure::Nowhere(SsoProblem::NoProvider)));
}

#[tokio::test]
async fn who_may_not_do_everything_may_not_choose_who_says_who_they_are() {
    let world = world().await;
    let team = &world.ports.team;
    team.save_role(&world.ours.caller, None, "Locksmith", vec![Permission::ManageSecurity]).await.unwrap();
    let role = team.page(&world.ours.caller).await.unwrap().roles[0].id;
    let custom = domain::team::RoleChoice { role: Role::Custom, custom: Some(role) };
    team.set_role(&world.ours.caller, world.ours.agent_id, custom, Scope::All).await.unwrap();
    let adam = person(&world, AGENT, AGENTS_PASSWORD).await;
    let refused = world.ports.sso.save(&adam, form()).await;
    assert!(matches!(&refused, Err(Error::Invalid(fields)) if fields.get("form").is_some()), "{refused:?}");
    save(&world, SsoForm { role: custom, ..form() }).await.unwrap();
    team.set_role(&world.ours.caller, world.ours.agent_id, Role::Agent.into(), Scope::All).await.unwrap();
    assert!(matches!(team.delete_role(&world.ours.caller, role).await, Err(Error::Invalid(_))), "new people need it");
    let adam = person(&world, AGENT, AGENTS_PASSWORD).await;
    assert_eq!(world.ports.sso.save(&adam, form()).await, Err(Error::Forbidden));
    assert_eq!(world.ports.sso.remove(&adam).await, Err(Error::Forbidden));
}

#[tokio::test]
async fn the_secret_is_sealed_told_to_the_provider_it_was_given_for_and_shown_to_nobody() {
    let world = connected(form()).await;
    let stored: Vec<u8> =
        sqlx::query_scalar("select client_secret from sso_provider").fetch_one(&world.owner).await.unwrap();
    let secret = form().client_secret;
    assert!(!stored.windows(secret.len()).any(|part| part == secret.as_bytes()));
    let page = world.ports.sso.page(&world.ours.caller).await.unwrap();
    assert!(!serde_json::to_string(&page).unwrap().contains(&secret));
    let workspace = world.ours.seeded.workspace;
    assert_eq!(page.redirect_uri, format!("{}/sso/return/{workspace}", testkit::PUBLIC_URL));
    session(come(&world, vouch("adam", AGENT)).await);
    let client = world.identities.redeemed().pop().unwrap();
    assert_eq!((client.secret.as_str(), client.redirect_uri), (secret.as_str(), page.redirect_uri));
    let stolen = SsoForm { issuer: "https://evil.example".into(), client_secret: String::new(), ..form() };
    let refused = save(&world, stolen).await;
    assert!(matches!(&refused, Err(Error::Invalid(fields)) if fields.get("client_secret").is_some()), "{refused:?}");
    assert!(!crate::exported(&world.ports, &world.ours.caller).await.unwrap().contains(&secret));
}

#[tokio::test]
async fn another_provider_s_subjects_are_other_people() {
    let world = connected(form()).await;
    let token = session(come(&world, vouch("1", AGENT)).await);
    save(&world, SsoForm { issuer: "https://login2.ours.example".into(), ..form() }).await.unwrap();
    assert_eq!(world.ports.accounts.person(&token).await.err(), Some(Error::Unauthenticated));
    let token = session(come(&world, vouch("1", "nora@ours.example")).await);
    assert_ne!(world.ports.accounts.caller(&token).await.unwrap().member_id(), Some(world.ours.agent_id));
}

#[tokio::test]
async fn an_owner_is_vouched_for_only_by_a_provider_of_their_own_choice() {
    let world = connected(SsoForm { role: Role::Admin.into(), ..form() }).await;
    let owner = session(come(&world, vouch("olive", OWNER)).await);
    assert_eq!(world.ports.accounts.caller(&owner).await.unwrap().member_id(), Some(world.ours.seeded.owner));
    let nora = vouch_at(&world, "nora", "nora@ours.example", SignedDuration::ZERO);
    let token = session(come(&world, nora).await);
    let nora = world.ports.accounts.person(&token).await.unwrap();
    world
        .ports
        .sso
        .save(&nora, SsoForm { client_secret: "mine".into(), role: Role::Admin.into(), ..form() })
        .await
        .unwrap();
    assert_eq!(problem(come(&world, vouch("olive", OWNER)).await), SsoProblem::Owner);
    let olive = person(&world, OWNER, OWNERS_PASSWORD).await;
    let offered = world.ports.accounts.caller(&token).await.unwrap().member_id();
    world.ports.team.offer_ownership(&olive, offered).await.unwrap();
    let owning = world.ports.sso.save(&nora, SsoForm { role: Role::Owner.into(), ..form() }).await;
    assert!(matches!(owning, Err(Error::Invalid(_))), "and nobody is let in as one");
    save(&world, SsoForm { role: Role::Admin.into(), client_secret: String::new(), ..form() }).await.unwrap();
    world.ports.team.accept_ownership(&nora).await.unwrap();
    assert_eq!(
        world.ports.accounts.person(&token).await.err(),
        Some(Error::Unauthenticated),
        "perhaps it was not Nora"
    );
    assert_eq!(problem(come(&world, vouch("nora", "nora@ours.example")).await), SsoProblem::Owner);
}

//! As whom a provider knows members, and forgetting it.

use super::*;

#[tokio::test]
async fn an_administrator_lets_a_member_in_again_whom_the_provider_knows_anew() {
    let world = connected(form()).await;
    let (team, sso, adam) = (&world.ports.team, &world.ports.sso, world.ours.agent_id);
    let linked = async || {
        let page = team.page(&world.ours.caller).await.unwrap();
        page.members.into_iter().find(|member| member.id == adam).unwrap().linked
    };
    assert!(!linked().await);
    let olive = person(&world, OWNER, OWNERS_PASSWORD).await;
    assert_eq!(sso.forget_member(&olive, adam).await, Err(Error::NotFound), "there is nothing to forget");
    let token = session(come(&world, vouch("adam", AGENT)).await);
    assert!(linked().await);
    assert_eq!(problem(come(&world, vouch("adam anew", AGENT)).await), SsoProblem::Taken);
    world.clock.advance(SignedDuration::from_mins(11));
    assert_eq!(sso.forget_member(&olive, adam).await, Err(Error::ProofNeeded));
    let olive = person(&world, OWNER, OWNERS_PASSWORD).await;
    sso.forget_member(&olive, adam).await.unwrap();
    assert!(!linked().await);
    assert_eq!(
        world.ports.accounts.person(&token).await.err(),
        Some(Error::Unauthenticated),
        "what came of it is over"
    );
    // As at first: a verified address of a domain that is spoken for, and nothing less.
    let unverified = Vouched { email_verified: false, ..vouch("adam anew", AGENT) };
    assert_eq!(problem(come(&world, unverified).await), SsoProblem::Address);
    let token = session(come(&world, vouch("adam anew", AGENT)).await);
    assert_eq!(world.ports.accounts.caller(&token).await.unwrap().member_id(), Some(adam));
    assert_eq!(problem(come(&world, vouch("adam", AGENT)).await), SsoProblem::Taken, "the former one is nobody now");
    assert!(actions(&world).await.iter().any(|action| action == "sso.forgotten"));
    world.run_jobs().await;
    let told = world.postbox.taken().iter().filter(|mail| mail.to == AGENT).count();
    assert_eq!(told, 2, "they are told of each new way in");
}

#[tokio::test]
async fn nobody_forgets_the_sign_in_of_who_may_do_more() {
    let world = connected(form()).await;
    session(come(&world, vouch("olive", OWNER)).await);
    let team = &world.ports.team;
    team.save_role(&world.ours.caller, None, "Locksmith", vec![Permission::ManageSecurity]).await.unwrap();
    let role = team.page(&world.ours.caller).await.unwrap().roles[0].id;
    let custom = domain::team::RoleChoice { role: Role::Custom, custom: Some(role) };
    team.set_role(&world.ours.caller, world.ours.agent_id, custom, Scope::All).await.unwrap();
    session(come(&world, vouch("nora", "nora@ours.example")).await);
    let adam = person(&world, AGENT, AGENTS_PASSWORD).await;
    let nora = world.ports.team.page(&world.ours.caller).await.unwrap().members;
    let nora = nora.into_iter().find(|member| member.email == "nora@ours.example").unwrap().id;
    for member in [world.ours.seeded.owner, nora] {
        assert_eq!(world.ports.sso.forget_member(&adam, member).await, Err(Error::Forbidden));
    }
    let olive = person(&world, OWNER, OWNERS_PASSWORD).await;
    world.ports.sso.forget_member(&olive, world.ours.seeded.owner).await.expect("one's own");
}

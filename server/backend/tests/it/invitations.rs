//! How long an invitation holds, and whose it is to change.

use domain::members::Person;
use domain::team::{RoleChoice, Seen};
use domain::{Error, Permission, Role, Scope};
use testkit::World;

use crate::people::{OWNER, PASSWORD, done, from, mailed_link, newcomer, person};
use crate::team::{AGENT, AGENTS_PASSWORD, invitation, invited, told};
use crate::world;

const MIA: &str = "mia@example.com";

/// Our agent, made what the owner says.
async fn promoted(world: &World, role: RoleChoice) -> Person {
    world.ports.team.set_role(&world.ours.caller, world.ours.agent_id, role, Scope::All).await.unwrap();
    person(world, AGENT, AGENTS_PASSWORD).await
}

async fn own_role(world: &World, name: &str, permissions: Vec<Permission>) -> RoleChoice {
    world.ports.team.save_role(&world.ours.caller, None, name, permissions).await.unwrap();
    let roles = world.ports.team.page(&world.ours.caller).await.unwrap().roles;
    let made = roles.into_iter().find(|role| role.name == name).unwrap();
    RoleChoice { role: Role::Custom, custom: Some(made.id) }
}

/// An invitation's link leads nowhere and says why, before and after somebody types their name; the team sees it too.
async fn no_longer_holds(world: &World, link: &str, why: &str) {
    let team = &world.ports.team;
    let told = |refused: Option<Error>| matches!(&refused, Some(Error::Invalid(told)) if told.get("link").is_some());
    assert!(told(team.invitation(link).await.err()), "{why}: said on its page");
    assert!(told(team.accept_as_new(link, "Mia", PASSWORD, &from("5.5.5.5")).await.err()), "{why}");
    assert!(team.page(&world.ours.caller).await.unwrap().invitations[0].lapsed, "{why}: seen by the team");
    assert_eq!(world.count("select count(*) from account where email = 'mia@example.com'").await, 0, "{why}");
}

#[tokio::test]
async fn an_invitation_holds_while_whoever_sent_it_could_still_send_it() {
    let world = world().await;
    let (team, us) = (&world.ports.team, &world.ours.caller);
    let adam = promoted(&world, Role::Admin.into()).await.caller.unwrap();
    team.invite(&adam, invitation(MIA, Role::Admin)).await.unwrap();
    let link = mailed_link(&world, MIA).await;
    assert!(!team.page(us).await.unwrap().invitations[0].lapsed);

    team.set_role(us, world.ours.agent_id, Role::Agent.into(), Scope::All).await.unwrap();
    no_longer_holds(&world, &link, "demoted").await;
    let leads = own_role(&world, "Leads", vec![Permission::ManageTeam]).await;
    team.set_role(us, world.ours.agent_id, leads, Scope::All).await.unwrap();
    no_longer_holds(&world, &link, "a role that can do less").await;
    team.set_role(us, world.ours.agent_id, Role::Admin.into(), Scope::All).await.unwrap();
    assert!(team.invitation(&link).await.is_ok(), "as before");
    team.deactivate(us, world.ours.agent_id, None).await.unwrap();
    no_longer_holds(&world, &link, "deactivated").await;

    let open = team.page(us).await.unwrap().invitations[0].id;
    world.clock.advance(jiff::SignedDuration::from_hours(1));
    team.resend_invitation(us, open).await.unwrap();
    assert!(!team.page(us).await.unwrap().invitations[0].lapsed, "whoever sends it again stands for it");
    let link = mailed_link(&world, MIA).await;
    assert_eq!(team.invitation(&link).await.unwrap().invited_by, "Olive Owner");
    done(team.accept_as_new(&link, "Mia", PASSWORD, &from("5.5.5.5")).await.unwrap());
}

#[tokio::test]
async fn an_invitation_ends_with_the_role_that_allowed_it_and_with_one_that_grew() {
    let world = world().await;
    let (team, us) = (&world.ports.team, &world.ours.caller);
    let both = vec![Permission::ManageTeam, Permission::ReadContacts];
    let leads = own_role(&world, "Leads", both.clone()).await;
    let reader = own_role(&world, "Reader", vec![Permission::ReadContacts]).await;
    let adam = promoted(&world, leads).await.caller.unwrap();
    let form = domain::team::InviteForm { role: reader, ..invitation(MIA, Role::Agent) };
    team.invite(&adam, form).await.unwrap();
    let link = mailed_link(&world, MIA).await;
    assert!(team.invitation(&link).await.is_ok());
    let save = async |role: RoleChoice, version, permissions| {
        let seen = Seen { id: role.custom.unwrap(), version };
        let name = if role == leads { "Leads" } else { "Reader" };
        team.save_role(us, Some(seen), name, permissions).await.unwrap();
    };
    save(leads, 1, vec![Permission::ManageTeam]).await;
    no_longer_holds(&world, &link, "its sender's role shrank").await;
    save(leads, 2, both).await;
    assert!(team.invitation(&link).await.is_ok());
    save(reader, 1, vec![Permission::ReadContacts, Permission::ManageSecurity]).await;
    no_longer_holds(&world, &link, "what it offers grew").await;
}

#[tokio::test]
async fn an_invitation_does_not_outlive_an_account_of_its_address_either() {
    let world = world().await;
    let (team, us) = (&world.ports.team, &world.ours.caller);
    newcomer(&world, MIA).await;
    let adam = promoted(&world, Role::Admin.into()).await.caller.unwrap();
    team.invite(&adam, invitation(MIA, Role::Admin)).await.unwrap();
    let link = mailed_link(&world, MIA).await;
    team.deactivate(us, world.ours.agent_id, None).await.unwrap();
    let mia = person(&world, MIA, PASSWORD).await;
    assert!(matches!(team.accept(&mia, &link).await, Err(Error::Invalid(told)) if told.get("link").is_some()));
    assert_eq!(world.count("select count(*) from member where email = 'mia@example.com'").await, 0);
}

#[tokio::test]
async fn the_owner_is_told_of_who_joins_as_an_admin() {
    let world = world().await;
    let link = invited(&world, MIA, Role::Admin).await;
    done(world.ports.team.accept_as_new(&link, "Mia", PASSWORD, &from("5.5.5.5")).await.unwrap());
    let link = invited(&world, "ned@example.com", Role::Agent).await;
    done(world.ports.team.accept_as_new(&link, "Ned", PASSWORD, &from("5.5.5.5")).await.unwrap());
    world.run_jobs().await;
    assert_eq!(told(&world, "Mia is now an admin of Ours"), [MIA, OWNER]);
    assert!(told(&world, "Ned is now an admin of Ours").is_empty());
}

#[tokio::test]
async fn an_invitation_to_more_than_one_has_is_not_ones_own_to_change() {
    let world = world().await;
    let team = &world.ports.team;
    invited(&world, MIA, Role::Admin).await;
    let less: Vec<Permission> = Permission::ALL.iter().copied().filter(|p| *p != Permission::ManageSecurity).collect();
    let them = world.ours.caller.clone().restricted_to(&less);
    let open = team.page(&them).await.unwrap().invitations[0].id;
    world.clock.advance(jiff::SignedDuration::from_hours(24));
    assert_eq!(team.resend_invitation(&them, open).await, Err(Error::Forbidden));
    assert_eq!(team.revoke_invitation(&them, open).await, Err(Error::Forbidden));
    assert_eq!(team.invite(&them, invitation(MIA, Role::Agent)).await, Err(Error::Forbidden), "nor weakened");
    assert_eq!(team.page(&them).await.unwrap().invitations[0].role, Role::Admin.into());
}

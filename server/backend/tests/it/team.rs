use domain::conversations::ListQuery;
use domain::team::{Business, InviteForm, Offered, OwnershipOffer, RoleChoice, Seen, TeamMember};
use domain::{Error, Permission, Role, Scope};
use jiff::SignedDuration;
use testkit::World;

use crate::people::{OWNER, OWNERS_PASSWORD, PASSWORD, done, from, mailed_link, newcomer, person, sign_in};
use crate::{grace_writes, world};

pub const AGENT: &str = "agent@ours.example";
pub const AGENTS_PASSWORD: &str = "battery staple";

pub fn invitation(email: &str, role: Role) -> InviteForm {
    InviteForm { email: email.into(), role: role.into(), scope: Scope::All }
}

pub async fn invited(world: &World, email: &str, role: Role) -> String {
    world.ports.team.invite(&world.ours.caller, invitation(email, role)).await.unwrap();
    mailed_link(world, email).await
}

#[tokio::test]
async fn somebody_new_comes_in_through_the_mailed_link_once() {
    let world = world().await;
    let (accounts, team) = (&world.ports.accounts, &world.ports.team);
    let link = invited(&world, "mia@example.com", Role::Marketer).await;
    let page = team.invitation(&link).await.unwrap();
    assert_eq!((page.workspace.as_str(), page.invited_by.as_str(), page.known), ("Ours", "Olive Owner", false));
    let origin = from("5.5.5.5");
    let (a, b) = tokio::join!(
        team.accept_as_new(&link, "Mia", PASSWORD, &origin),
        team.accept_as_new(&link, "Mallory", PASSWORD, &origin),
    );
    assert!(a.is_ok() != b.is_ok(), "of two uses at once one wins");
    let token = done(a.or(b).unwrap());
    let caller = accounts.caller(&token).await.unwrap();
    assert!(caller.may(Permission::BulkActions) && !caller.may(Permission::SendMessages));
    assert_eq!(team.invitation(&link).await.err(), Some(Error::NotFound), "an invitation works once");
    world.run_jobs().await;
    assert!(
        world.postbox.last_to("owner@ours.example").text.contains("Mia")
            || world.postbox.last_to("owner@ours.example").text.contains("Mallory")
    );
}

#[tokio::test]
async fn an_invitation_is_for_its_address_and_can_be_taken_back_and_runs_out() {
    let world = world().await;
    let (accounts, team) = (&world.ports.accounts, &world.ports.team);
    let stranger = accounts.person(&newcomer(&world, "eve@example.com").await).await.unwrap();
    let link = invited(&world, "mia@example.com", Role::Agent).await;
    assert!(matches!(team.accept(&stranger, &link).await, Err(Error::Invalid(_))), "mailed to somebody else");
    let id = team.page(&world.ours.caller).await.unwrap().invitations[0].id;
    team.resend_invitation(&world.ours.caller, id).await.unwrap();
    let newer = mailed_link(&world, "mia@example.com").await;
    assert_eq!(team.invitation(&link).await.err(), Some(Error::NotFound), "the newest link counts");
    world.clock.advance(SignedDuration::from_hours(24 * 8));
    assert_eq!(team.invitation(&newer).await.err(), Some(Error::NotFound), "a week");
    team.resend_invitation(&world.ours.caller, id).await.unwrap();
    let last = mailed_link(&world, "mia@example.com").await;
    team.revoke_invitation(&world.ours.caller, id).await.unwrap();
    assert_eq!(team.invitation(&last).await.err(), Some(Error::NotFound), "taken back");
    let known = invited(&world, "eve@example.com", Role::ReadOnly).await;
    assert!(team.invitation(&known).await.unwrap().known);
    let stranger = person(&world, "eve@example.com", PASSWORD).await;
    let token = team.accept(&stranger, &known).await.unwrap();
    assert_eq!(accounts.caller(&token).await.unwrap().workspace, world.ours.seeded.workspace);
    let again = team.invite(&world.ours.caller, invitation("EVE@example.com", Role::Agent)).await;
    assert!(matches!(again, Err(Error::Invalid(_))), "in the team already");
}

#[tokio::test]
async fn nobody_gives_more_than_they_have() {
    let world = world().await;
    let team = &world.ports.team;
    let without: Vec<Permission> =
        Permission::ALL.iter().copied().filter(|p| *p != Permission::ManageSecurity).collect();
    let admin = world.ours.caller.clone().restricted_to(&without);
    assert_eq!(team.invite(&admin, invitation("x@example.com", Role::Admin)).await, Err(Error::Forbidden));
    assert!(matches!(team.invite(&admin, invitation("x@example.com", Role::Owner)).await, Err(Error::Invalid(_))));
    team.save_role(&world.ours.caller, None, "Guard", vec![Permission::ManageSecurity]).await.unwrap();
    let guard = RoleChoice { role: Role::Custom, custom: Some(team.page(&admin).await.unwrap().roles[0].id) };
    let given = team.set_role(&admin, world.ours.agent_id, guard, Scope::All).await;
    assert_eq!(given, Err(Error::Forbidden), "not through a role of the workspace's own either");
    assert_eq!(team.save_role(&admin, None, "Boss", vec![Permission::ManageSecurity]).await, Err(Error::Forbidden));
    let owner = world.ours.seeded.owner;
    let demote = team.set_role(&world.ours.caller, owner, Role::Agent.into(), Scope::All).await;
    assert_eq!(demote, Err(Error::Forbidden), "there is always an owner");
    assert_eq!(team.deactivate(&admin, owner, None).await, Err(Error::Forbidden));
}

#[tokio::test]
async fn a_role_that_can_do_more_than_one_can_is_not_ones_own_to_change() {
    let world = world().await;
    let (team, us) = (&world.ports.team, &world.ours.caller);
    let strong = vec![Permission::ReadContacts, Permission::ManageSecurity];
    team.save_role(us, None, "Guard", strong.clone()).await.unwrap();
    let less: Vec<Permission> = Permission::ALL.iter().copied().filter(|p| *p != Permission::ManageSecurity).collect();
    let them = us.clone().restricted_to(&less);
    let guard = team.page(us).await.unwrap().roles.remove(0);
    let seen = Seen { id: guard.id, version: guard.version };
    let weakened = team.save_role(&them, Some(seen), "Guard", vec![Permission::ReadContacts]).await;
    assert_eq!(weakened, Err(Error::Forbidden));
    assert_eq!(team.delete_role(&them, guard.id).await, Err(Error::Forbidden));
    assert_eq!(team.page(us).await.unwrap().roles, [guard]);
    team.save_role(us, Some(seen), "Guard", vec![Permission::ReadContacts]).await.unwrap();
    team.delete_role(&them, seen.id).await.expect("within their reach now");
}

#[tokio::test]
async fn a_role_of_ones_own_counts_at_once_and_stays_while_it_is_used() {
    let world = world().await;
    let (accounts, team) = (&world.ports.accounts, &world.ports.team);
    let adam = sign_in(&world, "agent@ours.example", "battery staple").await;
    assert!(accounts.caller(&adam).await.unwrap().may(Permission::SendMessages));
    team.save_role(&world.ours.caller, None, "Reader", vec![Permission::ReadConversations]).await.unwrap();
    let taken = team.save_role(&world.ours.caller, None, "reader", vec![Permission::ReadConversations]).await;
    assert!(matches!(taken, Err(Error::Invalid(_))));
    let role = team.page(&world.ours.caller).await.unwrap().roles[0].id;
    let choice = RoleChoice { role: Role::Custom, custom: Some(role) };
    team.set_role(&world.ours.caller, world.ours.agent_id, choice, Scope::Own).await.unwrap();
    let caller = accounts.caller(&adam).await.unwrap();
    assert_eq!((caller.permissions(), caller.scope), (&[Permission::ReadConversations][..], Scope::Own));
    let kept = team.delete_role(&world.ours.caller, role).await;
    assert!(matches!(kept, Err(Error::Invalid(_))), "somebody has it: {kept:?}");
    team.set_role(&world.ours.caller, world.ours.agent_id, Role::Agent.into(), Scope::All).await.unwrap();
    team.delete_role(&world.ours.caller, role).await.unwrap();
    let gone = team.set_role(&world.ours.caller, world.ours.agent_id, choice, Scope::All).await;
    assert!(matches!(gone, Err(Error::Invalid(_))), "a role that is no longer there");
}

#[tokio::test]
async fn who_is_deactivated_is_out_at_once_and_their_work_goes_over() {
    let mut world = world().await;
    grace_writes(&mut world, "w1", "Hello").await;
    let id = world.only_conversation().await;
    world.ports.inbox.assign(&world.ours.caller, id, Some(world.ours.agent_id)).await.unwrap();
    let (accounts, team) = (&world.ports.accounts, &world.ports.team);
    let adam = sign_in(&world, "agent@ours.example", "battery staple").await;
    assert!(accounts.caller(&adam).await.is_ok());
    let neighbour = team.deactivate(&world.ours.caller, world.ours.agent_id, Some(world.theirs.agent_id)).await;
    assert!(matches!(neighbour, Err(Error::Invalid(_))), "nothing goes to another workspace");
    team.deactivate(&world.ours.caller, world.ours.agent_id, Some(world.ours.seeded.owner)).await.unwrap();
    assert_eq!(accounts.caller(&adam).await, Err(Error::NotFound), "in no workspace any more");
    let assignee = world
        .count("select count(*) from conversation c join member m on m.id = c.assignee_id where m.role = 'owner'")
        .await;
    assert_eq!(assignee, 1);
    world.run_jobs().await;
    assert!(world.postbox.last_to("agent@ours.example").text.contains("Ours"));
    assert_eq!(accounts.person(&adam).await.unwrap().ended.as_deref(), Some("Ours"));
    team.reactivate(&world.ours.caller, world.ours.agent_id).await.unwrap();
    world.run_jobs().await;
    assert_eq!(told(&world, "You are back in Ours"), [AGENT]);
    world.clock.advance(jiff::SignedDuration::from_secs(1));
    let back = accounts.caller(&adam).await.expect("in again without signing in");
    assert_eq!(back.member_id(), Some(world.ours.agent_id));
}

#[tokio::test]
async fn what_was_resolved_goes_over_too_and_what_opens_again_is_never_of_somebody_gone() {
    let mut world = world().await;
    grace_writes(&mut world, "w1", "Hello").await;
    let id = world.only_conversation().await;
    let (ports, us) = (world.ports.clone(), world.ours.caller.clone());
    let (adam, olive) = (world.ours.agent_id, world.ours.seeded.owner);
    let assignee = async || ports.inbox.thread(&us, id).await.unwrap().conversation.assignee;
    ports.inbox.assign(&us, id, Some(adam)).await.unwrap();
    ports.inbox.resolve(&us, id).await.unwrap();
    ports.team.deactivate(&us, adam, Some(olive)).await.unwrap();
    assert_eq!(assignee().await, Some(olive));
    // As it was left when only what was open went over.
    sqlx::query("update conversation set assignee_id = $1").bind(adam.0).execute(&world.owner).await.unwrap();
    grace_writes(&mut world, "w2", "Are you there?").await;
    assert_eq!(assignee().await, None);
    let counts = ports.inbox.list(&us, ListQuery::default()).await.unwrap().counts;
    assert_eq!((counts.unassigned, counts.all), (1, 1), "somebody sees it");
    assert_eq!(world.count("select coalesce(sum(open), 0)::bigint from inbox_counter").await, 1);
    sqlx::query("update conversation set assignee_id = $1, status = 'resolved'")
        .bind(adam.0)
        .execute(&world.owner)
        .await
        .unwrap();
    ports.inbox.reopen(&us, id).await.unwrap();
    assert_eq!(assignee().await, None, "nor by hand");
    ports.inbox.assign(&us, id, Some(olive)).await.unwrap();
    ports.inbox.resolve(&us, id).await.unwrap();
    grace_writes(&mut world, "w3", "One more").await;
    assert_eq!(assignee().await, Some(olive), "who is there keeps theirs");
}

#[tokio::test]
async fn a_workspace_goes_over_when_the_other_accepts() {
    let world = world().await;
    let (accounts, team) = (&world.ports.accounts, &world.ports.team);
    assert!(team.leave(&world.ours.caller, true).await.is_err(), "the owner hands over first");
    let olive = person(&world, OWNER, OWNERS_PASSWORD).await;
    let them = person(&world, AGENT, AGENTS_PASSWORD).await;
    assert_eq!(team.accept_ownership(&them).await, Err(Error::NotFound), "nothing was offered");
    assert_eq!(team.ownership_offer(&world.ours.agent).await, Ok(None));
    assert_eq!(team.offer_ownership(&them, Some(world.ours.agent_id)).await, Err(Error::Forbidden));
    world.clock.advance(SignedDuration::from_mins(11));
    assert_eq!(team.offer_ownership(&olive, Some(world.ours.agent_id)).await, Err(Error::ProofNeeded));
    let olive = person(&world, OWNER, OWNERS_PASSWORD).await;
    team.offer_ownership(&olive, Some(world.ours.agent_id)).await.unwrap();
    let offer = OwnershipOffer { owner: "Olive Owner".into(), workspace: "Ours".into() };
    assert_eq!(team.ownership_offer(&world.ours.agent).await, Ok(Some(offer)), "to whom it was offered");
    assert_eq!(team.ownership_offer(&world.ours.caller).await, Ok(None), "and to nobody else");
    world.run_jobs().await;
    assert!(world.postbox.last_to(AGENT).text.contains("/settings/profile"), "a page that they may open");
    assert_eq!(team.accept_ownership(&them).await, Err(Error::ProofNeeded));
    let them = person(&world, AGENT, AGENTS_PASSWORD).await;
    let adam = sign_in(&world, "agent@ours.example", "battery staple").await;
    assert!(!accounts.caller(&adam).await.unwrap().may(Permission::ManageSecurity), "until it is accepted");
    team.accept_ownership(&them).await.unwrap();
    assert!(accounts.caller(&adam).await.unwrap().may(Permission::ManageSecurity));
    assert_eq!(world.count("select count(*) from member where role = 'owner'").await, 2, "one a workspace");
    let olive = person(&world, "owner@ours.example", "correct horse").await.caller.unwrap();
    team.leave(&olive, true).await.unwrap();
}

#[tokio::test]
async fn a_team_has_members_of_its_workspace_only() {
    let world = world().await;
    let team = &world.ports.team;
    let people = vec![world.ours.agent_id, world.theirs.agent_id];
    let refused = team.save_team(&world.ours.caller, None, "Lettings", people).await;
    assert!(matches!(&refused, Err(Error::Invalid(fields)) if fields.get("members").is_some()), "{refused:?}");
    assert!(team.page(&world.ours.caller).await.unwrap().teams.is_empty(), "nor half of it");
    team.save_team(&world.ours.caller, None, "Lettings", vec![world.ours.agent_id]).await.unwrap();
    let page = team.page(&world.ours.caller).await.unwrap();
    let members: Vec<_> = page.members.iter().filter(|member| member.teams == [page.teams[0].id]).collect();
    assert_eq!(members.iter().map(|member| member.id).collect::<Vec<_>>(), [world.ours.agent_id]);
    team.delete_team(&world.ours.caller, page.teams[0].id).await.unwrap();
    assert!(team.page(&world.ours.caller).await.unwrap().teams.is_empty());
}

#[tokio::test]
async fn who_is_deactivated_goes_on_in_another_workspace_of_theirs() {
    let world = world().await;
    let (accounts, team) = (&world.ports.accounts, &world.ports.team);
    let here = sign_in(&world, "agent@ours.example", "battery staple").await;
    let link = {
        team.invite(&world.theirs.caller, invitation("agent@ours.example", Role::ReadOnly)).await.unwrap();
        mailed_link(&world, "agent@ours.example").await
    };
    let adam = accounts.person(&here).await.unwrap();
    let there = team.accept(&adam, &link).await.unwrap();
    let adam = person(&world, "agent@ours.example", "battery staple").await;
    let here = accounts.switch(&adam, world.ours.seeded.workspace).await.unwrap();
    let stands = async |token| accounts.caller(token).await.map(|caller| caller.workspace);
    assert_eq!(stands(&here).await, Ok(world.ours.seeded.workspace));
    assert_eq!(stands(&there).await, Ok(world.theirs.seeded.workspace));
    team.deactivate(&world.ours.caller, world.ours.agent_id, None).await.unwrap();
    assert_eq!(stands(&here).await, Ok(world.theirs.seeded.workspace), "at once, without signing in again");
    assert!(!accounts.caller(&here).await.unwrap().may(Permission::SendMessages), "as what they are there");
    assert_eq!(stands(&there).await, Ok(world.theirs.seeded.workspace));
    let member = team.page(&world.theirs.caller).await.unwrap().members.into_iter().find(|m| m.email.contains("ours"));
    team.deactivate(&world.theirs.caller, member.unwrap().id, None).await.unwrap();
    for token in [&here, &there] {
        assert_eq!(stands(token).await, Err(Error::NotFound), "nowhere is left");
    }
}

#[tokio::test]
async fn sessions_of_a_member_end_here_and_nowhere_else() {
    let world = world().await;
    let (accounts, team) = (&world.ports.accounts, &world.ports.team);
    team.invite(&world.theirs.caller, invitation("agent@ours.example", Role::ReadOnly)).await.unwrap();
    let link = mailed_link(&world, "agent@ours.example").await;
    let adam = person(&world, "agent@ours.example", "battery staple").await;
    let there = team.accept(&adam, &link).await.unwrap();
    let mut here = Vec::new();
    for _ in 0..2 {
        let adam = person(&world, "agent@ours.example", "battery staple").await;
        here.push(accounts.switch(&adam, world.ours.seeded.workspace).await.unwrap());
    }
    let adam = accounts.person(&here[0]).await.unwrap();
    let olive = person(&world, "owner@ours.example", "correct horse").await;
    let owner = world.ours.seeded.owner;
    assert_eq!(team.sign_out_member(&adam, owner).await, Err(Error::Forbidden), "an agent ends nobody's");
    team.sign_out_member(&olive, world.ours.agent_id).await.unwrap();
    for token in &here {
        assert_eq!(accounts.person(token).await, Err(Error::Unauthenticated), "at once, each of them");
    }
    assert_eq!(accounts.caller(&there).await.unwrap().workspace, world.theirs.seeded.workspace, "not ours to end");
    assert_eq!(world.count("select count(*) from audit_event where action = 'member.signed_out'").await, 1);
    world.run_jobs().await;
    assert_eq!(told(&world, "You were signed out of Ours"), ["agent@ours.example"]);
    sign_in(&world, "agent@ours.example", "battery staple").await;
}

#[tokio::test]
async fn a_session_that_stands_elsewhere_comes_in_again_by_a_new_proof_only() {
    let world = world().await;
    let (accounts, team, ours) = (&world.ports.accounts, &world.ports.team, world.ours.seeded.workspace);
    team.invite(&world.theirs.caller, invitation(AGENT, Role::ReadOnly)).await.unwrap();
    let link = mailed_link(&world, AGENT).await;
    let adam = person(&world, AGENT, AGENTS_PASSWORD).await;
    let there = team.accept(&adam, &link).await.unwrap();
    world.clock.advance(SignedDuration::from_secs(1));
    let olive = person(&world, OWNER, OWNERS_PASSWORD).await;
    team.sign_out_member(&olive, world.ours.agent_id).await.unwrap();
    let adam = accounts.person(&there).await.expect("theirs is not ours to end");
    let back = accounts.switch(&adam, ours).await;
    assert!(matches!(&back, Err(Error::Invalid(told)) if told.get("workspace").is_some()), "{back:?}");

    let there = world.ports.profile.prove(&adam, AGENTS_PASSWORD, &from("1.1.1.1")).await.unwrap();
    let adam = accounts.person(&there).await.unwrap();
    let here = accounts.switch(&adam, ours).await.unwrap();
    assert_eq!(accounts.caller(&here).await.unwrap().workspace, ours, "proved anew");

    let adam = person(&world, AGENT, AGENTS_PASSWORD).await;
    let there = accounts.switch(&adam, world.theirs.seeded.workspace).await.unwrap();
    world.clock.advance(SignedDuration::from_secs(1));
    team.sign_out_member(&olive, world.ours.agent_id).await.unwrap();
    let people = team.page(&world.theirs.caller).await.unwrap().members;
    let there_too = people.into_iter().find(|member| member.email == AGENT).unwrap();
    team.deactivate(&world.theirs.caller, there_too.id, None).await.unwrap();
    let left = accounts.person(&there).await;
    assert_eq!(left, Err(Error::Unauthenticated), "nor does it go on here when it has no other place");
    let again = sign_in(&world, AGENT, AGENTS_PASSWORD).await;
    assert_eq!(accounts.caller(&again).await.unwrap().workspace, ours);
}

#[tokio::test]
async fn the_owners_sessions_are_the_owners_to_end() {
    let world = world().await;
    let (accounts, team) = (&world.ports.accounts, &world.ports.team);
    let owner = world.ours.seeded.owner;
    let mut olive = sign_in(&world, "owner@ours.example", "correct horse").await;
    team.set_role(&world.ours.caller, world.ours.agent_id, Role::Admin.into(), Scope::All).await.unwrap();
    let adam = person(&world, "agent@ours.example", "battery staple").await;
    assert_eq!(team.sign_out_member(&adam, owner).await, Err(Error::Forbidden), "not even an admin's");
    let fresh = accounts.person(&olive).await.unwrap();
    world.clock.advance(SignedDuration::from_mins(11));
    assert_eq!(team.sign_out_member(&fresh, world.ours.agent_id).await, Err(Error::ProofNeeded));
    olive = sign_in(&world, "owner@ours.example", "correct horse").await;
    team.sign_out_member(&accounts.person(&olive).await.unwrap(), owner).await.unwrap();
    assert_eq!(accounts.person(&olive).await, Err(Error::Unauthenticated));
}

/// To whom a mail with this subject went.
pub fn told(world: &World, subject: &str) -> Vec<String> {
    let mut told: Vec<String> =
        world.postbox.taken().iter().filter(|mail| mail.subject == subject).map(|mail| mail.to.clone()).collect();
    told.sort();
    told
}

#[tokio::test]
async fn owners_are_told_of_new_power() {
    let world = world().await;
    let team = &world.ports.team;
    let both = ["agent@ours.example", "owner@ours.example"];
    for _ in 0..2 {
        team.set_role(&world.ours.caller, world.ours.agent_id, Role::Admin.into(), Scope::All).await.unwrap();
    }
    world.run_jobs().await;
    assert_eq!(told(&world, "Adam Agent is now an admin of Ours"), both, "once each, as the second changed nothing");
    team.set_role(&world.ours.caller, world.ours.agent_id, Role::Agent.into(), Scope::All).await.unwrap();
    let (olive, adam) = (person(&world, OWNER, OWNERS_PASSWORD).await, person(&world, AGENT, AGENTS_PASSWORD).await);
    team.offer_ownership(&olive, Some(world.ours.agent_id)).await.unwrap();
    team.accept_ownership(&adam).await.unwrap();
    world.run_jobs().await;
    assert_eq!(told(&world, "Adam Agent is now the owner of Ours"), both);
    backend::team::tell_of_master_key(&world.core, &world.owner).await.unwrap();
    world.run_jobs().await;
    assert_eq!(told(&world, "The master key was replaced"), ["agent@ours.example", "owner@theirs.example"]);
}

/// How the team's page shows somebody.
async fn listed(world: &World, email: &str) -> TeamMember {
    let members = world.ports.team.page(&world.ours.caller).await.unwrap().members;
    members.into_iter().find(|member| member.email == email).unwrap()
}

#[tokio::test]
async fn who_left_comes_back_by_invitation_only() {
    let world = world().await;
    let (accounts, team) = (&world.ports.accounts, &world.ports.team);
    let adam = person(&world, AGENT, AGENTS_PASSWORD).await;
    let unsure = team.leave(adam.caller.as_ref().unwrap(), false).await;
    assert!(matches!(&unsure, Err(Error::Invalid(told)) if told.get("sure").is_some()), "{unsure:?}");
    assert!(!listed(&world, AGENT).await.left, "nobody leaves by a slip");
    team.leave(adam.caller.as_ref().unwrap(), true).await.unwrap();
    let gone = listed(&world, AGENT).await;
    assert!(gone.left && gone.deactivated_at.is_some());
    let refused = team.reactivate(&world.ours.caller, gone.id).await;
    assert!(
        matches!(&refused, Err(Error::Invalid(told)) if told.get("member").unwrap().contains("Invite")),
        "{refused:?}"
    );
    assert!(listed(&world, AGENT).await.deactivated_at.is_some(), "nobody is taken back unasked");
    let link = invited(&world, AGENT, Role::Agent).await;
    let adam = person(&world, AGENT, AGENTS_PASSWORD).await;
    let token = team.accept(&adam, &link).await.unwrap();
    assert_eq!(accounts.caller(&token).await.unwrap().member_id(), Some(gone.id));
    assert!(!listed(&world, AGENT).await.left);
    team.deactivate(&world.ours.caller, gone.id, None).await.unwrap();
    assert!(!listed(&world, AGENT).await.left, "this time it was not their choice");
    team.reactivate(&world.ours.caller, gone.id).await.unwrap();
}

#[tokio::test]
async fn of_two_changes_of_one_role_or_team_the_second_is_refused() {
    let world = world().await;
    let (team, us) = (&world.ports.team, &world.ours.caller);
    let read = || vec![Permission::ReadConversations];
    team.save_role(us, None, "Night desk", read()).await.unwrap();
    team.save_team(us, None, "Lettings", vec![]).await.unwrap();
    let page = team.page(us).await.unwrap();
    let role = Seen { id: page.roles[0].id, version: page.roles[0].version };
    let group = Seen { id: page.teams[0].id, version: page.teams[0].version };
    team.save_role(us, Some(role), "Late desk", read()).await.unwrap();
    assert_eq!(team.save_role(us, Some(role), "Early desk", read()).await, Err(Error::Conflict));
    team.save_team(us, Some(group), "Sales", vec![world.ours.agent_id]).await.unwrap();
    assert_eq!(team.save_team(us, Some(group), "Lettings", vec![]).await, Err(Error::Conflict));
    let page = team.page(us).await.unwrap();
    assert_eq!((page.roles[0].name.as_str(), page.teams[0].name.as_str()), ("Late desk", "Sales"), "the first stays");
    assert!(page.members.iter().any(|member| member.teams == [group.id]), "with its members");
    let newer = Seen { version: page.roles[0].version, ..role };
    team.save_role(us, Some(newer), "Early desk", read()).await.unwrap();
}

#[tokio::test]
async fn of_two_changes_of_the_business_the_second_is_refused() {
    let world = world().await;
    let (team, us) = (&world.ports.team, &world.ours.caller);
    let seen = team.business(us).await.unwrap();
    let named = |name: &str| Business { name: name.into(), ..seen.business.clone() };
    team.save_business(us, seen.version, named("Hill & Harbour")).await.unwrap();
    assert_eq!(team.save_business(us, seen.version, named("Harbour")).await, Err(Error::Conflict));
    let now = team.business(us).await.unwrap();
    assert_eq!(now.business.name, "Hill & Harbour");
    team.save_business(us, now.version, named("Harbour")).await.unwrap();
}

#[tokio::test]
async fn a_role_of_ones_own_has_a_name_of_its_own_and_opens_something() {
    let world = world().await;
    let (team, us) = (&world.ports.team, &world.ours.caller);
    for (name, permissions, field) in [
        ("owner", vec![Permission::ReadContacts], "name"),
        ("Read only", vec![Permission::ReadContacts], "name"),
        ("Night desk", vec![], "permissions"),
    ] {
        let refused = team.save_role(us, None, name, permissions).await;
        assert!(matches!(&refused, Err(Error::Invalid(told)) if told.get(field).is_some()), "{name}: {refused:?}");
    }
    assert!(team.page(us).await.unwrap().roles.is_empty());
}

#[tokio::test]
async fn who_invites_again_is_told_what_the_invitation_offers_now() {
    let world = world().await;
    let (team, us) = (&world.ports.team, &world.ours.caller);
    let first = team.invite(us, invitation("mia@example.com", Role::Agent)).await.unwrap();
    assert_eq!((first.email.as_str(), first.changed), ("mia@example.com", None));
    world.clock.advance(SignedDuration::from_hours(24));
    assert_eq!(team.invite(us, invitation("mia@example.com", Role::Agent)).await.unwrap().changed, None);
    world.clock.advance(SignedDuration::from_hours(24));
    let again = team.invite(us, invitation("MIA@example.com", Role::Manager)).await.unwrap();
    assert_eq!(again.changed, Some(Offered { role: Role::Manager, own_role: None, scope: Scope::All }));
    team.save_role(us, None, "Night desk", vec![Permission::ReadConversations]).await.unwrap();
    let own = RoleChoice { role: Role::Custom, custom: Some(team.page(us).await.unwrap().roles[0].id) };
    world.clock.advance(SignedDuration::from_hours(24));
    let own = team.invite(us, InviteForm { role: own, ..invitation("mia@example.com", Role::Agent) }).await.unwrap();
    assert_eq!(own.changed.and_then(|offer| offer.own_role).as_deref(), Some("Night desk"));
    assert_eq!(team.page(us).await.unwrap().invitations.len(), 1);
}

#[tokio::test]
async fn who_was_here_is_known_to_have_been_wherever_their_session_stands_now() {
    let world = world().await;
    let accounts = &world.ports.accounts;
    assert_eq!(listed(&world, AGENT).await.last_seen_at, None);
    let token = sign_in(&world, AGENT, AGENTS_PASSWORD).await;
    let adam = accounts.person(&token).await.unwrap();
    let seen = listed(&world, AGENT).await.last_seen_at.unwrap();
    let business = domain::team::Business {
        name: "Adam’s".into(),
        time_zone: "UTC".into(),
        currency: "EUR".into(),
        ..domain::team::Business::default()
    };
    let there = world.ports.team.create_workspace(&adam, business).await.unwrap();
    world.clock.advance(SignedDuration::from_mins(10));
    accounts.person(&there).await.unwrap();
    assert_eq!(listed(&world, AGENT).await.last_seen_at, Some(seen), "here, not where they are now");
    accounts.sign_out(&there).await.unwrap();
    assert_eq!(listed(&world, AGENT).await.last_seen_at, Some(seen), "nor does it end with the session");
}

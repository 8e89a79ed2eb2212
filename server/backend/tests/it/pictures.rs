use std::sync::Arc;

use domain::members::Person;
use domain::ports::PictureSize::{Large, Small};
use domain::ports::SessionToken;
use domain::team::{Business, InviteForm};
use domain::{Error, Role, Scope};
use testkit::World;

use crate::people::{OWNER, OWNERS_PASSWORD, PASSWORD, mailed_link, newcomer, person};
use crate::world;

/// A PNG of eight red pixels by eight.
pub const PICTURE: &[u8] = include_bytes!("pictures/red.png");
const OTHER: &[u8] = include_bytes!("pictures/blue.png");

async fn with_picture(world: &World) -> (Person, String) {
    let olive = person(world, OWNER, OWNERS_PASSWORD).await;
    world.ports.profile.set_picture(&olive, PICTURE.to_vec()).await.unwrap();
    let hash = world.ports.profile.read(&olive).await.unwrap().picture.unwrap();
    (olive, hash)
}

#[tokio::test]
async fn a_picture_is_shown_to_colleagues_and_to_nobody_else() {
    let world = world().await;
    let (olive, hash) = with_picture(&world).await;
    let profile = &world.ports.profile;
    let adam = person(&world, "agent@ours.example", "battery staple").await;
    let (large, small) =
        (profile.picture(&adam, &hash, Large).await.unwrap(), profile.picture(&adam, &hash, Small).await.unwrap());
    assert_eq!((large.mime.as_str(), &large.bytes[..2]), ("image/jpeg", &[0xff, 0xd8][..]));
    assert!(small.bytes != large.bytes && !small.bytes.is_empty());
    let members = world.ports.accounts.members(&world.ours.agent).await.unwrap();
    assert_eq!(members.iter().filter(|member| member.picture.as_deref() == Some(&hash)).count(), 1);
    assert_eq!(world.ports.accounts.me(&world.ours.caller).await.unwrap().picture.as_ref(), Some(&hash));
    let team = world.ports.team.page(&world.ours.caller).await.unwrap();
    assert!(team.members.iter().any(|member| member.picture.as_deref() == Some(&hash)));

    let neighbour = person(&world, "owner@theirs.example", OWNERS_PASSWORD).await;
    assert_eq!(profile.picture(&neighbour, &hash, Small).await.err(), Some(Error::NotFound), "of another workspace");
    let nowhere = world.ports.accounts.person(&newcomer(&world, "ada@example.com").await).await.unwrap();
    assert_eq!(profile.picture(&nowhere, &hash, Small).await.err(), Some(Error::NotFound), "of no workspace");
    profile.set_picture(&nowhere, OTHER.to_vec()).await.unwrap();
    let own = profile.read(&nowhere).await.unwrap().picture.unwrap();
    assert_ne!(own, hash);
    profile.picture(&nowhere, &own, Small).await.unwrap();
    assert_eq!(profile.picture(&olive, &own, Small).await.err(), Some(Error::NotFound));
    // The very same picture of somebody else opens none of theirs.
    profile.set_picture(&neighbour, PICTURE.to_vec()).await.unwrap();
    let theirs = profile.read(&neighbour).await.unwrap().picture.unwrap();
    assert_eq!(profile.picture(&neighbour, &theirs, Small).await.unwrap().bytes, small.bytes);
    assert_eq!(profile.picture(&neighbour, &hash, Small).await.err(), Some(Error::NotFound));
    assert_eq!(profile.picture(&olive, &theirs, Small).await.err(), Some(Error::NotFound));
    profile.remove_picture(&neighbour).await.unwrap();
    profile.picture(&adam, &hash, Small).await.unwrap();
}

#[tokio::test]
async fn a_picture_that_was_replaced_or_removed_is_gone() {
    let world = world().await;
    let (olive, first) = with_picture(&world).await;
    let profile = &world.ports.profile;
    profile.set_picture(&olive, OTHER.to_vec()).await.unwrap();
    let second = profile.read(&olive).await.unwrap().picture.unwrap();
    assert_ne!(first, second, "browsers keep what an address showed");
    assert_eq!(profile.picture(&olive, &first, Large).await.err(), Some(Error::NotFound));
    profile.picture(&olive, &second, Large).await.unwrap();
    profile.set_picture(&olive, OTHER.to_vec()).await.unwrap();
    let second = profile.read(&olive).await.unwrap().picture.unwrap();
    profile.picture(&olive, &second, Large).await.expect("the same one again is still there");
    assert!(profile.set_picture(&olive, b"no picture".to_vec()).await.is_err());
    profile.picture(&olive, &second, Large).await.expect("what was refused changed nothing");
    profile.remove_picture(&olive).await.unwrap();
    assert_eq!(profile.read(&olive).await.unwrap().picture, None);
    assert_eq!(profile.picture(&olive, &second, Large).await.err(), Some(Error::NotFound));
    let key = format!("people/{}/{second}-256", olive.account);
    world.run_jobs().await;
    assert!(world.core.files.get(&key).await.is_err(), "its file too");
}

/// The picture by which a session's person is shown in the workspace where it stands.
async fn shown(world: &World, token: &SessionToken) -> Option<String> {
    let caller = world.ports.accounts.caller(token).await.unwrap();
    let members = world.ports.accounts.members(&caller).await.unwrap();
    members.into_iter().find(|member| Some(member.id) == caller.member_id()).unwrap().picture
}

#[tokio::test]
async fn who_makes_or_joins_a_workspace_is_shown_there_by_their_picture() {
    let world = world().await;
    let (accounts, profile, team) = (&world.ports.accounts, &world.ports.profile, &world.ports.team);
    let mia = accounts.person(&newcomer(&world, "mia@example.com").await).await.unwrap();
    profile.set_picture(&mia, PICTURE.to_vec()).await.unwrap();
    let hash = profile.read(&mia).await.unwrap().picture;
    assert!(hash.is_some());
    let own = Business { name: "A".into(), time_zone: "UTC".into(), currency: "EUR".into(), ..Business::default() };
    let token = team.create_workspace(&mia, own).await.unwrap();
    assert_eq!(shown(&world, &token).await, hash, "in a workspace that they made");

    let mia = accounts.person(&token).await.unwrap();
    let form = InviteForm { email: "mia@example.com".into(), role: Role::Agent.into(), scope: Scope::All };
    team.invite(&world.ours.caller, form).await.unwrap();
    let link = mailed_link(&world, "mia@example.com").await;
    let token = team.accept(&mia, &link).await.unwrap();
    assert_eq!(shown(&world, &token).await, hash, "in one that asked them in");
    assert_eq!(accounts.caller(&token).await.unwrap().workspace, world.ours.seeded.workspace);
    let adam = person(&world, "agent@ours.example", "battery staple").await;
    profile.picture(&adam, &hash.unwrap(), Small).await.expect("and its people see it");
    person(&world, "mia@example.com", PASSWORD).await;
}

/// How many sessions of this database stand in line for a lock.
pub async fn waiting_for_locks(world: &World) -> i64 {
    let waiting =
        "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    world.count(waiting).await
}

/// Waits until so many do.
async fn in_line(world: &World, wanted: i64) {
    while waiting_for_locks(world).await < wanted {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_picture_that_is_changed_back_and_forth_at_once_keeps_its_file() {
    let world = world().await;
    let (olive, _) = with_picture(&world).await;
    let mut held = world.owner.begin().await.unwrap();
    sqlx::query("select 1 from account where id = $1 for update")
        .bind(olive.account.0)
        .execute(&mut *held)
        .await
        .unwrap();
    let set = |file: &[u8]| {
        let (profile, olive, file) = (Arc::clone(&world.ports.profile), olive.clone(), file.to_vec());
        tokio::spawn(async move { profile.set_picture(&olive, file).await })
    };
    // There, and back again before the first has cleared up behind itself.
    let there = set(OTHER);
    in_line(&world, 1).await;
    let back = set(PICTURE);
    in_line(&world, 2).await;
    held.rollback().await.unwrap();
    there.await.unwrap().unwrap();
    back.await.unwrap().unwrap();
    let hash = world.ports.profile.read(&olive).await.unwrap().picture.unwrap();
    for size in [Large, Small] {
        world.ports.profile.picture(&olive, &hash, size).await.expect("what is written down can be shown");
    }
}

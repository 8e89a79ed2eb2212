use domain::Error;
use domain::members::Person;
use domain::ports::PictureSize::{Large, Small};
use testkit::World;

use crate::people::{OWNER, OWNERS_PASSWORD, newcomer, person};
use crate::world;

/// A PNG of eight red pixels by eight.
const PICTURE: &[u8] = include_bytes!("pictures/red.png");
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
    assert_eq!(profile.picture(&neighbour, &hash, Small).await.unwrap().bytes, small.bytes);
    profile.remove_picture(&neighbour).await.unwrap();
    assert_eq!(profile.picture(&neighbour, &hash, Small).await.err(), Some(Error::NotFound));
    profile.picture(&adam, &hash, Small).await.unwrap();
}

#[tokio::test]
async fn a_picture_that_was_replaced_or_removed_is_gone() {
    let world = world().await;
    let (olive, first) = with_picture(&world).await;
    let profile = &world.ports.profile;
    profile.set_picture(&olive, OTHER.to_vec()).await.unwrap();
    let second = profile.read(&olive).await.unwrap().picture.unwrap();
    assert_ne!(first, second, "an address names the content");
    assert_eq!(profile.picture(&olive, &first, Large).await.err(), Some(Error::NotFound));
    profile.picture(&olive, &second, Large).await.unwrap();
    profile.set_picture(&olive, OTHER.to_vec()).await.unwrap();
    profile.picture(&olive, &second, Large).await.expect("the same one again is still there");
    assert!(profile.set_picture(&olive, b"no picture".to_vec()).await.is_err());
    profile.picture(&olive, &second, Large).await.expect("what was refused changed nothing");
    profile.remove_picture(&olive).await.unwrap();
    assert_eq!(profile.read(&olive).await.unwrap().picture, None);
    assert_eq!(profile.picture(&olive, &second, Large).await.err(), Some(Error::NotFound));
    let key = format!("people/{}/{second}-256", olive.account);
    assert!(world.core.files.get(&key).await.is_err(), "its file too");
}

use std::sync::Arc;

use backend::vault::{MasterKey, PEOPLE, Vault};
use uuid::Uuid;

use crate::world;

fn vault(keys: &[u8]) -> Vault {
    let keys: Vec<MasterKey> = keys.iter().map(|byte| MasterKey::new([*byte; 32])).collect();
    Vault::new(Arc::new(move || Ok(keys.clone()))).unwrap()
}

#[tokio::test]
async fn a_rotation_keeps_what_was_sealed_and_a_wrong_key_does_not_start() {
    let world = world().await;
    let (app, owner) = (world.core.db.app(), &world.owner);
    let row = Uuid::from_u128(5);
    let old = vault(&[1]);
    let sealed = old.seal(app, PEOPLE, "t.c", row, b"secret").await.unwrap();
    assert!(vault(&[2]).check(owner).await.is_err(), "a wrong master key");
    let both = vault(&[2, 1]);
    both.check(owner).await.unwrap();
    assert_eq!(both.rewrap(owner).await.unwrap(), 1);
    assert_eq!(both.rewrap(owner).await.unwrap(), 0, "once is enough");
    let new = vault(&[2]);
    new.check(owner).await.unwrap();
    assert_eq!(new.open(app, PEOPLE, "t.c", row, &sealed).await.unwrap(), b"secret");
    assert!(vault(&[1]).check(owner).await.is_err(), "the old master key opens nothing any more");
}

#[tokio::test]
async fn workspaces_have_keys_of_their_own() {
    let world = world().await;
    let (app, row) = (world.core.db.app(), Uuid::from_u128(5));
    let (ours, theirs) = (world.ours.seeded.workspace.0, world.theirs.seeded.workspace.0);
    let vault = vault(&[1]);
    let sealed = vault.seal(app, ours, "t.c", row, b"secret").await.unwrap();
    assert!(vault.open(app, theirs, "t.c", row, &sealed).await.is_err());
    assert_eq!(vault.open(app, ours, "t.c", row, &sealed).await.unwrap(), b"secret");
}

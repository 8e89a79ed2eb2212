//! Bytes of attachments and pictures, on disk by default.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use domain::{AttachmentId, WorkspaceId};
use object_store::local::LocalFileSystem;
use object_store::{ObjectStore, ObjectStoreExt};

use crate::fault::{Fault, Outcome};

/// Where files are kept.
#[derive(Clone)]
pub struct Files(Arc<dyn ObjectStore>);

impl Files {
    /// Keeps files in a folder, which is made if it is not there.
    pub fn on_disk(folder: &Path) -> Outcome<Self> {
        std::fs::create_dir_all(folder)
            .map_err(|error| Fault::Files(format!("cannot make the file folder: {}", error.kind())))?;
        let store = LocalFileSystem::new_with_prefix(folder).map_err(fault)?.with_fsync(true);
        Ok(Self(Arc::new(store)))
    }

    /// The key under which a file is stored. Holds ids only.
    pub fn key(workspace: WorkspaceId, attachment: AttachmentId) -> String {
        format!("{workspace}/{attachment}")
    }

    pub async fn put(&self, key: &str, bytes: Bytes) -> Outcome<()> {
        self.0.put(&key.into(), bytes.into()).await.map_err(fault)?;
        Ok(())
    }

    /// Deletes a file; one that is not there is gone already.
    pub async fn delete(&self, key: &str) -> Outcome<()> {
        match self.0.delete(&key.into()).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(fault(error)),
        }
    }

    pub async fn get(&self, key: &str) -> Outcome<Bytes> {
        self.0.get(&key.into()).await.map_err(fault)?.bytes().await.map_err(fault)
    }
}

fn fault(error: object_store::Error) -> Fault {
    Fault::Files(match error {
        object_store::Error::NotFound { .. } => "a stored file is missing".to_owned(),
        _ => "the file store did not answer as it should".to_owned(),
    })
}

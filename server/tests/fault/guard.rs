//! Cleaning up also when this process is killed: a small shell waits on a pipe from it, which closes when it ends.

use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result};

/// Ends what a stand has started, if the stand itself no longer can.
pub struct Guard(Child);

const SCRIPT: &str = r#"trap '' INT TERM HUP
read -r word
[ "$word" = disarmed ] && exit 0
[ -f "$1/parley.pid" ] && kill -9 "$(cat "$1/parley.pid")"
[ -f "$1/postgres/postmaster.pid" ] && kill -QUIT "$(head -n 1 "$1/postgres/postmaster.pid")"
cd /
rm -rf "$1""#;

impl Guard {
    /// Watches over the processes whose ids are kept in `folder`.
    pub fn new(folder: &Path) -> Result<Self> {
        let child = Command::new("sh")
            .args(["-c", SCRIPT, "clean-up"])
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .context("cannot start `sh`")?;
        Ok(Self(child))
    }
}

impl Drop for Guard {
    /// The stand has cleaned up by itself.
    fn drop(&mut self) {
        if let Some(mut pipe) = self.0.stdin.take() {
            // A shell that is gone cleans nothing up either.
            let _ = pipe.write_all(b"disarmed\n");
        }
        let _ = self.0.wait();
    }
}

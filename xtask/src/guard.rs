//! Cleaning up after this program however it ends, Ctrl+C and `kill -9` included.
//!
//! A small shell waits on a pipe from this program. The pipe closes when the program ends, whatever ended it; then the
//! shell runs the clean-up. That needs neither a signal handler nor unsafe code.

use std::{
    io::Write as _,
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, Result};

/// Runs a clean-up when dropped, or when this program dies.
pub struct Guard(Child);

impl Guard {
    /// `shell` is the shell to be started, with its user and folder set; `script` reads `$1`, `$2` … from `arguments`.
    pub fn new(mut shell: Command, script: &str, arguments: &[&str]) -> Result<Self> {
        // Ctrl+C reaches the whole foreground group, so also this shell, which has to outlive it.
        let script = format!("trap '' INT TERM HUP\nread -r word\n[ \"$word\" = disarmed ] && exit 0\n{script}");
        let child = shell
            .args(["-c", &script, "clean-up"])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start `sh`")?;
        Ok(Self(child))
    }

    /// There is nothing left to clean.
    pub fn disarm(mut self) {
        if let Some(pipe) = &mut self.0.stdin {
            // A shell that is gone cleans nothing up either.
            let _ = pipe.write_all(b"disarmed\n");
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

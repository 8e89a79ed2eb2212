//! The program under test, as a process that can be killed.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, bail};

pub struct Parley {
    folder: PathBuf,
    settings: Vec<(&'static str, String)>,
    child: Option<Child>,
    /// It ended by itself and was started again, as a service manager would.
    pub restarts_by_itself: u32,
}

impl Parley {
    pub fn new(folder: &Path, settings: Vec<(&'static str, String)>) -> Self {
        Self { folder: folder.to_owned(), settings, child: None, restarts_by_itself: 0 }
    }

    fn log(&self) -> PathBuf {
        self.folder.join("parley.log")
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_parley"));
        // Nothing of the surroundings: neither their PARLEY_… keys nor a proxy for HTTP.
        command.env_clear().envs(self.settings.iter().map(|(key, value)| (key, value)));
        command.current_dir(&self.folder).stdin(Stdio::null()).process_group(0);
        command
    }

    /// Runs a command to its end and answers what it printed.
    pub fn run(&self, arguments: &[&str]) -> Result<String> {
        let output = self.command().args(arguments).output().context("cannot run parley")?;
        if !output.status.success() {
            bail!("parley {arguments:?} ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr));
        }
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    /// Starts the server; it is not ready yet.
    pub fn start(&mut self) -> Result<()> {
        let log = || -> Result<File> { Ok(OpenOptions::new().create(true).append(true).open(self.log())?) };
        let child =
            self.command().arg("serve").stdout(log()?).stderr(log()?).spawn().context("cannot start parley serve")?;
        fs::write(self.folder.join("parley.pid"), child.id().to_string())?;
        self.child = Some(child);
        Ok(())
    }

    /// SIGKILL: nothing is finished, flushed or handed back.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
        let _ = fs::remove_file(self.folder.join("parley.pid"));
    }

    /// Starts it again if it ended by itself: without its database it does not start, and a service manager repeats.
    pub fn keep_running(&mut self) -> Result<()> {
        let ended = match &mut self.child {
            Some(child) => child.try_wait()?.is_some(),
            None => true,
        };
        if ended {
            self.restarts_by_itself += 1;
            self.start()?;
        }
        Ok(())
    }

    /// The end of what it logged.
    pub fn log_tail(&self, lines: usize) -> String {
        let text = fs::read_to_string(self.log()).unwrap_or_default();
        let all: Vec<&str> = text.lines().collect();
        all.iter().skip(all.len().saturating_sub(lines)).map(|line| format!("    {line}\n")).collect()
    }

    /// How often it logged what is worth knowing.
    pub fn log_counts(&self) -> Result<BTreeMap<&'static str, usize>> {
        const WORDS: [&str; 7] = [
            "panicked",
            "40P01",
            "quarantined",
            "sending paused",
            "applying paused",
            "the journal could not be written",
            "the job worker ended",
        ];
        let text = fs::read_to_string(self.log())?;
        Ok(WORDS.iter().map(|word| (*word, text.lines().filter(|line| line.contains(word)).count())).collect())
    }
}

impl Drop for Parley {
    fn drop(&mut self) {
        self.kill();
    }
}

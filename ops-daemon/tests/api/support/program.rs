//! The daemon's program, as tests start it.

use std::{
    env,
    process::{Command, Stdio},
};

/// Where a program that was built to count what runs writes its counts; `cargo xtask coverage` sets it.
const PROFILE: &str = "LLVM_PROFILE_FILE";

/// The program without input and with no variable of ours.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ops-daemon"));
    command.env_clear().envs(env::var_os(PROFILE).map(|file| (PROFILE, file))).stdin(Stdio::null());
    command
}

#!/usr/bin/env bash
# The compiler for the crates of this workspace when `cargo xtask coverage` builds them: it counts what runs. The counters
# are moved to where the profile is mapped, so that also a process that is killed leaves its counts.
# (bash, because other shells drop variables such as CARGO_BIN_EXE_ops-daemon)
exec "$@" -C instrument-coverage -C llvm-args=-runtime-counter-relocation

//! The loop of every change; mirrors `src/app/decide.rs`.

mod replay;
mod race;

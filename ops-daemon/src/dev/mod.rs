//! `ops-daemon dev`: everything that a first try needs, made in one folder: keys, an issuer with tokens, a CA with
//! certificates, and the configuration that uses them.
//!
//! Start with [`prepare()`].

mod prepare;
mod folder;
mod keys;
mod issuer;
mod authority;
mod config;
mod refuse;
mod servers;
mod next_steps;
pub mod estate;

pub use config::{Ports, Wanted};
pub use folder::{DEFAULT_FOLDER, Folder, FolderError};
pub use next_steps::next_steps;
pub use prepare::{NotPrepared, Prepared, prepare};
pub use refuse::{refuse_dev_material, refuse_exposure};
pub use servers::Servers;

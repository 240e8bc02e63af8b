//! What a private server is told beyond its defaults.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use crate::failure::Failure;

/// Whether the data must survive a crash of the machine.
#[derive(Clone, Copy)]
pub(crate) enum Durability {
    /// Data of one test run: nothing waits for the disk.
    Throwaway,
    /// Data that somebody works with.
    Kept,
}

/// Adds the settings to the configuration that initdb wrote.
pub(crate) fn append(data: &Path, sockets: &Path, durability: Durability) -> Result<(), Failure> {
    let file = data.join("postgresql.conf");
    write(&file, &settings(sockets, durability))
        .map_err(|cause| Failure::because(format!("cannot write {}", file.display()), cause))
}

fn write(file: &Path, settings: &str) -> io::Result<()> {
    OpenOptions::new().append(true).open(file)?.write_all(settings.as_bytes())
}

fn settings(sockets: &Path, durability: Durability) -> String {
    let sockets = sockets.to_string_lossy().replace('\'', "''");
    let common = format!(
        "\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '{sockets}'\nmax_connections = 400\n"
    );
    match durability {
        Durability::Kept => common,
        Durability::Throwaway => common + "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_data_of_a_test_run_may_be_lost_in_a_crash() {
        let sockets = Path::new("/tmp/a'b");
        assert!(settings(sockets, Durability::Throwaway).contains("fsync = off"));
        assert!(!settings(sockets, Durability::Kept).contains("fsync"));
        assert!(settings(sockets, Durability::Kept).contains("'/tmp/a''b'"));
    }
}

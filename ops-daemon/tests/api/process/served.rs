//! An installation that is served; it ends with its value.

use std::{
    fs,
    process::{Child, Command, ExitStatus},
};

use super::installation::Installation;
use crate::support::until;

/// The process.
pub(super) struct Served(pub(super) Child);

impl Drop for Served {
    fn drop(&mut self) {
        // it may have ended by itself
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

impl Served {
    /// Ready, on ports that nobody else took meanwhile.
    pub(super) async fn start(installation: &mut Installation) -> Self {
        for _ in 0..20 {
            let log = fs::File::create(installation.path("serve.log")).unwrap();
            let mut command = installation.command("serve");
            let mut served = Self(command.stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap());
            let ops = installation.ops();
            let ended = until("it is ready or has ended", async || match served.0.try_wait().unwrap() {
                Some(status) => Some(Some(status)),
                None => {
                    ops.try_get("/health/ready").await.filter(|answer| answer.status == 200).map(|_| None)
                }
            });
            let Some(status) = ended.await else { return served };
            let log = installation.read("serve.log");
            assert!(log.contains("cannot listen"), "{status}: {log}");
            installation.take_other_ports();
        }
        panic!("no free ports");
    }

    /// Asks it to end, and waits for that.
    pub(super) async fn stop(mut self) -> ExitStatus {
        assert!(Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status().unwrap().success());
        until("it has ended", async || self.0.try_wait().unwrap()).await
    }
}

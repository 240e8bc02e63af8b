//! The files that the TLS of a listener comes from, and what of them is served now.

use std::{
    path::Path,
    sync::{Mutex, PoisonError},
};

use rustls::ServerConfig;
use sha2::{Digest, Sha256};
use tokio::task::JoinError;

use super::tls::{self, Tls, TlsError};
use crate::{
    config::{FileRefused, MutualTls, ServerTls, read_private_file, read_public_file},
    telemetry::{Listener, Metrics},
};

/// Why the certificates that are there now are not served.
#[derive(Debug, thiserror::Error)]
pub enum NotServed {
    /// They cannot be used.
    #[error("the certificates of the {listener} listener cannot be served: {error}")]
    Unusable {
        /// Whose.
        listener: &'static str,
        /// What is wrong.
        error: TlsError,
    },
    /// A file cannot be read.
    #[error("the certificates of the {listener} listener cannot be served: {file} {wrong}; {remedy}")]
    Unreadable {
        /// Whose.
        listener: &'static str,
        /// Which file.
        file: String,
        /// What is wrong.
        wrong: String,
        /// What to do.
        remedy: String,
    },
    /// A mistake of ours.
    #[error("the look at the certificates was cut")]
    Cut(#[from] JoinError),
}

/// Which files a listener needs.
#[derive(Debug, Clone)]
pub enum Wanted {
    /// Asks for no client certificate.
    Server(ServerTls),
    /// Clients need a certificate.
    Mutual(MutualTls),
}

/// The files of one listener.
pub struct TlsFiles {
    listener: Listener,
    wanted: Wanted,
    tls: Tls,
    served: Mutex<[u8; 32]>,
}

impl TlsFiles {
    /// Reads the files for the first time.
    ///
    /// # Errors
    /// Which file is not usable.
    pub fn open(listener: Listener, wanted: Wanted) -> Result<Self, NotServed> {
        let digest = digest(listener, &wanted)?;
        let tls = Tls::new(build(listener, &wanted)?);
        Ok(Self { listener, wanted, tls, served: Mutex::new(digest) })
    }

    /// What the listener serves with.
    #[must_use]
    pub fn tls(&self) -> Tls {
        self.tls.clone()
    }

    /// Tells from when until when the certificate holds.
    ///
    /// # Errors
    /// The certificate cannot be read any more.
    pub fn measure(&self, metrics: &Metrics) -> Result<(), NotServed> {
        let (not_before, expiry) = tls::validity(self.certificate()).map_err(unusable(self.listener))?;
        metrics.set_certificate(self.listener, not_before, expiry);
        Ok(())
    }

    /// Serves what the files hold now, if that is something new.
    ///
    /// # Errors
    /// It cannot be used: the old one is served on.
    pub fn look(&self, metrics: &Metrics) -> Result<(), NotServed> {
        let looked = self.look_once(metrics);
        if looked.is_err() {
            metrics.certificate_not_reloaded(self.listener);
        }
        looked
    }

    fn look_once(&self, metrics: &Metrics) -> Result<(), NotServed> {
        // before the files are used: what changes meanwhile is found by the next look
        let found = digest(self.listener, &self.wanted)?;
        let mut served = self.served.lock().unwrap_or_else(PoisonError::into_inner);
        if *served == found {
            return Ok(());
        }
        self.tls.replace(build(self.listener, &self.wanted)?);
        *served = found;
        tracing::info!(listener = self.listener.as_str(), "new certificates are served");
        self.measure(metrics)
    }

    fn certificate(&self) -> &Path {
        match &self.wanted {
            Wanted::Server(files) => &files.certificate,
            Wanted::Mutual(files) => &files.certificate,
        }
    }
}

fn build(listener: Listener, wanted: &Wanted) -> Result<ServerConfig, NotServed> {
    let built = match wanted {
        Wanted::Server(files) => tls::server(&files.certificate, &files.key),
        Wanted::Mutual(files) => tls::mutual(&files.certificate, &files.key, &files.client_ca),
    };
    built.map_err(unusable(listener))
}

fn unusable(listener: Listener) -> impl FnOnce(TlsError) -> NotServed {
    move |error| NotServed::Unusable { listener: listener.as_str(), error }
}

/// Of all files together. Each is read as strictly as when it is used.
fn digest(listener: Listener, wanted: &Wanted) -> Result<[u8; 32], NotServed> {
    let unreadable = |file: &Path| {
        let file = file.display().to_string();
        move |FileRefused { wrong, remedy }| NotServed::Unreadable {
            listener: listener.as_str(),
            file,
            wrong,
            remedy,
        }
    };
    let (certificate, key, client_ca) = match wanted {
        Wanted::Server(files) => (&files.certificate, &files.key, None),
        Wanted::Mutual(files) => (&files.certificate, &files.key, Some(&files.client_ca)),
    };
    let mut all = Sha256::new();
    all.update(Sha256::digest(read_public_file(certificate).map_err(unreadable(certificate))?));
    all.update(Sha256::digest(&*read_private_file(key).map_err(unreadable(key))?));
    if let Some(client_ca) = client_ca {
        all.update(Sha256::digest(read_public_file(client_ca).map_err(unreadable(client_ca))?));
    }
    Ok(all.finalize().into())
}

#[cfg(test)]
mod tests;

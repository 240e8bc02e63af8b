//! `Access`: what deciding "who is this, and may they" needs, shared by both listeners.

use std::sync::Arc;

use arc_swap::ArcSwap;
use jiff::Timestamp;

use super::{
    client::Identities,
    cursor::Cursors,
    mac,
    token::{Rejected, Verified, Verifier},
};
use crate::config::Key32;

/// Tells the time; an argument, so that a test can move it.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The shared state of the extractors; handlers' state yields it by `FromRef` as `Arc<Access>`.
pub struct Access {
    /// Judges bearer tokens.
    pub verifier: Verifier,
    /// Who may come with a certificate. Read at each request, so that a change counts for open connections too.
    pub identities: ArcSwap<Identities>,
    /// Seals and opens list cursors.
    pub cursors: Cursors,
    /// The time.
    pub clock: Clock,
    pub(super) receipts: mac::Key,
}

impl Access {
    /// Both keys are kept outside the database, and every replica has the same ones: or a receipt and a cursor would be
    /// understood by one replica only.
    #[must_use]
    pub fn new(
        verifier: Verifier,
        identities: Identities,
        idempotency: &Key32,
        cursor: &Key32,
        clock: Clock,
    ) -> Self {
        Self {
            verifier,
            identities: ArcSwap::from_pointee(identities),
            cursors: Cursors::new(mac::Key::new(cursor)),
            clock,
            receipts: mac::Key::new(idempotency),
        }
    }

    /// Who `token` stands for. One whose key is not known may wait for the issuer's newest keys, a moment long and at
    /// most every half minute; the others are judged by those that are there.
    ///
    /// # Errors
    /// With the first reason found.
    pub async fn verify(&self, token: &str) -> Result<Arc<Verified>, Rejected> {
        match self.verifier.verify(token, self.now()) {
            Err(Rejected::UnknownKey) if self.verifier.renewal.ask(self.now()).await => {
                self.verifier.verify(token, self.now())
            }
            judged => judged,
        }
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }
}

//! What this process has seen of the chain, so that nobody makes it anew while it looks. Whoever owns the database could
//! take links and seals away, change entries, and leave it to us to link and seal them again.

use std::sync::{Mutex, PoisonError};

use ops_store::port::{ChainEnd, Link};

use super::chain::{Hash, anchor};
use crate::app::{App, refusal::Refusal};

/// The newest link that was seen.
#[derive(Debug, Default)]
pub struct Witness(Mutex<Option<Seen>>);

/// A link, and the epoch in which it was seen: a database that was put back has another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    epoch: i64,
    n: i64,
    hash: Hash,
}

/// Somebody else has written the chain.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// Links and their seal are written together, by us.
    #[error("the newest link of the audit trail, {0}, has no seal of ours")]
    Unsealed(String),
    /// Links are never taken back.
    #[error("the audit trail has not the place any more that was seen: {0}")]
    Rewritten(String),
}

impl Witness {
    /// The newest link, when the chain still has what was seen of it and ends with a seal of ours.
    ///
    /// # Errors
    /// The store does not answer, or [`Broken`], which stays until somebody looks and starts the process anew.
    pub async fn look(&self, app: &App) -> Result<ChainEnd, Refusal> {
        // before the look: what another task sees meanwhile is no news that this look must know
        let (seen, epoch) = (self.seen(app.epoch()), app.epoch());
        let end = app.store.chain_end(seen.map_or(0, |(n, _)| n)).await?;
        let is_ours = |link: &Link| {
            end.seal.as_ref().is_some_and(|seal| seal.n == link.n && app.seal_key.made(seal, &link.hash))
        };
        judge(seen, &end, is_ours).map_err(Refusal::internal)?;
        if let Some(newest) = end.newest {
            self.saw(epoch, newest);
        }
        Ok(end)
    }

    /// Remembers the newest link of an epoch.
    pub fn saw(&self, epoch: i64, newest: Link) {
        let now = Seen { epoch, n: newest.n, hash: newest.hash };
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.is_none_or(|seen| (seen.epoch, seen.n) < (now.epoch, now.n)) {
            *seen = Some(now);
        }
    }

    /// The newest place that was seen in an epoch.
    pub fn seen(&self, epoch: i64) -> Option<(i64, Hash)> {
        let seen = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.filter(|seen| seen.epoch == epoch).map(|seen| (seen.n, seen.hash))
    }
}

fn judge(seen: Option<(i64, Hash)>, end: &ChainEnd, is_ours: impl Fn(&Link) -> bool) -> Result<(), Broken> {
    if let Some((n, hash)) = seen
        && end.asked.is_none_or(|link| link.hash != hash)
    {
        return Err(Broken::Rewritten(anchor(n, &hash)));
    }
    match &end.newest {
        Some(newest) if !is_ours(newest) => Err(Broken::Unsealed(anchor(newest.n, &newest.hash))),
        Some(_) | None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn link(n: i64, octet: u8) -> Link {
        Link { n, row_no: n, hash: [octet; 32] }
    }

    #[test]
    fn a_chain_that_lost_or_changed_what_was_seen_is_not_gone_on_with() {
        let seen = Some((3, [3; 32]));
        let end = |newest, asked| ChainEnd { newest, seal: None, asked };
        let whole = end(Some(link(5, 5)), Some(link(3, 3)));
        assert_eq!(judge(seen, &whole, |_| true), Ok(()));
        assert_eq!(judge(None, &end(None, None), |_| true), Ok(()));
        let rewritten = Err(Broken::Rewritten(anchor(3, &[3; 32])));
        assert_eq!(judge(seen, &end(Some(link(5, 5)), Some(link(3, 4))), |_| true), rewritten);
        assert_eq!(judge(seen, &end(Some(link(2, 2)), None), |_| true), rewritten);
        assert_eq!(judge(seen, &end(None, None), |_| true), rewritten);
        assert_eq!(judge(seen, &whole, |_| false), Err(Broken::Unsealed(anchor(5, &[5; 32]))));
    }

    #[test]
    fn the_newest_is_remembered_and_another_epoch_begins_anew() {
        let witness = Witness::default();
        for (now, then) in [(5, 5), (3, 5), (6, 6)] {
            witness.saw(1, link(now, 7));
            assert_eq!(witness.seen(1).map(|(n, _)| n), Some(then));
        }
        assert_eq!(witness.seen(2), None, "a database that was put back may end earlier");
        witness.saw(2, link(2, 7));
        assert_eq!((witness.seen(1), witness.seen(2)), (None, Some((2, [7; 32]))));
    }
}

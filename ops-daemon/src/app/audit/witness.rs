//! What this process has seen of the chain, so that nobody makes it anew while it looks. Whoever owns the database could
//! take links and seals away, change entries, and leave it to us to link and seal them again. What was seen holds until the
//! process ends, also over a restore: that the chain is another one then is for a person to say.

use std::sync::{Mutex, PoisonError};

use ops_store::port::{ChainEnd, Link, ReadError};

use super::chain::{Hash, anchor};
use crate::app::{App, refusal::Refusal};

/// The place and hash of the newest link that was seen.
#[derive(Debug, Default)]
pub struct Witness(Mutex<Option<(i64, Hash)>>);

/// Somebody else has written the chain.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// Links and their seal are written together, by us.
    #[error("the audit trail does not end with a seal of ours: its newest link is {0}")]
    Unsealed(String),
    /// Links are never taken back.
    #[error("the audit trail has not the place any more that was seen: {0}")]
    Rewritten(String),
    /// We write no such rows.
    #[error("the end of the audit trail's chain cannot be read")]
    Unreadable(#[source] ReadError),
}

impl Witness {
    /// The newest link, when the chain still has what was seen of it and ends with a seal of ours.
    ///
    /// # Errors
    /// The store does not answer, or [`Broken`], which stays until somebody looks and starts the process anew.
    pub async fn look(&self, app: &App) -> Result<ChainEnd, Refusal> {
        // before the look: what another task sees meanwhile is no news that this look must know
        let seen = self.seen();
        let end = app.store.chain_end(seen.map_or(0, |(n, _)| n)).await.map_err(unreadable)?;
        let is_ours = |link: &Link| {
            end.seal.as_ref().is_some_and(|seal| seal.n == link.n && app.seal_key.made(seal, &link.hash))
        };
        judge(seen, &end, is_ours).map_err(Refusal::internal)?;
        if let Some(newest) = end.newest {
            self.saw(newest);
        }
        Ok(end)
    }

    /// Remembers the newest link, and tells it: who keeps the log elsewhere has an anchor that no owner of the database can
    /// move, by each replica that saw it.
    pub fn saw(&self, newest: Link) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.is_none_or(|(n, _)| n < newest.n) {
            *seen = Some((newest.n, newest.hash));
            tracing::info!(head = anchor(newest.n, &newest.hash), "the audit trail is sealed up to here");
        }
    }

    /// The newest place that was seen.
    pub fn seen(&self) -> Option<(i64, Hash)> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unreadable(error: ReadError) -> Refusal {
    match error {
        ReadError::Corrupt(_) => Refusal::internal(Broken::Unreadable(error)),
        other => other.into(),
    }
}

fn judge(seen: Option<(i64, Hash)>, end: &ChainEnd, is_ours: impl Fn(&Link) -> bool) -> Result<(), Broken> {
    if let Some((n, hash)) = seen
        && end.asked.is_none_or(|link| link.hash != hash)
    {
        return Err(Broken::Rewritten(anchor(n, &hash)));
    }
    match (&end.newest, &end.seal) {
        (Some(newest), _) if !is_ours(newest) => Err(Broken::Unsealed(anchor(newest.n, &newest.hash))),
        (None, Some(_)) => Err(Broken::Unsealed("none".to_owned())),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use ops_store::port::Seal;

    use super::*;

    const fn link(n: i64, octet: u8) -> Link {
        Link { n, row_no: n, hash: [octet; 32] }
    }

    fn told(seen: Option<(i64, Hash)>, end: &ChainEnd, is_ours: bool) -> String {
        judge(seen, end, |_| is_ours).err().map(|broken| broken.to_string()).unwrap_or_default()
    }

    #[test]
    fn a_chain_that_lost_or_changed_what_was_seen_is_not_gone_on_with() {
        let seen = Some((3, [3; 32]));
        let end = |newest, asked| ChainEnd { newest, seal: None, asked };
        let whole = end(Some(link(5, 5)), Some(link(3, 3)));
        assert_eq!(
            (told(seen, &whole, true), told(None, &end(None, None), true)),
            (String::new(), String::new())
        );
        for rewritten in
            [end(Some(link(5, 5)), Some(link(3, 4))), end(Some(link(2, 2)), None), end(None, None)]
        {
            let told = told(seen, &rewritten, true);
            assert!(told.ends_with(&format!("that was seen: {}", anchor(3, &[3; 32]))), "{told}");
        }
        assert!(told(seen, &whole, false).ends_with(&anchor(5, &[5; 32])));
        let seal = Seal { n: 3, signature: Vec::new(), at: jiff::Timestamp::UNIX_EPOCH };
        let hanging = ChainEnd { seal: Some(seal), ..end(None, None) };
        assert!(told(None, &hanging, true).ends_with("is none"), "a seal over nothing");
    }

    #[test]
    fn the_newest_is_remembered() {
        let witness = Witness::default();
        assert_eq!(witness.seen(), None);
        for (now, then) in [(5, 5), (3, 5), (6, 6)] {
            witness.saw(link(now, u8::try_from(now).unwrap()));
            assert_eq!(witness.seen(), Some((then, [u8::try_from(then).unwrap(); 32])));
        }
    }
}

//! A family with a series per thing that is not healthy: series come and go, and a scrape in between sees no gap.

use std::{collections::HashSet, hash::Hash, sync::Mutex};

use prometheus_client::metrics::{family::Family, gauge::Gauge};

/// What a family shows now.
pub(super) struct Shown<L>(Mutex<HashSet<L>>);

impl<L: Clone + Hash + Eq> Shown<L> {
    pub(super) fn nothing() -> Self {
        Self(Mutex::new(HashSet::new()))
    }

    /// Shows exactly `wanted`. The new series are there before the old ones go.
    pub(super) fn show(&self, family: &Family<L, Gauge>, wanted: impl Iterator<Item = L>) {
        let wanted: HashSet<L> = wanted.collect();
        let mut shown = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for labels in &wanted {
            family.get_or_create(labels).set(1);
        }
        for labels in shown.difference(&wanted) {
            family.remove(labels);
        }
        *shown = wanted;
    }
}

//! How much the store will hold: rows and octets from the numbers of an estate. An estimate, not a promise.

use std::fmt;

use ops_core::limits::SAMPLE_KEPT_DAYS;

/// Seconds of a day.
const DAY_S: u64 = 86_400;
/// Octets of an operator with its indexes, its audit entries and its share of the outbox, assumed.
const OPERATOR_OCTETS: u64 = 16 * 1024;
/// Octets of a connection with its profile, accounts, credentials' metadata and audit entries, assumed.
const CONNECTION_OCTETS: u64 = 24 * 1024;
/// Octets of one sample with its counts, its sessions and its primary key, assumed.
const SAMPLE_OCTETS: u64 = 1024;

/// The numbers of an estate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estate {
    /// Operators.
    pub operators: u64,
    /// Connections of all operators.
    pub connections: u64,
    /// Connector processes that hold sessions of one connection, and so report it.
    pub connectors_per_connection: u64,
    /// Seconds that one sample covers, 5 to 60.
    pub window_s: u64,
}

impl Default for Estate {
    /// A mid-sized platform: 500 operators with four connections each, two connectors, samples of 10 seconds.
    fn default() -> Self {
        Self { operators: 500, connections: 2000, connectors_per_connection: 2, window_s: 10 }
    }
}

/// What that comes to. It prints itself for eyes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    /// From which numbers.
    pub estate: Estate,
    /// Samples that arrive on one day.
    pub samples_per_day: u64,
    /// Samples that are kept.
    pub samples_kept: u64,
    /// Octets of operators and connections.
    pub fact_octets: u64,
    /// Octets of the samples that are kept.
    pub sample_octets: u64,
}

/// Calculates; a number too large to count stays at the largest one.
#[must_use]
pub fn estimate(estate: Estate) -> Estimate {
    let windows = DAY_S.div_ceil(estate.window_s.max(1));
    let samples_per_day =
        estate.connections.saturating_mul(estate.connectors_per_connection).saturating_mul(windows);
    let samples_kept = samples_per_day.saturating_mul(SAMPLE_KEPT_DAYS.unsigned_abs());
    let facts = estate.operators.saturating_mul(OPERATOR_OCTETS);
    Estimate {
        estate,
        samples_per_day,
        samples_kept,
        fact_octets: facts.saturating_add(estate.connections.saturating_mul(CONNECTION_OCTETS)),
        sample_octets: samples_kept.saturating_mul(SAMPLE_OCTETS),
    }
}

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Estate { operators, connections, connectors_per_connection, window_s } = self.estate;
        writeln!(
            f,
            "Storage estimate for {operators} operators and {connections} connections, each reported by {connectors_per_connection} connectors every {window_s} s:"
        )?;
        writeln!(
            f,
            "  operators and connections  {:>12} rows  {:>10}",
            operators.saturating_add(connections),
            Octets(self.fact_octets)
        )?;
        writeln!(f, "  samples of one day         {:>12} rows", self.samples_per_day)?;
        write!(
            f,
            "  samples of {SAMPLE_KEPT_DAYS} days          {:>12} rows  {:>10}",
            self.samples_kept,
            Octets(self.sample_octets)
        )
    }
}

/// Octets in the largest binary unit of which there is at least one, rounded up.
struct Octets(u64);

impl fmt::Display for Octets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
        let text = match units.into_iter().find(|(_, size)| self.0 >= *size) {
            Some((unit, size)) => format!("{} {unit}", self.0.div_ceil(size)),
            None => format!("{} B", self.0),
        };
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_estimate_follows_from_the_numbers() {
        let estate = Estate { operators: 1, connections: 2, connectors_per_connection: 3, window_s: 10 };
        let estimate = estimate(estate);
        assert_eq!(estimate.samples_per_day, 2 * 3 * 8640);
        assert_eq!(estimate.samples_kept, estimate.samples_per_day * 7);
        assert_eq!(estimate.sample_octets, estimate.samples_kept * 1024);
        assert_eq!(estimate.fact_octets, 64 * 1024);
        assert!(estimate.to_string().contains("samples of 7 days"), "{estimate}");
        assert!(estimate.to_string().contains("355 MiB"), "{estimate}");
    }

    #[test]
    fn numbers_too_large_to_count_do_not_overflow() {
        let estate =
            Estate { operators: u64::MAX, connections: u64::MAX, connectors_per_connection: 2, window_s: 0 };
        assert_eq!(estimate(estate).sample_octets, u64::MAX);
    }
}

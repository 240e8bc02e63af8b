//! The two text forms of metrics: OpenMetrics 1.0, and the classic one of Prometheus 0.0.4.

use std::{collections::HashSet, fmt::Write as _};

use prometheus_client::{encoding::text::encode, registry::Registry};

/// Media type of OpenMetrics.
const OPEN_METRICS: &str = "application/openmetrics-text";

/// A text form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `text/plain; version=0.0.4`.
    Classic,
    /// OpenMetrics 1.0.
    OpenMetrics,
}

impl Format {
    /// By the `Accept` header: OpenMetrics for whoever ranks it at least as high as text, the classic form for
    /// everybody else.
    #[must_use]
    pub fn negotiate(accept: Option<&str>) -> Self {
        let accept = accept.unwrap_or_default();
        let rank = |wanted: &[&str]| {
            accept.split(',').filter(|range| wanted.contains(&media_type(range))).map(quality).max()
        };
        match (rank(&[OPEN_METRICS]), rank(&["text/plain", "text/*"])) {
            (Some(open), text) if open > 0 && open >= text.unwrap_or(0) => Self::OpenMetrics,
            _ => Self::Classic,
        }
    }

    /// The `Content-Type` of the answer.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Classic => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }
}

fn media_type(range: &str) -> &str {
    range.split(';').next().unwrap_or_default().trim()
}

/// `q` in thousandths (RFC 9110 §12.4.2), 1000 without one.
fn quality(range: &str) -> u16 {
    let given = range.split(';').skip(1).find_map(|parameter| parameter.trim().strip_prefix("q="));
    match given {
        None => 1000,
        Some(text) => text.trim().parse().map_or(0, |q: f32| (q.clamp(0.0, 1.0) * 1000.0) as u16),
    }
}

/// All of `registry` in that form.
pub(super) fn expose(registry: &Registry, format: Format) -> String {
    let mut text = String::new();
    if let Err(error) = encode(&mut text, registry) {
        tracing::error!(%error, "metrics cannot be printed");
    }
    match format {
        Format::OpenMetrics => text,
        Format::Classic => classic(&text),
    }
}

/// In the classic form a counter's HELP and TYPE name what its samples are called, there is no UNIT and no EOF.
fn classic(open: &str) -> String {
    let counters: HashSet<&str> =
        open.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.strip_suffix(" counter")).collect();
    let mut text = String::with_capacity(open.len() + 16 * counters.len());
    for line in open.lines() {
        let mut words = line.splitn(4, ' ');
        let written = match (words.next(), words.next(), words.next(), words.next()) {
            (Some("#"), Some("EOF" | "UNIT"), ..) => Ok(()),
            (Some("#"), Some(what @ ("HELP" | "TYPE")), Some(name), Some(rest))
                if counters.contains(name) =>
            {
                writeln!(text, "# {what} {name}_total {rest}")
            }
            _ => writeln!(text, "{line}"),
        };
        debug_assert!(written.is_ok(), "a String takes any text");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_metrics_goes_to_whoever_prefers_it() {
        let prometheus = "application/openmetrics-text;version=1.0.0;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=0.0.4;q=0.4,*/*;q=0.2";
        for (accept, wanted) in [
            (Some(prometheus), Format::OpenMetrics),
            (Some("application/openmetrics-text"), Format::OpenMetrics),
            (Some("text/plain;version=0.0.4;q=0.5, application/openmetrics-text;q=0.4"), Format::Classic),
            (Some("application/openmetrics-text;q=0"), Format::Classic),
            (Some("*/*"), Format::Classic),
            (Some("text/html"), Format::Classic),
            (None, Format::Classic),
        ] {
            assert_eq!(Format::negotiate(accept), wanted, "{accept:?}");
        }
    }

    #[test]
    fn the_classic_form_names_a_counter_as_its_samples_are_named() {
        let open = "# HELP a b c.\n# TYPE a counter\na_total 1\n# HELP g h.\n# TYPE g gauge\n# UNIT g s\ng 2\n# EOF\n";
        assert_eq!(
            classic(open),
            "# HELP a_total b c.\n# TYPE a_total counter\na_total 1\n# HELP g h.\n# TYPE g gauge\ng 2\n"
        );
    }
}

//! The layers of the code, each with the share of its lines that the tests must run. This is the only place that names them.

/// One layer.
#[derive(Debug)]
pub(crate) struct Layer {
    pub(crate) name: &'static str,
    /// Beginnings of paths, seen from the top of the checkout.
    paths: &'static [&'static str],
    /// Percent of the lines, where the project promises any.
    pub(crate) floor: Option<u32>,
}

/// A file belongs to the first layer that has a beginning of its path.
pub(crate) const LAYERS: [Layer; 6] = [
    Layer {
        name: "domain services",
        paths: &[
            "ops-core/src/routing/resolve",
            "ops-core/src/routing/rendezvous.rs",
            "ops-core/src/routing/explain.rs",
            "ops-core/src/routing/order.rs",
            "ops-core/src/health/judge",
            "ops-core/src/health/machine.rs",
            "ops-core/src/health/operator_state.rs",
            "ops-core/src/health/window.rs",
        ],
        floor: Some(90),
    },
    Layer { name: "aggregates and value objects", paths: &["ops-core/src/"], floor: Some(95) },
    Layer { name: "use cases", paths: &["ops-daemon/src/app/"], floor: Some(90) },
    Layer { name: "listeners, tasks, commands", paths: &["ops-daemon/src/"], floor: None },
    Layer { name: "stores", paths: &["ops-store/src/"], floor: None },
    Layer { name: "client", paths: &["ops-client/src/"], floor: None },
];

impl Layer {
    /// The place of the layer of this file in [`LAYERS`]; `None` for what is not shipped, such as tests and tasks.
    pub(crate) fn of(path: &str) -> Option<usize> {
        if is_for_tests(path) {
            return None;
        }
        LAYERS.iter().position(|layer| layer.paths.iter().any(|beginning| path.starts_with(beginning)))
    }
}

/// By the names that files of tests and their helpers have here.
fn is_for_tests(path: &str) -> bool {
    path.split('/')
        .any(|part| matches!(part, "tests.rs" | "tests" | "testing.rs" | "testing" | "conformance"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cargo::checkout;

    fn name(path: &str) -> Option<&'static str> {
        Layer::of(path).map(|place| LAYERS[place].name)
    }

    #[test]
    fn each_file_is_in_one_layer_and_tests_are_in_none() {
        assert_eq!(name("ops-core/src/routing/resolve.rs"), Some("domain services"));
        assert_eq!(name("ops-core/src/routing/rule.rs"), Some("aggregates and value objects"));
        assert_eq!(name("ops-daemon/src/app/operator/create.rs"), Some("use cases"));
        assert_eq!(name("ops-daemon/src/http/token.rs"), Some("listeners, tasks, commands"));
        let not_shipped = [
            "ops-core/src/routing/resolve/tests.rs",
            "ops-core/src/testing/words.rs",
            "ops-store/src/conformance/commit.rs",
            "ops-daemon/tests/api/main.rs",
            "xtask/src/main.rs",
        ];
        for path in not_shipped {
            assert_eq!(name(path), None, "{path}");
        }
    }

    #[test]
    fn every_path_that_is_named_leads_to_something() {
        for beginning in LAYERS.iter().flat_map(|layer| layer.paths) {
            let place = checkout().join(beginning);
            assert!(place.exists() || place.with_extension("rs").exists(), "{beginning}");
        }
    }
}

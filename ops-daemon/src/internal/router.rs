//! Every route of the internal API: one line each. The right stands in the handler's first argument.

use super::{credential, health, routing};
use crate::{
    app::App,
    http::api::{Api, Built, Internal},
    verb,
};

/// The routes with their document.
#[must_use]
pub fn router() -> Built<App> {
    Api::<App, Internal>::new("Operator Management Service: internal API")
        .act(verb!(credential::lease::create))
        .act(verb!(health::report::report))
        .act(verb!(routing::resolve::resolve))
        .finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::testing::document_faults;

    #[test]
    fn every_route_has_a_method_that_fits_and_an_operation_id_of_its_own() {
        assert_eq!(router().faults(), Vec::<String>::new());
    }

    #[test]
    fn the_document_explains_everything_and_its_examples_are_right() {
        assert_eq!(document_faults(&router().document_text()), Vec::<String>::new());
    }
}

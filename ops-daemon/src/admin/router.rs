//! Every route of the admin API: one line each. The permission stands in the handler's first argument.

use super::{
    audit, connection, credential, event, health, maintenance, me, network, note, operator, routing,
};
use crate::{
    app::App,
    http::api::{Admin, Api, Built},
    verb,
};

/// The routes with their document.
#[must_use]
pub fn router() -> Built<App> {
    Api::<App, Admin>::new("Operator Management Service: admin API")
        .write(verb!(operator::create::create))
        .read(verb!(operator::list::list))
        .read(verb!(operator::get::get))
        .write(verb!(operator::update::update))
        .write(verb!(operator::delete::delete))
        .write(verb!(operator::activate::activate))
        .write(verb!(operator::drain::drain))
        .write(verb!(operator::suspend::suspend))
        .write(verb!(operator::restore::restore))
        .read(verb!(operator::readiness::readiness))
        .read(verb!(operator::timeline::timeline))
        .write(verb!(note::create::create))
        .write(verb!(maintenance::create::create))
        .read(verb!(maintenance::list::list))
        .read(verb!(maintenance::get::get))
        .write(verb!(maintenance::update::update))
        .write(verb!(maintenance::cancel::cancel))
        .write(verb!(connection::create::create))
        .read(verb!(connection::list::list))
        .read(verb!(connection::search::search))
        .read(verb!(connection::get::get))
        .write(verb!(connection::update::update))
        .write(verb!(connection::delete::delete))
        .write(verb!(connection::enable::enable))
        .write(verb!(connection::drain::drain))
        .write(verb!(connection::disable::disable))
        .write(verb!(credential::create::create))
        .write(verb!(credential::activate::activate))
        .write(verb!(credential::discard::discard))
        .read(verb!(credential::list::list))
        .read(verb!(credential::get::get))
        .read(verb!(health::operator::health))
        .read(verb!(health::connection::health))
        .write(verb!(routing::create::create))
        .read(verb!(routing::list::list))
        .read(verb!(routing::get::get))
        .write(verb!(routing::delete::delete))
        .act(verb!(routing::resolve::resolve))
        .read(verb!(network::list::list))
        .read(verb!(event::list::list))
        .read(verb!(event::stream::follow))
        .read(verb!(audit::list::list))
        .read(verb!(audit::verify::verify))
        .read(verb!(me::get::get))
        .finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ops_client::wire::glossary::GLOSSARY;

    use crate::http::testing::{Member, collect_members, document_faults};

    #[test]
    fn every_route_has_a_method_that_fits_and_an_operation_id_of_its_own() {
        let built = router();
        assert_eq!(built.faults(), Vec::<String>::new());
        assert_eq!(built.table.len(), 44);
    }

    #[test]
    fn every_meaning_of_a_member_is_told_somewhere() {
        let texts = [router().document_text(), crate::internal::router::router().document_text()];
        let mut members = Vec::new();
        for document in texts.map(|text| serde_json::from_str::<serde_json::Value>(&text).unwrap()) {
            for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
                collect_members(name, schema, &mut members);
            }
        }
        let is_told = |(entry, says): &(&str, &str)| {
            members.iter().any(|Member { owner, name, says: told, .. }| {
                (entry == name || *entry == format!("{owner}.{name}")) && told.starts_with(says)
            })
        };
        let untold: Vec<_> =
            GLOSSARY.iter().filter(|entry| !is_told(entry)).map(|(entry, _)| entry).collect();
        assert_eq!(untold, Vec::<&&str>::new());
    }

    #[test]
    fn the_document_explains_everything_and_its_examples_are_right() {
        assert_eq!(document_faults(&router().document_text()), Vec::<String>::new());
    }
}

//! Connections: read back as written, by name, with what belongs to them.

use std::sync::Arc;

use ops_core::{
    Decimal, Number,
    connection::{self, BindType, Direction, Endpoint, Endpoints, Port, Profile, Smpp, Status},
    id::{ConnectionId, OperatorId},
    testing::{create_connection, text},
};
use uuid::Uuid;

use super::estate::Estate;
use crate::{Store, port::CommitError, testing::Rows};

/// Every field of a connection and of its profile is read back as it was written, also after a change.
pub async fn a_connection_is_read_back_as_it_was_written(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let operator = estate.operator("acme").await;
    let endpoint = |host: &str, direction| Endpoint {
        host: text(host),
        port: Port::parse(65_535).unwrap(),
        priority: connection::Priority::default(),
        weight: connection::Weight::default(),
        direction,
        site: Some(text("FRA 1")),
    };
    let endpoints =
        vec![endpoint("2001:db8::1", Direction::Transmit), endpoint("smsc.example.net", Direction::Receive)];
    let smpp = Smpp {
        bind_type: BindType::Pair,
        max_tps: Some(connection::Tps::parse(7.5).unwrap()),
        ..Smpp::to(Endpoints::parse(endpoints).unwrap())
    };
    let command = connection::create::Create {
        name: text("Köln — 1 😀"),
        profile: Profile::Smpp(Box::new(smpp)),
        spec_overrides: serde_json::from_value(serde_json::json!([{
            "field": "tls_off", "reason": "wünscht der Betreiber", "reference": "T-1", "expires_at": "2030-01-01T00:00:00Z",
        }]))
        .unwrap(),
        counts_for_operator: false,
        private_network: true,
        allow_duplicate: Some(connection::AllowDuplicate { reason: text("one account, two cities") }),
    };
    let (created, change) =
        connection::create::create(&operator, command, &connection::DeniedCidrs::default(), &estate.stamp())
            .unwrap();
    estate.keep(change).await;
    assert_eq!(estate.store.connection(created.id).await.unwrap(), Some(created.clone()));

    let (disabled, change) = connection::status::disable(&created, &estate.stamp()).unwrap();
    estate.keep(change).await;
    assert_eq!((disabled.status, disabled.version, disabled.config_version), (Status::Disabled, 2, 2));
    assert_eq!(estate.store.connection(created.id).await.unwrap(), Some(disabled.clone()));

    let http = serde_json::json!({"http": {"base_url": "https://api.example.net/v1", "auth": "mtls"}});
    let (over_http, change) = estate.updated(&disabled, &[], |update| {
        update.profile = serde_json::from_value(http).unwrap();
        update.spec_overrides = connection::SpecOverrides::default();
        update.allow_duplicate = None;
    });
    estate.keep(change).await;
    assert_eq!(estate.store.connection(created.id).await.unwrap(), Some(over_http));
    assert_eq!(estate.rows.texts("SELECT protocol FROM connection", []).await, ["http"]);
    let places = "SELECT host || ' ' || port || ' ' || direction FROM connection_place";
    assert_eq!(estate.rows.texts(places, []).await, ["api.example.net 443 transmit"]);
    assert_eq!(estate.store.connection(ConnectionId::from(Uuid::nil())).await.unwrap(), None);
}

/// The connections of an operator come by name, with none of somebody else; no operator is not the same as no connections.
pub async fn the_connections_of_an_operator_come_by_name(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let (operator, other) = (estate.operator("acme").await, estate.operator("other").await);
    for name in ["b", "Z", "a", "ä"] {
        estate.connection(&operator, name).await;
        estate.connection(&other, name).await;
    }
    let names = |connections: Vec<connection::Connection>| {
        connections.iter().map(|c| c.name.to_string()).collect::<Vec<_>>()
    };
    let of = async |id| estate.store.connections_of(id).await.unwrap();
    assert_eq!(names(of(operator.id).await.unwrap()), ["Z", "a", "b", "ä"]);
    assert_eq!(of(estate.operator("empty").await.id).await, Some(Vec::new()));
    assert_eq!(of(OperatorId::from(Uuid::nil())).await, None);
}

/// A second connection of that name is refused within an operator, and not beside it.
pub async fn a_second_connection_of_the_same_name_is_taken_within_its_operator_only(
    store: Arc<dyn Store>,
    rows: Rows,
) {
    let estate = Estate::new(store, rows);
    let operator = estate.operator("acme").await;
    let first = estate.connection(&operator, "main").await;
    let command = create_connection("main", "other.example.net");
    let (_, change) =
        connection::create::create(&operator, command, &connection::DeniedCidrs::default(), &estate.stamp())
            .unwrap();
    let refusal = estate.refused(change, None).await;
    assert!(
        matches!(refusal, CommitError::Taken { field: "name", existing } if existing == Some(first.id.uuid())),
        "{refusal:?}"
    );
    estate.connection(&operator, "Main").await;
    estate.connection(&estate.operator("other").await, "main").await;
}

/// A connection's file holds its operator, itself and its credentials, by version.
pub async fn a_connections_file_holds_its_operator_and_its_credentials(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let (operator, connection) = estate.active("acme").await;
    estate.active("other").await;
    estate.credential(&connection).await;
    let (of, found, credentials) = estate.store.connection_file(connection.id).await.unwrap().unwrap();
    assert_eq!((of, &found), (operator, &connection));
    assert_eq!(credentials.iter().map(|c| c.version).collect::<Vec<_>>(), [1, 2]);
    assert!(credentials.iter().all(|c| c.connection_id == connection.id));
    assert!(estate.store.connection_file(ConnectionId::from(Uuid::nil())).await.unwrap().is_none());
}

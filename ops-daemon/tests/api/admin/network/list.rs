//! `GET /networks`.

use serde_json::{Value, json};

use crate::support::{Caller, Daemon, Database, on_both, sample, with};

const NETWORKS: &str = "/admin/v1/networks";

async fn walked(caller: &Caller, query: &str) -> Vec<Value> {
    let (mut cursor, mut all) = (String::new(), Vec::new());
    loop {
        let page = caller.get(&format!("{NETWORKS}?limit=200{query}{cursor}")).await.expect(200);
        all.extend(page.body["items"].as_array().unwrap().iter().cloned());
        let Some(next) = page.body["next_cursor"].as_str() else { return all };
        cursor = format!("&cursor={next}");
    }
}

fn codes(networks: &[Value]) -> Vec<(String, String)> {
    let text = |network: &Value, field: &str| network[field].as_str().unwrap().to_owned();
    networks.iter().map(|network| (text(network, "mcc"), text(network, "mnc"))).collect()
}

on_both!(the_whole_table_comes_in_order_and_is_found_by_code_country_and_name, |daemon: Daemon| async move {
    let viewer = daemon.as_role("viewer");
    let all = walked(&viewer, "").await;
    assert!(all.len() > 800, "{}", all.len());
    assert!(codes(&all).windows(2).all(|two| two[0] < two[1]), "by MCC and MNC, none twice");
    let of = |field: &'static str, value: &'static str| {
        all.iter().filter(move |network| network[field] == value).cloned().collect::<Vec<_>>()
    };
    assert_eq!(walked(&viewer, "&mcc=262").await, of("mcc", "262"));
    assert_eq!(walked(&viewer, "&country=FR").await, of("country", "FR"));
    let one = walked(&viewer, "&mcc=208&mnc=01").await;
    assert_eq!((one.len(), &one[0]["country"]), (1, &json!("FR")));
    assert!(walked(&viewer, "&mcc=208&mnc=001").await.is_empty(), "01 and 001 are two networks");
    let vodafone = walked(&viewer, "&q=VODAFONE").await;
    assert!(vodafone.len() > 5 && vodafone.len() < all.len());
    assert!(
        vodafone.iter().all(|network| network["name"].as_str().unwrap().to_lowercase().contains("vodafone"))
    );
});

on_both!(a_wrong_code_is_told_by_its_parameter, |daemon: Daemon| async move {
    let viewer = daemon.as_role("viewer");
    for (query, told) in [
        ("mcc=26", ("mcc", "length")),
        ("mcc=26x", ("mcc", "pattern")),
        ("mnc=1", ("mnc", "length")),
        ("country=de", ("country", "pattern")),
        ("q=", ("q", "length")),
        ("name=x", ("name", "unknown")),
    ] {
        viewer.get(&format!("{NETWORKS}?{query}")).await.refused(400, "invalid_query").telling(&[told]);
    }
    let page = viewer.get(&format!("{NETWORKS}?limit=1")).await.expect(200);
    let cursor = page.body["next_cursor"].as_str().unwrap();
    viewer.get(&format!("{NETWORKS}?limit=1&mcc=262&cursor={cursor}")).await.refused(400, "invalid_cursor");
});

on_both!(a_network_of_the_table_is_no_warning_of_a_write_and_any_other_is, |daemon: Daemon| async move {
    let some = daemon.admin().get(&format!("{NETWORKS}?limit=3")).await.expect(200).body["items"].clone();
    let mut networks: Vec<_> =
        some.as_array().unwrap().iter().map(|n| json!({"mcc": n["mcc"], "mnc": n["mnc"]})).collect();
    networks.push(json!({"mcc": "999", "mnc": "99"}));
    let body = with(sample::operator("acme"), json!({"networks": networks}));
    let created = daemon.admin().post("/admin/v1/operators", body).await.expect(201);
    let warnings = created.body["warnings"].as_array().unwrap();
    assert_eq!((warnings.len(), &warnings[0]["pointer"]), (1, &json!("/networks/3")));
});

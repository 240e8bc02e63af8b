//! Rights × routes of the internal API: identities with every set of rights ask for everything that is listed.

use ops_daemon::config::Right;
use serde_json::json;

use super::{serve_embedded::embedded, served::Served};
use crate::{documents::permission::committed_internal, support::Caller};

/// Every set of rights, each under a name of its own; the first set is empty.
fn identities() -> Vec<(String, Vec<&'static str>)> {
    let set = |bits: usize| {
        let chosen = Right::ALL.iter().enumerate().filter(move |(nth, _)| bits >> nth & 1 == 1);
        (format!("set-{bits}"), chosen.map(|(_, right)| right.as_str()).collect())
    };
    (0..1 << Right::ALL.len()).map(set).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identity_reaches_exactly_the_routes_of_its_rights() {
    let (mut installation, identities) = (embedded(), identities());
    installation.identify(&identities);
    let served = Served::start(&mut installation).await;
    let (mut passed, mut refused) = (0, 0);
    for (name, rights) in &identities {
        let caller = installation.identified(name);
        for [method, path, right] in committed_internal() {
            let request = caller.request(method.parse().unwrap(), &path).json(&json!({}));
            let answer = Caller::send(request).await;
            if rights.contains(&right.as_str()) {
                answer.refused(422, "invalid");
                passed += 1;
            } else {
                let answer = answer.refused(403, "forbidden");
                assert_eq!(answer.body["detail"], format!("needs {right}"), "{rights:?} {path}");
                refused += 1;
            }
        }
    }
    eprintln!("{} identities: {passed} requests let in, {refused} refused", identities.len());
    assert_eq!(passed, refused, "half of all sets hold any one right");
    assert_eq!(served.stop().await.code(), Some(0));
}

//! A real server passes the conformance suite, under the policy that we ship.

use std::sync::Arc;

use ops_store::{SecretStore, testing::vault::Bao};

async fn open() -> (Arc<dyn SecretStore>, Bao) {
    let server = Bao::dev().await;
    (Arc::new(server.store().await), server)
}

ops_store::secret_conformance_tests!(open);

//! The HTTP profile on the wire: its document is the core's; what a client may leave out has a default here.

use deserr::{Deserr, IntoValue, Value, ValuePointerRef};
use ops_core::{
    connection::{
        BaseUrl, Concurrency, HeaderName, Http, HttpAuth, HttpMethod, HttpTimeout, SuccessStatus,
        SuccessStatuses, Tps,
    },
    list::List,
};
use utoipa::openapi::schema::Schema;

use super::{
    document::{default, documents},
    rule::Described,
};
use crate::faults::Faults;

documents! {
    Http {
        /// Where messages are posted.
        base_url: BaseUrl,
        /// With which method.
        method: HttpMethod = default(),
        /// How the caller shows who it is; the secret is part of the credential.
        auth: HttpAuth,
        /// Milliseconds until a request must be answered.
        timeout_ms: HttpTimeout = default(),
        /// Requests that may be unanswered at once.
        concurrency: Concurrency = default(),
        /// Requests per second; null is unlimited.
        max_tps: Option<Tps> = None,
        /// Statuses that say that the operator has taken the message.
        success_status: SuccessStatuses = default(),
        /// The header that tells the operator which requests are the same one.
        idempotency_header: Option<HeaderName> = None,
    }
}

impl Deserr<Faults> for SuccessStatuses {
    fn deserialize_from_value<V: IntoValue>(
        value: Value<V>,
        place: ValuePointerRef<'_>,
    ) -> Result<Self, Faults> {
        Deserr::deserialize_from_value(value, place).map(Self)
    }
}

impl Described for SuccessStatuses {
    fn described() -> Schema {
        List::<SuccessStatus, 1, 16>::described()
    }
}

//! What writes leave behind: events and audit entries through the API, and everything that is stored.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Daemon, Database, assert_registered, until};

impl Daemon {
    /// Every event that is committed, in order, once all of them are numbered.
    pub async fn events(&self) -> Vec<Value> {
        let rows = self.rows().await;
        until("every committed event is numbered", async || {
            let committed = rows.count("outbox").await;
            let events = self.numbered_events().await;
            (i64::try_from(events.len()).unwrap() == committed).then_some(events)
        })
        .await
    }

    /// The committed events of one operator.
    pub async fn events_of(&self, operator: &str) -> Vec<Value> {
        let source = format!("urn:ops:dev/operators/{operator}");
        self.events().await.into_iter().filter(|event| event["source"] == source).collect()
    }

    async fn numbered_events(&self) -> Vec<Value> {
        let (viewer, mut after, mut events) = (self.as_role("viewer"), "0.0".to_owned(), Vec::new());
        loop {
            let page = viewer.get(&format!("/admin/v1/events?after={after}&limit=200")).await.expect(200);
            let items = page.body["items"].as_array().unwrap();
            if items.is_empty() {
                return events;
            }
            items.iter().for_each(assert_registered);
            events.extend(items.iter().cloned());
            page.body["next_cursor"].as_str().unwrap().clone_into(&mut after);
        }
    }

    /// The whole audit trail, newest first.
    pub async fn audit(&self) -> Vec<Value> {
        let (auditor, mut cursor, mut entries) = (self.as_role("auditor"), String::new(), Vec::new());
        loop {
            let page = auditor.get(&format!("/admin/v1/audit?limit=200{cursor}")).await.expect(200);
            entries.extend(page.body["items"].as_array().unwrap().iter().cloned());
            let Some(next) = page.body["next_cursor"].as_str() else { return entries };
            cursor = format!("&cursor={next}");
        }
    }

    /// Every row of every table, once all events are numbered: equal before and after what must leave nothing.
    pub async fn stored(&self) -> BTreeMap<String, Vec<String>> {
        self.events().await;
        self.stored_now().await
    }

    /// As [`Daemon::stored`], without asking the daemon, which may have lost its database.
    pub async fn stored_now(&self) -> BTreeMap<String, Vec<String>> {
        let mut stored = self.rows().await.everything().await;
        // notebooks of tasks: they follow what is published and what is sealed, a little later
        for table in ["relay_mark", "audit_link", "audit_seal"] {
            stored.remove(table);
        }
        stored
    }

    /// Waits until the stream holds every event as the API shows it, each once and in the same order, and those of an
    /// operator without a gap.
    #[cfg(feature = "stack")]
    pub async fn stream_is_whole(&self) -> usize {
        let shown = self.events().await;
        let messages = until("every event is on the stream", async || {
            let messages = self.servers().messages().await;
            (messages.len() >= shown.len()).then_some(messages)
        })
        .await;
        let mut last = BTreeMap::new();
        for (message, event) in messages.iter().zip(&shown) {
            assert_eq!(message.id.as_deref(), event["id"].as_str(), "{}", message.sequence);
            assert_eq!(serde_json::from_slice::<Value>(&message.body).unwrap(), *event);
            assert_eq!(message.subject, event["subject"].as_str().unwrap());
            let sequence: u64 = event["sequence"].as_str().unwrap()[4..].parse().unwrap();
            let before = last.insert(event["source"].to_string(), sequence).unwrap_or(0);
            assert_eq!(sequence, before + 1, "{event}");
        }
        assert_eq!(messages.len(), shown.len(), "each once");
        shown.len()
    }

    /// Secrets in the secret store.
    pub async fn secrets(&self) -> i64 {
        match self.database() {
            Database::Sqlite => {
                let rows = ops_store::testing::Rows::of_sqlite(&self.folder().join("secrets.sqlite"));
                rows.number("SELECT count(*) FROM secret WHERE path LIKE 'operators/%'", []).await
            }
            #[cfg(feature = "stack")]
            Database::Servers(servers) => servers.count_secrets().await,
        }
    }
}

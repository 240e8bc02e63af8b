//! Request ids: `src/http/request_id.rs`.

use reqwest::Method;

use crate::support::{Caller, Daemon, Database, on_both, sample};

on_both!(
    a_well_formed_id_is_echoed_in_header_and_problem_and_kept_in_the_audit_trail,
    |daemon: Daemon| async move {
        let admin = daemon.admin();
        let id = "Ticket_4711.a-".repeat(4);
        let read = admin.request(Method::GET, "/admin/v1/me").header("x-request-id", &id);
        assert_eq!(Caller::send(read).await.expect(200).header("x-request-id"), id);
        for (caller, path, status, code) in [
            (&admin, "/none", 404, "not_found"),
            (&daemon.anybody(), "/admin/v1/me", 401, "unauthenticated"),
            (&daemon.as_role("viewer"), "/admin/v1/audit", 403, "forbidden"),
            (&admin, "/admin/v1/operators?x=1", 400, "invalid_query"),
        ] {
            let refused = Caller::send(caller.request(Method::GET, path).header("x-request-id", &id)).await;
            assert_eq!(refused.refused(status, code).body["request_id"], id);
        }
        let write = admin.request(Method::POST, "/admin/v1/operators").json(&sample::operator("acme"));
        Caller::send(write.header("x-request-id", &id)).await.expect(201);
        assert_eq!(daemon.audit().await[0]["request_id"], id);
    }
);

on_both!(any_other_id_is_replaced, |daemon: Daemon| async move {
    let viewer = daemon.as_role("viewer");
    for bad in ["", "a b", "a/b", "x".repeat(65).as_str()] {
        let request = viewer.request(Method::GET, "/admin/v1/me").header("x-request-id", bad);
        let fresh = Caller::send(request).await.expect(200).header("x-request-id");
        assert!(fresh.len() == 32 && fresh.bytes().all(|b| b.is_ascii_hexdigit()), "{bad}: {fresh}");
    }
    let first = viewer.get("/admin/v1/me").await.header("x-request-id");
    assert_ne!(first, viewer.get("/admin/v1/me").await.header("x-request-id"));
});

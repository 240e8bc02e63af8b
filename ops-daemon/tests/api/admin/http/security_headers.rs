//! Headers of every answer: `src/http/security_headers.rs`.

use crate::support::{Daemon, Database, on_both};

on_both!(no_answer_may_be_stored_or_guessed_at_or_says_what_software_it_is, |daemon: Daemon| async move {
    let ready = daemon.ops().get("/health/ready").await;
    for answer in [
        daemon.admin().get("/admin/v1/operators").await.expect(200),
        daemon.admin().get("/none").await.expect(404),
        daemon.anybody().get("/admin/v1/me").await.expect(401),
        ready.expect(200),
    ] {
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("access-control-allow-origin"), "", "no other site reads our answers");
        assert!(!answer.headers.contains_key("server"));
    }
});

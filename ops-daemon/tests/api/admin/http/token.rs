//! Bearer tokens at the door: `src/http/token.rs` and `permit.rs`.

use jsonwebtoken::{EncodingKey, Header};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Caller, Daemon, Database, now, on_both, with};

const ME: &str = "/admin/v1/me";

/// A token of the daemon's own issuer with these claims, where they differ from those of a viewer.
fn token(daemon: &Daemon, claims: Value) -> String {
    let read = |name: &str| std::fs::read(daemon.folder().join(name)).unwrap();
    let viewer = String::from_utf8(read("tokens/viewer.jwt")).unwrap();
    let Header { kid, alg, .. } = jsonwebtoken::decode_header(viewer.trim()).unwrap();
    let now = now().as_second();
    let sound = json!({
        "iss": "https://ops.dev", "aud": "ops", "sub": "somebody", "roles": ["viewer"], "iat": now, "exp": now + 3600,
    });
    let key = EncodingKey::from_ec_pem(&read("keys/issuer")).unwrap();
    jsonwebtoken::encode(&Header { kid, ..Header::new(alg) }, &with(sound, claims), &key).unwrap()
}

async fn me(daemon: &Daemon, claims: Value) -> Answer {
    Caller::with_token(daemon.admin_url(), &token(daemon, claims)).get(ME).await
}

on_both!(a_token_counts_while_every_claim_is_sound, |daemon: Daemon| async move {
    let now = now().as_second();
    assert_eq!(me(&daemon, json!({})).await.expect(200).body["subject"], "somebody");
    me(&daemon, json!({"aud": ["other", "ops"], "nbf": now - 10})).await.expect(200);
    for claims in [
        json!({"iss": "https://ops.dev/"}),
        json!({"aud": "other"}),
        json!({"iat": now - 7200, "exp": now - 3600}),
        json!({"iat": now, "exp": now + 86_400 * 2}),
        json!({"iat": now + 3600, "exp": now + 7200}),
        json!({"nbf": now + 3600}),
        json!({"exp": null}),
        json!({"sub": null}),
        json!({"sub": ""}),
    ] {
        let refused = me(&daemon, claims.clone()).await;
        assert_eq!(refused.status, 401, "{claims}");
        assert_eq!(
            refused.refused(401, "unauthenticated").header("www-authenticate"),
            "Bearer error=\"invalid_token\""
        );
    }
});

on_both!(a_role_that_nobody_knows_may_do_nothing, |daemon: Daemon| async move {
    for roles in [json!(["root", "Admin"]), json!([])] {
        let token = token(&daemon, json!({"roles": roles}));
        let caller = Caller::with_token(daemon.admin_url(), &token);
        let me = caller.get(ME).await.expect(200);
        assert_eq!((&me.body["roles"], &me.body["permissions"]), (&json!([]), &json!([])));
        caller.get("/admin/v1/operators").await.refused(403, "forbidden");
        caller.act("/admin/v1/routing/resolve").await.refused(403, "forbidden");
    }
});

on_both!(a_changed_or_misplaced_token_is_refused, |daemon: Daemon| async move {
    let sound = token(&daemon, json!({}));
    let (head, signature) = sound.rsplit_once('.').unwrap();
    let admin = token(&daemon, json!({"roles": ["admin"]}));
    let swapped = format!("{}.{signature}", admin.rsplit_once('.').unwrap().0);
    for bad in [
        swapped,
        format!("{head}."),
        head.to_owned(),
        format!("{sound}x"),
        "a.b.c".into(),
        "x".repeat(20_000),
    ] {
        Caller::with_token(daemon.admin_url(), &bad).get(ME).await.refused(401, "unauthenticated");
    }
    let anybody = daemon.anybody();
    let shown = |value: String| Caller::send(anybody.request(Method::GET, ME).header("authorization", value));
    shown(format!("bearer {sound}")).await.expect(200);
    for value in [
        format!("Basic {sound}"),
        sound.clone(),
        "Bearer".into(),
        "Bearer ".into(),
        format!("Bearer  {sound}"),
    ] {
        shown(value).await.refused(401, "unauthenticated");
    }
    let twice = anybody.request(Method::GET, ME).bearer_auth(&sound).bearer_auth(&sound);
    Caller::send(twice).await.refused(401, "unauthenticated");
});

on_both!(who_may_not_is_told_before_the_body_is_looked_at, |daemon: Daemon| async move {
    let path = "/admin/v1/operators";
    let broken = |caller: &Caller| Caller::send(caller.request(Method::POST, path).body("{"));
    broken(&daemon.anybody()).await.refused(401, "unauthenticated");
    broken(&daemon.as_role("viewer")).await.refused(403, "forbidden");
    broken(&daemon.as_role("editor")).await.refused(415, "unsupported_media_type");
});

on_both!(a_token_in_the_url_is_refused_even_when_it_is_sound, |daemon: Daemon| async move {
    let sound = token(&daemon, json!({}));
    for (caller, query) in [
        (daemon.anybody(), format!("access_token={sound}")),
        (daemon.as_role("viewer"), "access_token=x".into()),
        (daemon.as_role("viewer"), "limit=1&Access_Token=".into()),
        (daemon.as_role("viewer"), "access%5Ftoken=x".into()),
    ] {
        let refused = caller.get(&format!("/admin/v1/operators?{query}")).await.refused(400, "token_in_url");
        assert!(!refused.text.contains(&sound));
    }
    daemon.anybody().get(&format!("/none?access_token={sound}")).await.refused(400, "token_in_url");
    assert!(!daemon.output().contains(&sound), "the log has no token");
});

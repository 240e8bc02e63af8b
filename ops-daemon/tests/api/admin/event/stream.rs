//! `GET /events/stream`.

use serde_json::Value;

use crate::support::{Caller, Daemon, Database, Frames, assert_registered, on_both, sample, until};

const STREAM: &str = "/admin/v1/events/stream";

async fn create(daemon: &Daemon, code: &str) {
    daemon.admin().post("/admin/v1/operators", sample::operator(code)).await.expect(201);
}

/// So many events, each with the position it came with; each follows its schema.
async fn take(frames: &mut Frames, count: usize) -> Vec<(String, Value)> {
    let mut taken = Vec::new();
    while taken.len() < count {
        let frame = frames.next().await.expect("the stream goes on");
        assert_eq!(frame.event, frame.data["type"].as_str().unwrap());
        assert_registered(&frame.data);
        taken.push((frame.id, frame.data));
    }
    taken
}

on_both!(
    a_stream_tells_what_was_and_what_comes_and_goes_on_where_a_reader_was,
    |daemon: Daemon| async move {
        let viewer = daemon.as_role("viewer");
        create(&daemon, "one").await;
        create(&daemon, "two").await;
        let shown = daemon.events().await;
        let mut frames = viewer.follow(&format!("{STREAM}?after=0.0"), None).await;
        let before = take(&mut frames, 2).await;
        create(&daemon, "three").await;
        let after = take(&mut frames, 1).await;
        let told: Vec<_> = before.iter().chain(&after).map(|(_, event)| event.clone()).collect();
        assert_eq!((&told[..2], &told[2]), (&shown[..], &daemon.events().await[2]));
        assert_eq!(
            before.iter().chain(&after).map(|(id, _)| id.as_str()).collect::<Vec<_>>(),
            ["1.1", "1.2", "1.3"]
        );

        // the header goes before the query
        let mut again = viewer.follow(&format!("{STREAM}?after=1.3"), Some("1.1")).await;
        assert_eq!(
            take(&mut again, 2).await.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(),
            ["1.2", "1.3"]
        );
        // without a place, from now on
        let mut fresh = viewer.follow(STREAM, None).await;
        create(&daemon, "four").await;
        assert_eq!(take(&mut fresh, 1).await[0].0, "1.4");
    }
);

on_both!(a_reader_that_is_cut_off_before_its_first_event_misses_none, |daemon: Daemon| async move {
    let viewer = daemon.as_role("viewer");
    create(&daemon, "before").await;
    daemon.events().await;
    let mut frames = viewer.follow(STREAM, None).await;
    let place = frames.place().await;
    drop(frames);
    create(&daemon, "meanwhile").await;
    let mut frames = viewer.follow(STREAM, Some(&place)).await;
    assert_eq!(frames.place().await, place);
    let told = take(&mut frames, 1).await;
    assert_eq!((place.as_str(), told[0].0.as_str()), ("1.1", "1.2"));
    assert_eq!(told[0].1, daemon.events().await[1]);
});

on_both!(readers_that_come_and_go_get_every_event_once_while_many_write, |daemon: Daemon| async move {
    const WRITERS: usize = 6;
    const EACH: usize = 12;
    let viewer = daemon.as_role("viewer");
    let read = async |step: usize| {
        let (mut told, mut place) = (Vec::new(), "0.0".to_owned());
        while told.len() < WRITERS * EACH {
            let mut frames = viewer.follow(STREAM, Some(&place)).await;
            let count = step.min(WRITERS * EACH - told.len());
            let taken = take(&mut frames, count).await;
            place = taken.last().unwrap().0.clone();
            told.extend(taken.into_iter().map(|(_, event)| event["id"].clone()));
        }
        told
    };
    let write = async |writer: usize| {
        for n in 0..EACH {
            create(&daemon, &format!("w{writer}-{n}")).await;
        }
    };
    let writing = futures::future::join_all((0..WRITERS).map(write));
    let reading = futures::future::join_all([1, 5, WRITERS * EACH].map(read));
    let (_, told) = futures::future::join(writing, reading).await;
    let shown: Vec<_> = daemon.events().await.iter().map(|event| event["id"].clone()).collect();
    assert_eq!(shown.len(), WRITERS * EACH);
    for told in told {
        assert_eq!(told, shown);
    }
});

on_both!(a_place_that_is_none_is_refused_and_a_writer_is_told_who_may_listen, |daemon: Daemon| async move {
    let viewer = daemon.as_role("viewer");
    for bad in ["", "1", "01.1", "x", "1.-1"] {
        let request = viewer.request(reqwest::Method::GET, STREAM).header("last-event-id", bad);
        Caller::send(request).await.refused(400, "malformed_header");
    }
    viewer.get(&format!("{STREAM}?after=x")).await.refused(400, "invalid_query");
    daemon.anybody().get(STREAM).await.refused(401, "unauthenticated");
});

on_both!(a_drain_says_goodbye_and_the_daemon_ends_in_time, |daemon: Daemon| async move {
    let mut daemon = daemon;
    create(&daemon, "one").await;
    daemon.events().await;
    let mut frames = daemon.as_role("viewer").follow(STREAM, None).await;
    daemon.signal("TERM");
    let bye = frames.next().await.unwrap();
    assert_eq!(bye.id, "1.1", "where to go on");
    assert_eq!((bye.event.as_str(), &bye.data["reason"]), ("bye", &"draining".into()));
    assert_eq!(frames.next().await, None);
    until("the daemon has ended", async || daemon.ended()).await;
});

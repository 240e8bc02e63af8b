//! Each fault of the proxy, before a server that sends back what it gets.

use std::io::ErrorKind;

use super::*;

/// A server that sends back what it gets, and the proxy before it.
async fn scene() -> FaultProxy {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut from, mut to) = client.split();
                tokio::io::copy(&mut from, &mut to).await
            });
        }
    });
    FaultProxy::before("127.0.0.1", port, 7).await
}

async fn connect(proxy: &FaultProxy) -> TcpStream {
    TcpStream::connect(("127.0.0.1", proxy.port())).await.unwrap()
}

async fn echo(client: &mut TcpStream, text: &str) -> std::io::Result<String> {
    client.write_all(text.as_bytes()).await?;
    let mut back = vec![0; text.len()];
    client.read_exact(&mut back).await?;
    Ok(String::from_utf8(back).unwrap())
}

/// Nothing comes for as long as a test may watch.
async fn stays_silent(client: &mut TcpStream) -> bool {
    let mut octet = [0];
    tokio::time::timeout(Duration::from_millis(200), client.read(&mut octet)).await.is_err()
}

#[tokio::test]
async fn what_passes_is_counted() {
    let proxy = scene().await;
    let mut client = connect(&proxy).await;
    assert_eq!(echo(&mut client, "hello").await.unwrap(), "hello");
    assert_eq!((proxy.connections(), proxy.octets()), (1, (5, 5)));
}

#[tokio::test]
async fn a_server_that_refuses_has_reset_what_it_had_and_comes_back_on_its_port() {
    let mut proxy = scene().await;
    let mut client = connect(&proxy).await;
    echo(&mut client, "hello").await.unwrap();
    proxy.set(Fault::Refuse).await;
    assert_eq!(echo(&mut client, "hello").await.unwrap_err().kind(), ErrorKind::ConnectionReset);
    let refused = TcpStream::connect(("127.0.0.1", proxy.port())).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    proxy.set(Fault::Pass).await;
    assert_eq!(echo(&mut connect(&proxy).await, "again").await.unwrap(), "again");
}

#[tokio::test]
async fn a_server_that_is_half_open_takes_everything_and_says_nothing_until_it_passes() {
    let mut proxy = scene().await;
    let mut old = connect(&proxy).await;
    echo(&mut old, "hello").await.unwrap();
    proxy.set(Fault::HalfOpen).await;
    let mut new = connect(&proxy).await;
    for client in [&mut old, &mut new] {
        client.write_all(b"later").await.unwrap();
        assert!(stays_silent(client).await);
    }
    proxy.set(Fault::Pass).await;
    for client in [&mut old, &mut new] {
        let mut back = [0; 5];
        client.read_exact(&mut back).await.unwrap();
        assert_eq!(&back, b"later");
    }
}

#[tokio::test]
async fn a_cut_ends_a_connection_after_so_many_octets_of_its_direction() {
    let mut proxy = scene().await;
    proxy.set(Fault::CutAfter(Direction::Answered, 3)).await;
    let mut client = connect(&proxy).await;
    client.write_all(b"hello").await.unwrap();
    let mut back = Vec::new();
    client.read_to_end(&mut back).await.unwrap();
    assert_eq!(back, b"hel");
    proxy.set(Fault::CutAfter(Direction::Asked, 0)).await;
    let before = proxy.octets().0;
    let mut client = connect(&proxy).await;
    client.write_all(b"hello").await.unwrap();
    assert_eq!(client.read(&mut [0; 5]).await.unwrap(), 0);
    assert_eq!(proxy.octets().0, before, "the server got nothing");
}

#[tokio::test]
async fn a_reset_is_a_reset() {
    let mut proxy = scene().await;
    proxy.set(Fault::ResetAfter(Direction::Asked, 5)).await;
    let mut client = connect(&proxy).await;
    client.write_all(b"hello").await.unwrap();
    let mut back = Vec::new();
    assert_eq!(client.read_to_end(&mut back).await.unwrap_err().kind(), ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn an_answer_that_is_dropped_was_asked_for_all_the_same() {
    let mut proxy = scene().await;
    proxy.set(Fault::DropAnswers).await;
    let mut client = connect(&proxy).await;
    client.write_all(b"hello").await.unwrap();
    assert!(stays_silent(&mut client).await);
    assert_eq!(proxy.octets(), (5, 0));
}

#[tokio::test(start_paused = true)]
async fn a_slow_way_takes_its_time_and_loses_nothing() {
    let mut proxy = scene().await;
    proxy.set(Fault::Slow(Duration::from_secs(2))).await;
    let began = tokio::time::Instant::now();
    let mut client = connect(&proxy).await;
    assert_eq!(echo(&mut client, "hello").await.unwrap(), "hello");
    let took = began.elapsed();
    assert!(took >= Duration::from_secs(2) && took <= Duration::from_secs(4), "{took:?}");
}
#[tokio::test(start_paused = true)]
async fn octets_that_trickle_come_at_their_rate() {
    let mut proxy = scene().await;
    proxy.set(Fault::Trickle(20)).await;
    let began = tokio::time::Instant::now();
    assert_eq!(echo(&mut connect(&proxy).await, "0123456789").await.unwrap(), "0123456789");
    let took = began.elapsed();
    assert!(took >= Duration::from_millis(500) && took <= Duration::from_millis(1100), "{took:?}");
}

#[tokio::test]
async fn octets_count_from_the_fault_on_also_in_a_connection_that_is_there() {
    let mut proxy = scene().await;
    for _ in 0..50 {
        proxy.set(Fault::Pass).await;
        let mut client = connect(&proxy).await;
        assert_eq!(echo(&mut client, "hello").await.unwrap(), "hello");
        proxy.set(Fault::CutAfter(Direction::Answered, 3)).await;
        client.write_all(b"hello").await.unwrap();
        let mut back = Vec::new();
        client.read_to_end(&mut back).await.unwrap();
        assert_eq!(back, b"hel");
    }
}

#[tokio::test]
async fn a_cut_is_a_clean_end_however_much_was_sent_that_nobody_reads() {
    let mut proxy = scene().await;
    proxy.set(Fault::CutAfter(Direction::Asked, 3)).await;
    for _ in 0..20 {
        let mut client = connect(&proxy).await;
        client.write_all(&[7; 4 * CHUNK]).await.unwrap();
        assert_eq!(client.read(&mut [0; 5]).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn a_client_that_takes_nothing_is_reset_all_the_same() {
    let mut proxy = scene().await;
    let mut client = connect(&proxy).await;
    let full = async { while client.write_all(&[7; CHUNK]).await.is_ok() {} };
    assert!(tokio::time::timeout(Duration::from_millis(500), full).await.is_err(), "every buffer is full");
    proxy.set(Fault::Refuse).await;
    let ended = tokio::time::timeout(Duration::from_secs(10), client.write_all(&[7; CHUNK])).await;
    assert_eq!(ended.expect("it ends").unwrap_err().kind(), ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn a_server_that_is_half_open_hears_nothing_not_even_an_end() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let mut proxy = FaultProxy::before("127.0.0.1", listener.local_addr().unwrap().port(), 7).await;
    let mut client = connect(&proxy).await;
    client.write_all(b"a").await.unwrap();
    let mut server = listener.accept().await.unwrap().0;
    server.read_exact(&mut [0]).await.unwrap();
    proxy.set(Fault::HalfOpen).await;
    client.write_all(b"b").await.unwrap();
    drop(client);
    drop(connect(&proxy).await);
    assert!(stays_silent(&mut server).await);
    let other = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
    assert!(other.is_err(), "nor is there a new connection");
    proxy.set(Fault::Pass).await;
    let mut heard = Vec::new();
    server.read_to_end(&mut heard).await.unwrap();
    assert_eq!(heard, b"b");
}

#[tokio::test]
async fn what_is_random_follows_from_the_seed_which_can_be_read() {
    let (_sender, fault) = watch::channel(Fault::Pass);
    let rolls = |dice| {
        let mut way = Way {
            direction: Direction::Asked,
            fault: fault.clone(),
            passed: 0,
            counts: Arc::default(),
            dice,
        };
        [(); 4].map(|()| way.roll())
    };
    assert_eq!(rolls(7), rolls(7));
    assert_ne!(rolls(7), rolls(8));
    assert!(rolls(7).iter().all(|roll| (0.0..1.0).contains(roll)));
    let proxy = scene().await;
    assert_eq!(format!("{proxy:?}"), "FaultProxy { seed: 7, fault: Pass }");
}

//! A nats-server with JetStream of a test's own: started, killed, started again on the same port, its store copied away and
//! put back, its stream read from end to end.

use std::{
    fs,
    net::{Ipv4Addr, TcpStream},
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use async_nats::jetstream::{Context, stream::Info};
use futures::{StreamExt, TryStreamExt};
use tempfile::TempDir;

use super::server::{Process, free_port, program};
use crate::nats::{NatsStream, STREAM, SUBJECTS, Settings, Wanted};

/// The variable that names the program.
pub const PROGRAM: &str = "OPS_TEST_NATS_SERVER";
/// How long a server may take to listen, and to end.
const WITHIN: Duration = Duration::from_secs(20);

/// A running nats-server, or one that was stopped. It ends with this value, and its folder goes.
pub struct NatsServer {
    folder: TempDir,
    port: u16,
    starts: u32,
    process: Option<Process>,
}

/// A message of the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnStream {
    /// Its place.
    pub sequence: u64,
    /// Its subject.
    pub subject: String,
    /// `Nats-Msg-Id`, or nothing.
    pub id: Option<String>,
    /// `content-type`, or nothing.
    pub content_type: Option<String>,
    /// What it says.
    pub body: Vec<u8>,
}

impl NatsServer {
    /// A server with JetStream on loopback, without TLS and without users.
    ///
    /// # Panics
    /// When `OPS_TEST_NATS_SERVER` is missing or the server does not come up.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with("")
    }

    /// A server whose configuration also says this. One that needs files beside it is made by [`NatsServer::prepare`].
    ///
    /// # Panics
    /// As [`NatsServer::start`].
    #[must_use]
    pub fn start_with(more: &str) -> Self {
        let mut server = Self::prepare();
        server.configure(more);
        server.start_again();
        server
    }

    /// A server that was not started yet.
    ///
    /// # Panics
    /// When it has no folder.
    #[must_use]
    pub fn prepare() -> Self {
        let server =
            Self { folder: tempfile::tempdir().unwrap(), port: free_port(), starts: 0, process: None };
        server.configure("");
        server
    }

    /// Its configuration from the next start on, beside address, port and store.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn configure(&self, more: &str) {
        // streams reserve what they may grow to: not as much as this machine has free now
        let config = format!(
            "listen: \"127.0.0.1:{}\"\njetstream {{ store_dir: \"{}\", max_file_store: 64GB }}\n{more}\n",
            self.port,
            self.store().display()
        );
        fs::write(self.folder().join("nats.conf"), config).unwrap();
    }

    /// Starts it again, on the same port and with the same store, and waits until it listens and JetStream answers.
    ///
    /// # Panics
    /// When it does not come up.
    pub fn start_again(&mut self) {
        assert!(self.process.is_none(), "it runs already");
        let mut command = Command::new(program(PROGRAM));
        command.arg("-c").arg(self.folder().join("nats.conf"));
        // a log of its own for each start: what it says tells of this start
        self.starts += 1;
        let mut process = Process::start(command, &self.folder().join(format!("log-{}", self.starts)));
        let started = Instant::now();
        // a connection alone could be met by whoever else got the port
        while !(process.output().contains("Server is ready") && self.listens()) {
            assert!(process.ended().is_none(), "nats-server ended: {}", process.output());
            assert!(started.elapsed() < WITHIN, "nats-server does not come up: {}", process.output());
            // paced: there is nothing to wait on before it listens
            std::thread::sleep(Duration::from_millis(10));
        }
        self.process = Some(process);
    }

    /// Ends it at once, as a crash would.
    ///
    /// # Panics
    /// When it does not run.
    pub fn kill(&mut self) {
        self.process.take().expect("it runs").kill();
    }

    /// Asks it to end, and waits for that.
    ///
    /// # Panics
    /// When it does not run, or does not end.
    pub fn stop(&mut self) {
        let mut process = self.process.take().expect("it runs");
        process.signal("TERM");
        let asked = Instant::now();
        while process.ended().is_none() {
            assert!(asked.elapsed() < WITHIN, "nats-server does not end: {}", process.output());
            // paced: the system tells the end of a child only to who asks
            std::thread::sleep(Duration::from_millis(10));
        }
        drop(process);
    }

    /// Holds it as it is: connections stay, and nothing answers. [`NatsServer::resume`] lets it go on.
    ///
    /// # Panics
    /// When it does not run.
    pub fn pause(&self) {
        self.process.as_ref().expect("it runs").signal("STOP");
    }

    /// Lets it go on.
    ///
    /// # Panics
    /// When it does not run.
    pub fn resume(&self) {
        self.process.as_ref().expect("it runs").signal("CONT");
    }

    /// Its port on 127.0.0.1.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Its address for a client.
    #[must_use]
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Its settings as the service takes them.
    #[must_use]
    pub fn settings(&self) -> Settings {
        settings(&self.url())
    }

    /// Where its files lie.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Copies its store, so that it can be put back later. The server must not run.
    ///
    /// # Panics
    /// When it runs, or the copy cannot be made.
    pub fn copy_store(&self) {
        assert!(self.process.is_none(), "a running server's files are not at rest");
        copy(&self.store(), &self.kept());
    }

    /// Puts back the store that was copied. The server must not run.
    ///
    /// # Panics
    /// When it runs, or there is no copy.
    pub fn put_store_back(&self) {
        assert!(self.process.is_none(), "a running server does not see it");
        fs::remove_dir_all(self.store()).unwrap();
        copy(&self.kept(), &self.store());
    }

    /// JetStream, on a connection of its own.
    ///
    /// # Panics
    /// When the server refuses.
    pub async fn jetstream(&self) -> Context {
        async_nats::jetstream::new(async_nats::connect(self.url()).await.unwrap())
    }

    /// Makes the stream as `stream ensure` does.
    ///
    /// # Panics
    /// When the server refuses.
    pub async fn ensure(&self) {
        NatsStream::ensure(&self.settings(), Wanted::default()).await.unwrap();
    }

    /// The stream as the service uses it.
    ///
    /// # Panics
    /// When the settings are wrong.
    pub async fn stream(&self) -> NatsStream {
        NatsStream::connect(&self.settings()).await.unwrap()
    }

    /// What the server says about the stream.
    ///
    /// # Panics
    /// When there is none.
    pub async fn info(&self) -> Info {
        self.jetstream().await.get_stream(STREAM).await.unwrap().get_info().await.unwrap()
    }

    /// Every message of the stream, in order.
    ///
    /// # Panics
    /// When the server refuses.
    pub async fn messages(&self) -> Vec<OnStream> {
        messages(&self.url()).await
    }

    /// Publishes so many messages of one body by the bare client, with so many acknowledgements outstanding, and tells how
    /// long that took: what the server takes by itself.
    ///
    /// # Panics
    /// When it refuses.
    pub async fn publish_bare(&self, count: usize, body: &[u8], outstanding: usize) -> Duration {
        let context = self.jetstream().await;
        let subject = SUBJECTS.replace('>', "bare.updated");
        let body: bytes::Bytes = body.to_vec().into();
        let began = Instant::now();
        futures::stream::iter(0..count)
            .map(|_| async { context.publish(subject.clone(), body.clone()).await?.await.map(drop) })
            .buffered(outstanding)
            .try_collect::<()>()
            .await
            .unwrap();
        began.elapsed()
    }

    /// The ids of messages as a consumer of the stream gets them, so after they are stored.
    ///
    /// # Panics
    /// When it refuses.
    pub async fn follow(&self) -> impl futures::Stream<Item = String> + Send + use<> {
        let stream = self.jetstream().await.get_stream(STREAM).await.unwrap();
        let config = async_nats::jetstream::consumer::pull::OrderedConfig::default();
        let messages = stream.create_consumer(config).await.unwrap().messages().await.unwrap();
        messages.map(|message| on_stream(&message.unwrap()).id.unwrap())
    }

    fn listens(&self) -> bool {
        TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok()
    }

    fn store(&self) -> PathBuf {
        self.folder().join("store")
    }

    fn kept(&self) -> PathBuf {
        self.folder().join("kept")
    }
}

/// Every message of the stream of a server, in order.
///
/// # Panics
/// When the server refuses.
pub async fn messages(url: &str) -> Vec<OnStream> {
    let context = async_nats::jetstream::new(async_nats::connect(url).await.unwrap());
    let mut stream = context.get_stream(STREAM).await.unwrap();
    let count = usize::try_from(stream.info().await.unwrap().state.messages).unwrap();
    if count == 0 {
        return Vec::new();
    }
    let config = async_nats::jetstream::consumer::pull::OrderedConfig::default();
    let consumer = stream.create_consumer(config).await.unwrap();
    let messages = consumer.messages().await.unwrap().take(count);
    messages.map_ok(|message| on_stream(&message)).try_collect().await.unwrap()
}

/// Settings of a client without credentials.
#[must_use]
pub fn settings(url: &str) -> Settings {
    Settings { urls: vec![url.to_owned()], credentials_file: None, ca_file: None }
}

fn on_stream(message: &async_nats::jetstream::Message) -> OnStream {
    let header = |name: &str| Some(message.headers.as_ref()?.get(name)?.as_str().to_owned());
    OnStream {
        sequence: message.info().unwrap().stream_sequence,
        subject: message.subject.to_string(),
        id: header("Nats-Msg-Id"),
        content_type: header("content-type"),
        body: message.payload.to_vec(),
    }
}

fn copy(from: &Path, to: &Path) {
    if to.exists() {
        fs::remove_dir_all(to).unwrap();
    }
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

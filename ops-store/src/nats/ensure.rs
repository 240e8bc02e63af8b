//! Making the stream, or making it again what it should be: for `ops-daemon stream ensure`, never for `serve`.

use std::{fmt, time::Duration};

use async_nats::jetstream::{
    context::RequestErrorKind,
    response::Response,
    stream::{Config, DiscardPolicy, Info, RetentionPolicy, StorageType},
};

use super::{ConnectError, NatsStream, STREAM, SUBJECTS, Settings, refusal, tail};
use crate::port::StreamError;

/// How long events stay on the stream. The outbox keeps them twice as long, so that the stream can be filled again.
const MAX_AGE: Duration = Duration::from_secs(7 * 24 * 3600);
/// How long the stream recognises a repeated id by itself.
const DUPLICATE_WINDOW: Duration = Duration::from_secs(600);
/// Octets on disk unless told otherwise.
const MAX_BYTES: i64 = 10 * 1024 * 1024 * 1024;
/// How long a person waits for a connection.
const CONNECTED_WITHIN: Duration = Duration::from_secs(5);

/// What may be chosen. Nothing is: the default for a new stream, and what is there for an old one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Octets on disk.
    pub max_bytes: Option<i64>,
    /// Copies in a cluster, 1 to 5.
    pub replicas: Option<usize>,
}

/// What was done. Its text is a sentence for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ensured {
    /// There was none.
    Created {
        /// What it is now.
        settings: String,
    },
    /// It was as it should be.
    Same {
        /// What it is.
        settings: String,
    },
    /// It differed, and was changed.
    Updated {
        /// What was changed, in words.
        changes: Vec<String>,
    },
}

impl fmt::Display for Ensured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Created { settings } => write!(f, "the stream {STREAM} was created: {settings}"),
            Self::Same { settings } => write!(f, "the stream {STREAM} is as it should be: {settings}"),
            Self::Updated { changes } => write!(f, "the stream {STREAM} was changed: {}", changes.join(", ")),
        }
    }
}

/// Why the stream is not what it should be.
#[derive(Debug, thiserror::Error)]
pub enum EnsureError {
    /// The settings cannot be used.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The server does not answer, or does not allow it.
    #[error("the stream {STREAM} cannot be looked at")]
    Stream(#[from] StreamError),
    /// What differs cannot be changed.
    #[error(
        "the stream {STREAM} cannot be made what it should be ({0}): delete it and run this again; the relay publishes \
         everything that the outbox keeps"
    )]
    Fixed(String),
    /// The server did not take it.
    #[error("the server did not take the stream {STREAM}: {0}")]
    Refused(String),
}

impl NatsStream {
    /// Creates the stream, or changes what differs. Running it again does nothing.
    ///
    /// # Errors
    /// [`EnsureError`].
    pub async fn ensure(settings: &Settings, wanted: Wanted) -> Result<Ensured, EnsureError> {
        let this = Self::connect(settings).await?;
        let mut link = this.link.clone();
        if tokio::time::timeout(CONNECTED_WITHIN, link.wait_for(|link| link.up)).await.is_err() {
            let why = this.trouble("there is no connection");
            return Err(StreamError::Unavailable(why.into()).into());
        }
        match tail::info(&this.context).await {
            Err(StreamError::Missing) => {
                let config = new(wanted);
                this.apply("CREATE", &config).await?;
                Ok(Ensured::Created { settings: in_words(&config) })
            }
            Err(error) => Err(this.explained(error).into()),
            Ok(info) => this.compare(&info.config, wanted).await,
        }
    }

    async fn compare(&self, is: &Config, wanted: Wanted) -> Result<Ensured, EnsureError> {
        let fixed = unchangeable(is);
        if !fixed.is_empty() {
            return Err(EnsureError::Fixed(fixed.join(", ")));
        }
        let (should, changes) = changed(is, wanted);
        if changes.is_empty() {
            return Ok(Ensured::Same { settings: in_words(is) });
        }
        self.apply("UPDATE", &should).await?;
        Ok(Ensured::Updated { changes })
    }

    async fn apply(&self, verb: &str, config: &Config) -> Result<(), EnsureError> {
        let asked = self.context.request(format!("STREAM.{verb}.{STREAM}"), config).await;
        match asked {
            Ok(Response::Ok(Info { .. })) => Ok(()),
            Ok(Response::Err { error }) => Err(EnsureError::Refused(error.to_string())),
            Err(error) if error.kind() == RequestErrorKind::TimedOut => Err(EnsureError::Refused(
                self.trouble("no answer in time; the user may lack the right to $JS.API.STREAM"),
            )),
            Err(error) => Err(self.explained(refusal::of_request(error)).into()),
        }
    }
}

fn new(wanted: Wanted) -> Config {
    Config {
        name: STREAM.into(),
        description: Some("What happened to operators, published by ops-daemon".into()),
        max_bytes: wanted.max_bytes.unwrap_or(MAX_BYTES),
        max_messages: -1,
        max_messages_per_subject: -1,
        max_consumers: -1,
        max_message_size: -1,
        discard: DiscardPolicy::Old,
        subjects: vec![SUBJECTS.into()],
        retention: RetentionPolicy::Limits,
        max_age: MAX_AGE,
        storage: StorageType::File,
        num_replicas: wanted.replicas.unwrap_or(1),
        duplicate_window: DUPLICATE_WINDOW,
        deny_delete: true,
        deny_purge: true,
        ..Config::default()
    }
}

/// What no update can mend, in words.
fn unchangeable(is: &Config) -> Vec<&'static str> {
    let faults = [
        (is.storage != StorageType::File, "it keeps its messages in memory and not in files"),
        (is.retention != RetentionPolicy::Limits, "it forgets messages that were consumed"),
        (is.mirror.is_some(), "it mirrors another stream"),
        (
            is.sources.as_ref().is_some_and(|sources| !sources.is_empty()),
            "it takes messages from other streams",
        ),
        (is.sealed, "it is sealed"),
        (is.no_ack, "it acknowledges nothing"),
        (is.subject_transform.is_some(), "it changes subjects"),
    ];
    faults.into_iter().filter_map(|(is_so, word)| is_so.then_some(word)).collect()
}

/// What it should be, and what of that is a change.
fn changed(is: &Config, wanted: Wanted) -> (Config, Vec<String>) {
    let mut changes = Vec::new();
    let mut should = is.clone();
    let default = new(wanted);
    macro_rules! set {
        ($($field:ident: $value:expr, $word:literal;)+) => {
            $(let value = $value;
            if should.$field != value {
                changes.push(format!("{} from {:?} to {:?}", $word, should.$field, value));
                should.$field = value;
            })+
        };
    }
    set! {
        subjects: default.subjects, "subjects";
        max_age: default.max_age, "max_age";
        max_bytes: wanted.max_bytes.unwrap_or(is.max_bytes), "max_bytes";
        max_messages: default.max_messages, "max_msgs";
        max_messages_per_subject: default.max_messages_per_subject, "max_msgs_per_subject";
        max_message_size: default.max_message_size, "max_msg_size";
        discard: default.discard, "discard";
        discard_new_per_subject: false, "discard_new_per_subject";
        allow_rollup: false, "allow_rollup_hdrs";
        duplicate_window: default.duplicate_window, "duplicate_window";
        deny_delete: true, "deny_delete";
        deny_purge: true, "deny_purge";
        num_replicas: wanted.replicas.unwrap_or(is.num_replicas), "replicas";
    }
    (should, changes)
}

fn in_words(config: &Config) -> String {
    let days = config.max_age.as_secs() / (24 * 3600);
    let size = match config.max_bytes {
        ..=0 => "no limit of size".to_owned(),
        octets => format!("{octets} octets at the most"),
    };
    let copies = if config.num_replicas == 1 {
        "1 replica".to_owned()
    } else {
        format!("{} replicas", config.num_replicas)
    };
    format!("{SUBJECTS}, in files, {days} days, {size}, {copies}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_stream_differs_from_itself_in_nothing() {
        let config = new(Wanted::default());
        assert_eq!(changed(&config, Wanted::default()).1, Vec::<String>::new());
        assert!(unchangeable(&config).is_empty());
        assert_eq!(
            in_words(&config),
            "ops.operator.>, in files, 7 days, 10737418240 octets at the most, 1 replica"
        );
    }

    #[test]
    fn what_was_chosen_before_stays_unless_it_is_chosen_again() {
        let config = new(Wanted { max_bytes: Some(1000), replicas: Some(3) });
        assert!(changed(&config, Wanted::default()).1.is_empty());
        let (should, changes) = changed(&config, Wanted { max_bytes: Some(2000), replicas: None });
        assert_eq!((should.max_bytes, should.num_replicas), (2000, 3));
        assert_eq!(changes, ["max_bytes from 1000 to 2000"]);
    }
}

//! Every number of the adapter, with its unit and its reason.

use std::time::Duration;

/// No call takes longer, as its caller sees it: login, write and read-back together. A lease that waits longer is of
/// less use to a gateway than a refusal it can retry.
pub(super) const CALL: Duration = Duration::from_secs(1);

/// Until a connection stands, TLS included. Within a data centre it takes milliseconds; half a dozen tries fit a call.
pub(super) const CONNECT: Duration = Duration::from_millis(300);

/// How long a call waits for others to end before it is refused; what remains of [`CALL`] is enough to be answered.
pub(super) const WAIT: Duration = Duration::from_millis(250);

/// Calls at once. More do not make a secret store faster, and each holds a request of ours open.
pub(super) const IN_FLIGHT: usize = 32;

/// Lists of one call that are asked for at once, so that an operator with many connections is listed within [`CALL`].
pub(super) const LISTS_AT_ONCE: usize = 8;

/// The share of a put's time, in percent, that its write may take; the rest is for looking whether it was done.
pub(super) const WRITE_PERCENT: u32 = 60;

/// How long a call may spend on renewing a token that still works.
pub(super) const RENEWAL: Duration = Duration::from_millis(300);

/// Octets of an answer. A secret and a login have less than 4 KiB.
pub(super) const ANSWER_OCTETS_MAX: usize = 1024 * 1024;

/// Octets of a list: 200,000 operators of 39 octets each.
pub(super) const LIST_OCTETS_MAX: usize = 8 * 1024 * 1024;

/// Octets of a file with a token or a secret id; the largest token of Kubernetes has a few KiB.
pub(super) const FILE_OCTETS_MAX: u64 = 64 * 1024;

/// Failures in a row after which nobody asks for a while.
pub(super) const FAILURES: u32 = 5;

/// At most how long nobody asks after that, and at least half of it. Short: health is asked about every second or two,
/// and must turn within two seconds of the cause.
pub(super) const REST: Duration = Duration::from_secs(1);

/// Between the first and the second try of a login that was refused; doubled each time, up to [`PAUSE_MAX`].
pub(super) const PAUSE: Duration = Duration::from_secs(1);

/// The longest pause between two tries: a role that is mended works again within a minute.
pub(super) const PAUSE_MAX: Duration = Duration::from_mins(1);

/// After how long without a failure the pauses begin at [`PAUSE`] again.
pub(super) const FORGET: Duration = Duration::from_mins(10);

/// How often a token file is looked at for a new content.
pub(super) const FILE_LOOK: Duration = Duration::from_secs(1);

/// The longest time until [`keep_logged_in`](super::VaultStore::keep_logged_in) wants to be called again.
pub(super) const LOOK_AGAIN_MAX: Duration = Duration::from_hours(1);

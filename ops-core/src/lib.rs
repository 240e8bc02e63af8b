//! The pure domain of the Operator Management Service: who the carriers are, how we connect to them, which destination
//! goes to whom, and how well each works. No I/O, clock, randomness, async or logging: time and fresh ids are arguments.
//!
//! Read in this order: the values ([`text_rule`], [`text_shape`], [`number_rule`], [`invalid`], [`id`], [`version`]), what a decision gets and gives
//! ([`stamp`], [`change`]), then the nouns.

pub mod text_rule;
pub mod number_rule;
pub mod text_shape;
pub mod invalid;
pub mod list;
pub mod limits;
pub mod id;
pub mod version;

pub mod actor;
pub mod stamp;
pub mod change;

pub mod operator;
pub mod connection;
pub mod credential;
pub mod maintenance;
pub mod note;
pub mod routing;
pub mod health;
pub mod network;
pub mod event;
pub mod audit;

#[cfg(feature = "testing")]
pub mod testing;

pub use change::Change;
pub use invalid::{Fault, Invalid, Rule as InvalidRule};
pub use number_rule::{Decimal, Listed, Number};
pub use stamp::Stamp;
pub use text_rule::{Text, Word};
pub use version::Mark;

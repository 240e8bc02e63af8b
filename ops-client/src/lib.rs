//! The contract of the Operator Management Service: what goes over the wire, under which paths, and what can go wrong.
//! The service and its clients build on the same types, so that neither can speak of something the other does not know.
//!
//! Read in this order: [`paths`] and [`error_code`] (what can be asked, and how it is refused), [`json`] (text becomes a
//! value), [`faults`] with [`mod@pointer`] and [`field`] (a value becomes a request, or all of its faults), [`wire`]
//! (the documents, one file per noun), and [`contract`] (what readers of events are promised).
//!
//! ```
//! use ops_client::{faults, json, wire::operator};
//!
//! let body = json::read(br#"{"code": "acme-de", "display_name": "ACME", "kind": "mno"}"#)?;
//! let create: operator::Create = faults::parse(body).expect("the body is right");
//! assert_eq!(create.into_command().code.to_string(), "acme-de");
//!
//! let faults = faults::parse::<operator::Create>(json::read(br#"{"code": "ACME", "colour": 7}"#)?).unwrap_err();
//! let told: Vec<_> = faults.iter().map(|fault| (fault.pointer.as_str(), fault.invalid.rule.as_str())).collect();
//! assert_eq!(
//!     told,
//!     [("/code", "pattern"), ("/colour", "unknown"), ("/display_name", "required"), ("/kind", "required")]
//! );
//! # Ok::<(), json::Unreadable>(())
//! ```

pub mod paths;
pub mod error_code;
pub mod json;
pub mod faults;
pub mod pointer;
pub mod field;
pub mod wire;
pub mod contract;
pub mod example;

pub use ops_core::connection::{
    DeniedCidrs,
    endpoint_allowed::{NotAllowed, endpoint_allowed},
};

pub use error_code::ErrorCode;
pub use faults::Faults;
pub use field::Field;
pub use wire::problem::Problem;

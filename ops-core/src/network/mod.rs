//! Networks (PLMNs) by ITU-T E.212: codes are text, because "01" and "001" are two networks.

mod code;
mod table;

pub use code::{Mcc, Mnc, Plmn};
pub use table::{Network, Search, all, find, search};

//! `[endpoints]`: where no connection may lead.

use ops_core::connection::{Cidr, DeniedCidrs};

use super::section::Section;

/// Where connections may lead.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Endpoints {
    /// Blocks of addresses to which no connection may lead; loopback, link-local, multicast, broadcast and unspecified ones
    /// unless told otherwise.
    pub denied_cidrs: DeniedCidrs,
}

pub(super) fn read(section: &mut Section<'_>) -> Option<Endpoints> {
    if !section.has("denied_cidrs") {
        section.known("denied_cidrs");
        return Some(Endpoints::default());
    }
    blocks(section, "denied_cidrs").map(|blocks| Endpoints { denied_cidrs: DeniedCidrs::new(blocks) })
}

/// A list of blocks of addresses.
pub(super) fn blocks(section: &mut Section<'_>, name: &'static str) -> Option<Vec<Cidr>> {
    let mut blocks = Vec::new();
    let texts = section.texts(name)?;
    for (at, text) in texts.iter().enumerate() {
        match Cidr::parse(text) {
            Ok(block) => blocks.push(block),
            Err(_) => {
                let remedy = "write a block without bits behind its prefix, such as 192.0.2.0/24";
                section.fault(&format!("{name}[{at}]"), "is no block of addresses", remedy);
            }
        }
    }
    (blocks.len() == texts.len()).then_some(blocks)
}

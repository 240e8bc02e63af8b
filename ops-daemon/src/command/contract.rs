//! `contract`: the OpenAPI documents, as the code makes them.

use clap::{Args, ValueEnum};

use super::{Failed, say};
use crate::{admin, internal};

/// Print the OpenAPI document of an API.
#[derive(Args)]
pub struct Contract {
    /// Which API
    #[arg(long, value_enum, default_value_t = Api::Admin)]
    api: Api,
}

#[derive(Clone, Copy, ValueEnum)]
enum Api {
    Admin,
    Internal,
}

impl Contract {
    pub(super) fn run(&self) -> Result<(), Failed> {
        let document = match self.api {
            Api::Admin => admin::router::router().document_text(),
            Api::Internal => internal::router::router().document_text(),
        };
        say(document);
        Ok(())
    }
}

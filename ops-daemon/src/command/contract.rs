//! `contract`: what is promised to callers and readers, as the code makes it: OpenAPI, event schemas, AsyncAPI.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};
use ops_client::contract::{asyncapi, event_schema};
use ops_store::nats;
use serde_json::Value;

use super::{Failed, say};
use crate::{admin, internal};

/// Print a document of the contract, or write all of them into a folder.
#[derive(Args)]
pub struct Contract {
    /// Which document to print
    #[arg(long, value_enum, default_value_t = Api::Admin)]
    api: Api,
    /// Write every document into this folder instead: OpenAPI of both APIs, event schemas, AsyncAPI
    #[arg(long, value_name = "DIR", conflicts_with = "api")]
    into: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Api {
    Admin,
    Internal,
    Events,
}

impl Contract {
    pub(super) fn run(&self) -> Result<(), Failed> {
        if let Some(folder) = &self.into {
            return documents().into_iter().try_for_each(|(file, text)| write(&folder.join(file), &text));
        }
        say(match self.api {
            Api::Admin => admin::router::router().document_text(),
            Api::Internal => internal::router::router().document_text(),
            Api::Events => text(&asyncapi::document(nats::STREAM)),
        });
        Ok(())
    }
}

/// Every document with its file.
fn documents() -> Vec<(String, String)> {
    let mut documents = vec![
        ("openapi/admin.json".to_owned(), admin::router::router().document_text()),
        ("openapi/internal.json".to_owned(), internal::router::router().document_text()),
        ("asyncapi.json".to_owned(), text(&asyncapi::document(nats::STREAM))),
        (event_schema::envelope_file(), text(&event_schema::envelope())),
    ];
    documents.extend(
        event_schema::kinds().map(|kind| (event_schema::file_of(kind), text(&event_schema::of(kind)))),
    );
    documents
}

fn text(document: &Value) -> String {
    format!("{document:#}\n")
}

/// A document that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}", file.display())]
struct NotWritten {
    file: PathBuf,
    source: io::Error,
}

fn write(file: &Path, text: &str) -> Result<(), Failed> {
    let written = file.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(file, text));
    written.map_err(|source| NotWritten { file: file.to_owned(), source }.into())
}

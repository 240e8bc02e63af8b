//! What all routes have in common; mirrors `src/http/`.

mod token;
mod host;
mod request_id;
mod security_headers;
mod body;
mod write;
mod cursor;
mod hostile;
#[cfg(feature = "stack")]
mod docs_page;

//! NATS JetStream: where events leave to.

mod settings;

pub use settings::Settings;

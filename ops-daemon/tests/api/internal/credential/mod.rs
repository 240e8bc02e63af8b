//! Mirrors `src/internal/credential/`.

mod lease;

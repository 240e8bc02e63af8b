//! Mirrors `src/internal/routing/`.

mod resolve;

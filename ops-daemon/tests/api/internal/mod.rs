//! Mirrors `src/internal/`.

mod router;

mod credential;
mod health;
mod routing;

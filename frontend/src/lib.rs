//! Baton's pages.

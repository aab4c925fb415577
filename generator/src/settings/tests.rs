//! Settings from real folders.

//! Small sites, built whole.

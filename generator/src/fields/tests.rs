//! Places and messages.

//! Placeholder: replaced by the service's author.

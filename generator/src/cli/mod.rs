//! Placeholder: replaced by the module's author.

//! Proof of work of our own (ALTCHA, protocol 2).

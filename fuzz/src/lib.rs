//! What the fuzz targets share. The functions that take an input stand with the tests of the
//! generator and of the service, so that a test can feed them what a fuzzer once found.

#[cfg(feature = "generator")]
#[path = "../../generator/tests/inputs/mod.rs"]
pub mod inputs;

#[cfg(feature = "service")]
#[path = "../../petition-service/tests/inputs/mod.rs"]
pub mod service;

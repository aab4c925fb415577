#![no_main]
//! See `petition_service::store::hostile`.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| petition_service::store::hostile::journal(bytes));

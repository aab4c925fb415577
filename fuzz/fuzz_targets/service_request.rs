#![no_main]
//! See `groundswell_fuzz::service::request`.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| groundswell_fuzz::service::request(bytes));

#![no_main]
//! See `groundswell_fuzz::service::name`.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| groundswell_fuzz::service::name(bytes));

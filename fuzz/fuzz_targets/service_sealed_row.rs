#![no_main]
//! See `groundswell_fuzz::service::sealed_row`.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| groundswell_fuzz::service::sealed_row(bytes));

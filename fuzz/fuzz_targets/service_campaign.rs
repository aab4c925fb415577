#![no_main]
//! See `groundswell_fuzz::service::campaign`.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| groundswell_fuzz::service::campaign(bytes));

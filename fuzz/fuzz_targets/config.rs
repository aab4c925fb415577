#![no_main]
//! See `groundswell_fuzz::inputs::config`.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| groundswell_fuzz::inputs::config(bytes));

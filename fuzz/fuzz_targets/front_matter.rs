#![no_main]
//! See `groundswell_fuzz::inputs::front_matter`.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| groundswell_fuzz::inputs::front_matter(bytes));

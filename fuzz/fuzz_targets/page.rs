#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| lever::fuzz::page(data));

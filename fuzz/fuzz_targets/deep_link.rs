#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| lever::fuzz::deep_link(data));

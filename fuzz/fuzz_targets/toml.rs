#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| refapp_lever_server::fuzz::toml(data));

//! Gives every kept input of a fuzz target to the target's body, in the ordinary test run. Included by the tests of each
//! crate that has such a body.

use std::fs;
use std::path::Path;

/// A panic of `body` is a finding that came back; the last input that was named is the one.
pub fn replay(target: &str, body: impl Fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/corpus")
        .join(target);
    let inputs = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut replayed = 0;
    for input in inputs.flatten() {
        println!("{}", input.path().display());
        body(&fs::read(input.path()).expect("a file that can be read"));
        replayed += 1;
    }
    assert!(replayed > 0, "no inputs are kept for {target}");
}

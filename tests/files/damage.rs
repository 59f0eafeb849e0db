//! Keras's files cut and flipped: told or read, never a panic, never far more memory than the file.

use crate::archive::files;
use crate::hostile::read;

/// Files of each kind that are small.
fn small() -> Vec<(String, Vec<u8>)> {
    let mut all = files();
    all.retain(|(name, bytes)| !name.ends_with(".json") && bytes.len() < 40_000);
    all.sort_by_key(|(_, bytes)| bytes.len());
    let of = |ending: &str| all.iter().filter(|(n, _)| n.ends_with(ending)).take(1).cloned().collect::<Vec<_>>();
    [of(".keras"), of(".h5"), of(".weights.h5")].concat()
}

#[test]
fn cut_anywhere() {
    for (name, bytes) in small() {
        for end in (0..bytes.len()).step_by(97) {
            let outcome = read(&name, bytes[..end].to_vec()).expect("a kind of file");
            assert!(outcome.is_err() || name.ends_with(".h5"), "{name} cut at {end} was read");
        }
    }
}

#[test]
fn flipped_anywhere() {
    for (name, bytes) in small() {
        // Every 61st bit: all bytes of structure, and a good part of the rest.
        for bit in (0..bytes.len() * 8).step_by(61) {
            let mut bent = bytes.clone();
            bent[bit / 8] ^= 1 << (bit % 8);
            // A flipped weight is a weight: what counts is that nothing else happens.
            let _ = read(&name, bent);
        }
    }
}

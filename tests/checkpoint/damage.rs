//! A damaged checkpoint is told, wherever and however little.

use crate::common::{Folder, small, sorted};
use wgrad::formats::{Checkpoints, decode, encode};

#[test]
fn every_bit_flipped_and_every_byte_cut_is_told() {
    let (_, bytes) = small("flipped");
    decode(&bytes, "whole").expect("sound");
    let mut damaged = bytes.clone();
    for byte in 0..bytes.len() {
        for bit in 0..8 {
            damaged[byte] ^= 1 << bit;
            let error = decode(&damaged, "damaged").expect_err("bit {bit} of byte {byte} was flipped").to_string();
            assert!(error.starts_with("damaged: "), "{error}");
            damaged[byte] ^= 1 << bit;
        }
    }
    assert_eq!(damaged, bytes);
    for cut in 0..bytes.len() {
        assert!(decode(&bytes[..cut], "cut").is_err(), "{cut} of {} bytes were taken for a checkpoint", bytes.len());
        assert!(decode(&bytes[cut + 1..], "cut").is_err(), "without its first {} bytes", cut + 1);
    }
    damaged.push(0);
    assert!(decode(&damaged, "longer").is_err());
    println!("{} bytes: {} flips and {} cuts told", bytes.len(), bytes.len() * 8, bytes.len() * 2);
}

/// Whoever can compute a checksum can write anything behind it: nonsense is refused, and nothing panics.
#[test]
fn nonsense_with_a_right_checksum_is_refused() {
    let (_, bytes) = small("nonsense");
    let seal = |text: &mut Vec<u8>| {
        let at = 8 + r#"{"__metadata__":{"checksum":""#.len();
        text[at..at + 8].copy_from_slice(b"00000000");
        let sum = format!("{:08x}", crc32fast::hash(text));
        text[at..at + 8].copy_from_slice(sum.as_bytes());
    };
    let words = br#"\"form\""#;
    let start = bytes.windows(words.len()).position(|part| part == words).expect("the words");
    // Every byte of the header behind the checksum by some others.
    let header = 8 + u64::from_le_bytes(bytes[..8].try_into().expect("eight")) as usize;
    let (mut refused, mut taken) = (0, 0);
    for byte in 50..header {
        for other in [b'"', b'9', b'-', b'{', b'x', 0, 0xff] {
            let mut changed = bytes.clone();
            changed[byte] = other;
            seal(&mut changed);
            match decode(&changed, "sealed") {
                Ok(_) => taken += 1,
                Err(_) => refused += 1,
            }
        }
    }
    assert!(refused > taken / 4 && start < header, "{refused} refused, {taken} taken");
    let mut later = bytes.clone();
    let at = start + r#"\"form\":"#.len();
    assert_eq!(later[at], b'1', "the form");
    later[at] = b'9';
    seal(&mut later);
    let error = decode(&later, "later").expect_err("of a later form").to_string();
    assert!(error.contains("later wgrad"), "{error}");
}

#[test]
fn what_is_written_is_read() {
    let (checkpoint, bytes) = small("written");
    let again = decode(&encode(&checkpoint), &checkpoint.source).expect("sound");
    assert_eq!(sorted(&again), sorted(&checkpoint));
    assert_eq!((again.totals, again.facts), (checkpoint.totals.clone(), checkpoint.facts.clone()));
    let file = safetensors::SafeTensors::deserialize(&bytes).expect("any reader of safetensors takes it");
    assert!(file.names().contains(&"dense/kernel"), "{:?}", file.names());
}

#[test]
fn the_newest_whole_one_is_taken() {
    let (checkpoint, bytes) = small("newest");
    let folder = Folder::new("passed-over");
    let saved = Checkpoints::new(&folder.0).keep(2);
    for steps in 1..=4 {
        let mut own = checkpoint.clone();
        own.snapshot.progress.steps = steps;
        saved.save(&own).expect("room");
    }
    let there = |saved: &Checkpoints| saved.list().expect("there").iter().map(|(n, _)| *n).collect::<Vec<_>>();
    assert_eq!(there(&saved), [3, 4], "the last two are kept");
    std::fs::write(folder.file("step-000000000004.safetensors"), &bytes[..100]).expect("written");
    std::fs::write(folder.file("step-000000000009.safetensors"), b"").expect("written");
    std::fs::write(folder.file("step-x.safetensors"), b"of somebody else").expect("written");
    assert_eq!(saved.newest().expect("one is whole").map(|c| c.steps()), Some(3));
    // A damaged one that is newer is not counted among those kept.
    let mut own = checkpoint.clone();
    own.snapshot.progress.steps = 5;
    saved.clone().keep(1).save(&own).expect("room");
    assert_eq!(there(&saved), [5, 9]);
    assert_eq!(saved.newest().expect("one is whole").map(|c| c.steps()), Some(5));
    std::fs::write(folder.file("step-000000000005.safetensors"), b"").expect("written");
    assert!(saved.newest().is_err(), "all are damaged");
}

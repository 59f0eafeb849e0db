//! Fetching from a server on this machine.

use super::catalogue::{Item, SETS, Set};
use super::*;
use flate2::{Compression, write::GzEncoder};
use std::io::{Read, Write};
use std::net::TcpListener;

/// A server that gives one answer to every request for a path, and 404 to all others; its address.
fn serve(answers: Vec<(&'static str, Vec<u8>)>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = Vec::new();
            let mut byte = [0; 1];
            while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
                request.push(byte[0]);
            }
            let request = String::from_utf8_lossy(&request).into_owned();
            let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
            let found = answers.iter().find(|(known, _)| *known == path);
            let none = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_vec();
            let _ = stream.write_all(found.map_or(&none, |(_, answer)| answer));
        }
    });
    address
}

/// An answer with these bytes, said to be `length`.
fn ok(length: usize, bytes: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    [head.as_bytes(), bytes].concat()
}

fn redirect(to: &str) -> Vec<u8> {
    format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").into_bytes()
}

/// SHA-256 of `abc` (FIPS 180-2, appendix B.1).
const ABC: Set = Set {
    name: "abc",
    folder: "abc",
    items: &[Item {
        url: "https://example.invalid/abc.txt",
        file: "abc.txt",
        bytes: 3,
        sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    }],
    members: &[],
};

/// A folder of a test's own; gone when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("wgrad-fetch-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn fetch(&self, set: &Set, from: &str) -> Result<Fetched> {
        fetch_set(set, Some(&self.0), Some(from), &mut |_, _, _| ())
    }

    /// What lies in the folder of the set.
    fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.join("abc")).into_iter().flatten();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Nothing is left behind, and the message has these words.
#[track_caller]
fn fails(name: &str, answers: Vec<(&'static str, Vec<u8>)>, words: &[&str]) {
    let folder = Folder::new(name);
    let error = folder.fetch(&ABC, &serve(answers)).unwrap_err().to_string();
    for word in words {
        assert!(error.contains(word), "{error} says nothing of `{word}`");
    }
    assert_eq!(folder.files(), [""; 0]);
}

#[test]
fn what_comes_is_checked_and_kept_once() {
    let folder = Folder::new("comes");
    let server = serve(vec![("/abc.txt", redirect("/there")), ("/there", ok(3, b"abc"))]);
    let mut told = Vec::new();
    let mut progress = |name: &str, got, all| told.push((name.to_owned(), got, all));
    // What a killed one left.
    std::fs::create_dir_all(folder.0.join("abc")).unwrap();
    std::fs::write(folder.0.join("abc/abc.txt.part"), "more than three").unwrap();
    let fetched = fetch_set(&ABC, Some(&folder.0), Some(&format!("{server}/")), &mut progress).unwrap();
    assert_eq!(fetched, Fetched { folder: folder.0.join("abc"), new: 1, kept: 0 });
    assert_eq!(told.last(), Some(&("abc.txt".to_owned(), 3, 3)));
    assert_eq!(
        (folder.files(), std::fs::read(folder.0.join("abc/abc.txt")).unwrap()),
        (vec!["abc.txt".to_owned()], b"abc".to_vec())
    );
    assert_eq!(folder.fetch(&ABC, "http://127.0.0.1:1").unwrap().kept, 1);
    // One of the right length that was changed is fetched again.
    std::fs::write(folder.0.join("abc/abc.txt"), "abd").unwrap();
    assert_eq!(folder.fetch(&ABC, &server).unwrap().new, 1);
}

#[test]
fn other_bytes_are_refused() {
    fails(
        "sum",
        vec![("/abc.txt", ok(3, b"abd"))],
        &["expected SHA-256 ba7816bf", "got SHA-256 a52d159f", "nothing was kept"],
    );
    fails("long", vec![("/abc.txt", ok(4, b"abcd"))], &["expected 3 bytes, got 4 bytes"]);
    let endless = [&b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n"[..], &[7; 1000]].concat();
    fails("endless", vec![("/abc.txt", endless)], &["expected 3 bytes, got more bytes"]);
}

#[test]
fn a_transfer_that_is_cut_leaves_nothing() {
    fails("cut", vec![("/abc.txt", ok(3, b"ab"))], &["the transfer ended after 2 of 3 bytes", "try again"]);
    let untold = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nab".to_vec();
    fails("cut-untold", vec![("/abc.txt", untold)], &["the transfer ended after 2 of 3 bytes"]);
}

#[test]
fn servers_without_the_file_are_told() {
    fails("absent", vec![], &["/abc.txt: the server answers 404", "--from"]);
    let error = Folder::new("nobody").fetch(&ABC, "http://127.0.0.1:1").unwrap_err().to_string();
    assert!(error.contains("no answer"), "{error}");
}

#[test]
fn plain_http_is_refused_from_the_start_and_on_the_way() {
    for to in ["http://example.invalid/abc.txt", "http://127.0.0.1@example.invalid/abc.txt", "ftp://127.0.0.1/abc.txt"]
    {
        fails("redirect", vec![("/abc.txt", redirect(to))], &["expected an address with https://", to]);
        let from = to.trim_end_matches("/abc.txt");
        let error = Folder::new("plain").fetch(&ABC, from).unwrap_err();
        assert!(matches!(error, Error::Request { .. }), "{error}");
    }
    fails("circle", vec![("/abc.txt", redirect("/abc.txt"))], &["more than 5 redirects"]);
}

/// A tar archive of these files, gzipped.
fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = Vec::new();
    for (name, bytes) in files {
        let mut header = [0; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[124..135].copy_from_slice(format!("{:011o}", bytes.len()).as_bytes());
        header[156] = b'0';
        tar.extend(header);
        tar.extend_from_slice(bytes);
        tar.resize(tar.len().next_multiple_of(512), 0);
    }
    tar.extend([0; 1024]);
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&tar).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn archives_are_unpacked_by_known_names_alone() {
    let folder = Folder::new("tar");
    let place = folder.0.join("a.tar.gz");
    let one = vec![1; 700];
    std::fs::write(&place, archive(&[("../../evil", b"x"), ("set/one", &one), ("two", b"2")])).unwrap();
    unpack::members(&place, &["one", "two"], &folder.0).unwrap();
    assert_eq!(
        (std::fs::read(folder.0.join("one")).unwrap(), std::fs::read(folder.0.join("two")).unwrap()),
        (one, b"2".to_vec())
    );
    assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 3);
    let lacks = unpack::members(&place, &["one", "three"], &folder.0.join(".")).unwrap_err().to_string();
    assert!(lacks.contains("no file `three`"), "{lacks}");
    assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 3);
    let whole = std::fs::read(&place).unwrap();
    std::fs::write(&place, &whole[..whole.len() / 2]).unwrap();
    assert!(unpack::members(&place, &["two"], &folder.0).is_err());
}

#[test]
fn the_catalogue_is_whole() {
    let names: Vec<&str> = SETS.iter().map(|set| set.name).collect();
    assert_eq!(names, FETCHED);
    for item in SETS.iter().flat_map(|set| set.items) {
        assert!(item.url.starts_with("https://") && item.url.ends_with(item.file), "{}", item.url);
        assert!(
            item.sha256.len() == 64 && item.sha256.bytes().all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(&c))
        );
    }
    assert!(fetch("mnits", None, None, &mut |_, _, _| ()).unwrap_err().to_string().contains("did you mean `mnist`?"));
    assert!(fetch("digits", None, None, &mut |_, _, _| ()).unwrap_err().to_string().contains("as it is"));
}

//! One file over HTTPS, checked before it has its name.

use super::catalogue::Item;
use super::{Progress, unreadable, unwritable};
use crate::base::{Error, Result};
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use ureq::{Agent, Body, http::Response};

/// Redirects followed.
const MOST_REDIRECTS: usize = 5;
/// How long a connection, and an answer's first byte, may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a whole file may take: 170 MB at 50 kB/s.
const MOST_TIME: Duration = Duration::from_secs(3_600);
/// Bytes read at once.
const PIECE: usize = 1 << 16;

fn wrong(address: &str, what: impl std::fmt::Display, help: &str) -> Error {
    Error::Data(format!("{address}: {what}; {help}"))
}

/// Whether a file is there with the bytes it must have.
///
/// # Errors
/// A file that cannot be read.
pub fn is_whole(path: &Path, item: &Item) -> Result<bool> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(false),
        Err(e) => return Err(unreadable(path, e)),
    };
    if file.metadata().map_err(|e| unreadable(path, e))?.len() != item.bytes {
        return Ok(false);
    }
    let mut sum = Sha256::new();
    let mut piece = vec![0; PIECE];
    loop {
        match file.read(&mut piece).map_err(|e| unreadable(path, e))? {
            0 => return Ok(hexadecimal(sum) == item.sha256),
            n => sum.update(piece.get(..n).unwrap_or_default()),
        }
    }
}

fn hexadecimal(sum: Sha256) -> String {
    sum.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Fetches a file to `path`.
///
/// # Errors
/// No answer, another one than a file, other bytes than those that belong there, a folder that cannot be written.
pub fn file(address: &str, item: &Item, path: &Path, progress: Progress<'_>) -> Result<()> {
    let answer = answer(address)?;
    let part = part_of(path);
    let file = OpenOptions::new().create(true).write(true).truncate(false).open(&part);
    let mut file = file.map_err(|source| unwritable(&part, source))?;
    if file.try_lock().is_err() {
        let help = "wait for it, or say --to with another folder";
        return Err(Error::request(path.display(), "one fetch at a time", "another one that is at work", help));
    }
    // What an earlier one left there when it was killed counts for nothing.
    file.set_len(0).map_err(|source| unwritable(&part, source))?;
    let done = receive(address, item, answer, &mut file, &part, progress).and_then(|()| {
        file.sync_all().map_err(|source| unwritable(&part, source))?;
        std::fs::rename(&part, path).map_err(|source| unwritable(path, source))
    });
    if done.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    done
}

/// The name of a file that is not yet whole.
fn part_of(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    path.with_file_name(name)
}

fn receive(
    address: &str,
    item: &Item,
    answer: Response<Body>,
    file: &mut File,
    part: &Path,
    progress: Progress<'_>,
) -> Result<()> {
    if let Some(length) = answer.body().content_length().filter(|length| *length != item.bytes) {
        return Err(other(address, &format!("{length} bytes"), &format!("{} bytes", item.bytes)));
    }
    let mut body = answer.into_body().into_with_config().limit(item.bytes.saturating_add(PIECE as u64)).reader();
    let (mut sum, mut got, mut piece) = (Sha256::new(), 0_u64, vec![0; PIECE]);
    loop {
        let cut = |e: &dyn std::fmt::Display| {
            let what = format!("the transfer ended after {got} of {} bytes ({e})", item.bytes);
            wrong(address, what, "nothing was kept; try again")
        };
        let n = body.read(&mut piece).map_err(|e| cut(&e))?;
        if n == 0 {
            break;
        }
        let bytes = piece.get(..n).unwrap_or_default();
        got += n as u64;
        if got > item.bytes {
            return Err(other(address, "more bytes", &format!("{} bytes", item.bytes)));
        }
        sum.update(bytes);
        file.write_all(bytes).map_err(|source| unwritable(part, source))?;
        progress(item.file, got, item.bytes);
    }
    if got < item.bytes {
        let what = format!("the transfer ended after {got} of {} bytes", item.bytes);
        return Err(wrong(address, what, "nothing was kept; try again"));
    }
    match hexadecimal(sum) {
        sum if sum == item.sha256 => Ok(()),
        sum => Err(other(address, &format!("SHA-256 {sum}"), &format!("SHA-256 {}", item.sha256))),
    }
}

/// The refusal of a file that is not the one that belongs there.
fn other(address: &str, got: &str, expected: &str) -> Error {
    let help =
        "nothing was kept: the file is another one, or was changed on the way; do not use it, try a mirror with --from";
    wrong(address, format!("expected {expected}, got {got}"), help)
}

/// The answer to a request for a file, redirects followed.
fn answer(address: &str) -> Result<Response<Body>> {
    let mut at = address.to_owned();
    for _ in 0..=MOST_REDIRECTS {
        let local = allowed(&at)?;
        let mut config = Agent::config_builder()
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_connect(Some(PATIENCE))
            .timeout_recv_response(Some(PATIENCE))
            .timeout_global(Some(MOST_TIME));
        if local {
            config = config.proxy(None);
        }
        let agent: Agent = config.build().into();
        let help = "check the connection, or put the files there by hand as docs/data.md says";
        let answer = agent.get(&at).call().map_err(|e| wrong(&at, format!("no answer ({e})"), help))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(answer);
        }
        let to = answer.headers().get("location").and_then(|to| to.to_str().ok());
        at = match to.filter(|_| status.is_redirection()) {
            Some(to) => moved(&at, to),
            None => {
                return Err(wrong(&at, format!("the server answers {status}"), "try later, or a mirror with --from"));
            }
        };
    }
    Err(wrong(address, format!("more than {MOST_REDIRECTS} redirects"), "try a mirror with --from"))
}

/// Whether an address is of this machine.
///
/// # Errors
/// One that is neither that nor HTTPS.
fn allowed(address: &str) -> Result<bool> {
    let plain = address.strip_prefix("http://").map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    // A name before an @ is no host.
    let host = plain.map(|host| host.rsplit_once('@').map_or(host, |(_, host)| host));
    let local = host.is_some_and(|host| {
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        matches!(name, "localhost" | "127.0.0.1" | "[::1]")
    });
    if local || address.starts_with("https://") {
        return Ok(local);
    }
    let expected = "an address with https://, or of this machine";
    Err(Error::request("data fetch", expected, address, "what comes over plain HTTP can be read and changed by others"))
}

/// Where a redirect leads: an address, or a path on the same server.
fn moved(from: &str, to: &str) -> String {
    let origin = from.match_indices('/').nth(2).map_or(from, |(at, _)| from.get(..at).unwrap_or(from));
    match to.strip_prefix('/') {
        Some(path) if !path.starts_with('/') => format!("{origin}/{path}"),
        _ => to.to_owned(),
    }
}

//! The machine a run is on.

use std::path::Path;

/// What this machine is, in names and words: system, processor and its threads. What the system does not tell is left out;
/// the device and its driver are what [`Device`](crate::train::Device) prints.
pub fn environment() -> Vec<(String, String)> {
    let threads = std::thread::available_parallelism().map(|n| n.to_string()).ok();
    let told = [("system", Some(system())), ("processor", processor()), ("threads", threads)];
    told.into_iter().filter_map(|(name, words)| Some((name.to_owned(), words?))).collect()
}

/// The value of `key` in the lines of a file, `separator` between them.
fn told(path: &str, key: &str, separator: char) -> Option<String> {
    let text = std::fs::read_to_string(Path::new(path)).ok()?;
    let line = text.lines().filter_map(|line| line.split_once(separator)).find(|(name, _)| name.trim() == key)?;
    Some(line.1.trim().trim_matches('"').to_owned()).filter(|words| !words.is_empty())
}

fn system() -> String {
    let (kind, machine) = (std::env::consts::OS, std::env::consts::ARCH);
    match told("/etc/os-release", "PRETTY_NAME", '=').filter(|_| kind == "linux") {
        Some(name) => format!("{name} ({kind} {machine})"),
        None => format!("{kind} {machine}"),
    }
}

/// Only Linux tells it in a file.
fn processor() -> Option<String> {
    told("/proc/cpuinfo", "model name", ':')
}

//! Room in the machine's memory, asked for before much is allocated: what does not fit is refused, not swapped or killed.

use crate::base::{Error, Result};

/// Bytes that are taken without asking.
const LITTLE: u64 = 64 << 20;

/// Fails where the machine has less than `numbers` numbers of `size` bytes left; `what` needs them. Systems that do not
/// say what they have left, all but Linux, allow everything.
pub fn room(what: &str, numbers: usize, size: usize) -> Result<()> {
    let needed = (numbers as u64).saturating_mul(size as u64);
    let allowed = if needed <= LITTLE { needed } else { left().unwrap_or(u64::MAX) };
    if needed <= allowed {
        return Ok(());
    }
    let help = "choose smaller layers or batches, or a machine with more memory".to_owned();
    Err(Error::Memory { what: what.to_owned(), needed, allowed, help })
}

/// Bytes left on the machine, or in the container where that is less.
fn left() -> Option<u64> {
    let table = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = table.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let machine = line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()? << 10;
    let read = |file: &str| std::fs::read_to_string(format!("/sys/fs/cgroup/{file}")).ok();
    let number = |text: String| text.trim().parse::<u64>().ok();
    let most = read("memory.max").and_then(number).zip(read("memory.current").and_then(number));
    // Pages of files that were read count as taken, and are given back when somebody asks.
    let files = read("memory.stat").map_or(0, |table| cached(&table));
    Some(most.map_or(machine, |(most, taken)| machine.min(most.saturating_sub(taken.saturating_sub(files)))))
}

/// Bytes of file pages in a container's `memory.stat`.
fn cached(table: &str) -> u64 {
    let of = |key: &str| table.lines().find_map(|line| line.strip_prefix(key)?.trim().parse::<u64>().ok()).unwrap_or(0);
    of("inactive_file ") + of("active_file ")
}

#[cfg(test)]
mod tests {
    use super::{cached, room};
    use crate::base::Error;

    #[test]
    fn no_machine_has_room_for_everything() {
        room("a little", 1 << 20, 8).expect("fits");
        let refused = room("all there is", usize::MAX, 8);
        if cfg!(target_os = "linux") {
            assert!(matches!(refused, Err(Error::Memory { needed: u64::MAX, .. })));
        }
    }

    #[test]
    fn pages_of_files_are_not_lost() {
        assert_eq!(cached("anon 5\nfile 90\ninactive_file 30\nactive_file 12\n"), 42);
        assert_eq!(cached(""), 0);
    }
}

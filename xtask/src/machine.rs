//! What this machine is: its files, its environment and its distribution.
//!
//! Files are read below a root, so that a test can lay out a machine in a folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A machine as set-up sees it.
pub struct Machine {
    root: PathBuf,
    environment: BTreeMap<String, String>,
}

/// How Mesa comes onto a machine.
#[derive(Debug, PartialEq, Eq)]
pub enum Packages {
    /// Debian whose own Mesa is new enough.
    Plain,
    /// Debian whose own Mesa is too old: its backports, by code name.
    Backports(String),
    /// Anything else: what to tell the person.
    ByHand(String),
}

impl Machine {
    /// The machine this program runs on.
    pub fn this() -> Self {
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self { root: PathBuf::from("/"), environment }
    }

    /// A machine laid out below `root`, with its whole environment.
    #[cfg(test)]
    pub fn laid_out(root: &Path, environment: &[(&str, &str)]) -> Self {
        let pair = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
        Self { root: root.to_owned(), environment: environment.iter().map(pair).collect() }
    }

    /// An environment variable; an empty one counts as unset.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.environment.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Where an absolute path of this machine lies.
    pub fn path(&self, absolute: impl AsRef<Path>) -> PathBuf {
        let absolute = absolute.as_ref();
        self.root.join(absolute.strip_prefix("/").unwrap_or(absolute))
    }

    /// The text of a file, or nothing where it cannot be read.
    pub fn read(&self, absolute: impl AsRef<Path>) -> Option<String> {
        std::fs::read_to_string(self.path(absolute)).ok()
    }

    /// The names in a folder, sorted; none where there is no such folder.
    pub fn names(&self, folder: impl AsRef<Path>) -> Vec<String> {
        let entries = std::fs::read_dir(self.path(folder)).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        names
    }

    /// Whether a shared library lies where the dynamic linker looks by default.
    pub fn has_library(&self, name: &str) -> bool {
        let mut folders: Vec<PathBuf> =
            ["/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/local/lib"].iter().map(PathBuf::from).collect();
        for parent in ["/usr/lib", "/lib", "/usr/local/lib"] {
            let names = self.names(parent).into_iter().filter(|name| name.contains("-linux-"));
            folders.extend(names.map(|name| Path::new(parent).join(name)));
        }
        folders.extend(self.variable("LD_LIBRARY_PATH").into_iter().flat_map(std::env::split_paths));
        folders.iter().any(|folder| self.path(folder).join(name).exists()) || self.cache_has(name)
    }

    /// Whether the dynamic linker's cache lists a library: machines keep theirs in odd folders.
    fn cache_has(&self, name: &str) -> bool {
        if self.root != Path::new("/") {
            return false;
        }
        // Debian leaves /sbin out of the PATH of ordinary users.
        let listing = ["ldconfig", "/sbin/ldconfig"]
            .iter()
            .find_map(|program| std::process::Command::new(program).arg("-p").output().ok());
        listing.is_some_and(|output| {
            let text = String::from_utf8_lossy(&output.stdout);
            text.lines().any(|line| line.split_whitespace().next() == Some(name))
        })
    }

    /// The installed version of a Debian package.
    pub fn installed(&self, package: &str) -> Option<String> {
        let status = self.read("/var/lib/dpkg/status")?;
        let stanza = status.split("\n\n").find(|stanza| {
            let names = |line: &str| line.strip_prefix("Package: ") == Some(package);
            stanza.lines().any(names) && stanza.contains("\nStatus: install ok installed")
        })?;
        stanza.lines().find_map(|line| line.strip_prefix("Version: ")).map(str::to_owned)
    }

    /// How Mesa ≥ 25 comes onto this machine.
    pub fn packages(&self) -> Packages {
        let release = self.read("/etc/os-release").unwrap_or_default();
        let field = |name: &str| {
            let value = release.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            value.map(|value| value.trim_matches('"')).unwrap_or_default()
        };
        let by_hand = |how: &str| {
            let name = if field("PRETTY_NAME").is_empty() { "this system" } else { field("PRETTY_NAME") };
            Packages::ByHand(format!("on {name}: {how}"))
        };
        match (field("ID"), field("VERSION_ID").parse::<u32>()) {
            ("debian", Ok(12)) => Packages::Backports("bookworm".into()),
            ("debian", Ok(13..) | Err(_)) => Packages::Plain,
            ("debian", Ok(_)) => by_hand("its lavapipe is older than Mesa 25; use Debian 12 or newer"),
            ("ubuntu", _) => by_hand("sudo apt install mesa-vulkan-drivers libvulkan1 (24.04.3 or newer has Mesa 25)"),
            ("fedora", _) => by_hand("sudo dnf install mesa-vulkan-drivers vulkan-loader"),
            ("arch", _) => by_hand("sudo pacman -S vulkan-swrast vulkan-icd-loader"),
            ("alpine", _) => by_hand("sudo apk add mesa-vulkan-swrast vulkan-loader"),
            _ => by_hand("install the Vulkan loader and Mesa's lavapipe, version 25 or newer"),
        }
    }

    /// Whether this machine is a Debian, of any version.
    pub fn is_debian(&self) -> bool {
        self.read("/etc/os-release").is_some_and(|text| text.lines().any(|line| line == "ID=debian"))
    }
}

/// A folder under the system's temporary one that a test fills and that is removed afterwards.
#[cfg(test)]
pub struct Scratch(pub PathBuf);

#[cfg(test)]
impl Scratch {
    /// An empty folder; `name` is the test's own.
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("wgrad-xtask-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Writes one file, with its folders.
    pub fn file(&self, absolute: &str, text: &str) -> &Self {
        let path = self.0.join(absolute.trim_start_matches('/'));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }
}

#[cfg(test)]
impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packages(name: &str, os_release: &str) -> Packages {
        let scratch = Scratch::new(name);
        scratch.file("/etc/os-release", os_release);
        Machine::laid_out(&scratch.0, &[]).packages()
    }

    #[test]
    fn each_debian_has_its_way() {
        let bookworm = "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\nVERSION_ID=\"12\"\n";
        assert_eq!(packages("d12", bookworm), Packages::Backports("bookworm".into()));
        assert_eq!(packages("d13", "ID=debian\nVERSION_ID=\"13\"\n"), Packages::Plain);
        assert_eq!(packages("sid", "ID=debian\nVERSION_CODENAME=forky\n"), Packages::Plain);
        assert!(matches!(packages("d11", "ID=debian\nVERSION_ID=\"11\"\n"), Packages::ByHand(_)));
    }

    #[test]
    fn elsewhere_says_what_to_install() {
        let Packages::ByHand(text) = packages("fedora", "ID=fedora\nPRETTY_NAME=\"Fedora 42\"\n") else {
            panic!("Fedora is not a Debian");
        };
        assert_eq!(text, "on Fedora 42: sudo dnf install mesa-vulkan-drivers vulkan-loader");
    }

    #[test]
    fn installed_reads_only_installed_packages() {
        let scratch = Scratch::new("dpkg");
        scratch.file(
            "/var/lib/dpkg/status",
            "Package: mesa-vulkan-drivers\nStatus: install ok installed\nVersion: 22.3.6-1+deb12u1\n\n\
             Package: libvulkan1\nStatus: deinstall ok config-files\nVersion: 1.3.239.0-1\n",
        );
        let machine = Machine::laid_out(&scratch.0, &[]);
        assert_eq!(machine.installed("mesa-vulkan-drivers").as_deref(), Some("22.3.6-1+deb12u1"));
        assert_eq!(machine.installed("libvulkan1"), None);
    }

    #[test]
    fn libraries_are_found_in_multiarch_folders() {
        let scratch = Scratch::new("library");
        scratch.file("/usr/lib/aarch64-linux-gnu/libvulkan.so.1", "");
        let machine = Machine::laid_out(&scratch.0, &[]);
        assert!(machine.has_library("libvulkan.so.1"));
        assert!(!machine.has_library("libvulkan_lvp.so"));
    }
}

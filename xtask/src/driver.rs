//! Is there a Vulkan driver to test with, and what is missing if not?

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::machine::Machine;

/// What set-up has to do about Vulkan.
#[derive(Debug, PartialEq, Eq)]
pub enum Need {
    /// A driver is there; what it is.
    Nothing(String),
    /// A real GPU's driver is there, only the loader is missing; which driver.
    Loader(String),
    /// No driver, or one that computes wrongly; why.
    Lavapipe(String),
}

/// The oldest Mesa whose lavapipe computes rightly: older ones silently end loops after some
/// 65,535 iterations.
pub const OLDEST_MESA: u32 = 25;

const LOADER: &str = "libvulkan.so.1";

/// Kernel drivers and the words that their Vulkan drivers' manifests carry in their names.
const REAL: &[(&str, &[&str])] = &[
    ("i915", &["intel"]),
    ("xe", &["intel"]),
    ("amdgpu", &["radeon", "amd"]),
    ("radeon", &["radeon", "amd"]),
    ("nvidia", &["nvidia"]),
    ("nouveau", &["nouveau"]),
    ("v3d", &["broadcom"]),
    ("msm", &["freedreno", "adreno"]),
    ("panfrost", &["panfrost", "mali"]),
    ("panthor", &["panfrost", "mali"]),
    ("asahi", &["asahi"]),
    ("dxg", &["dzn"]),
];

/// What this machine needs so that the GPU tests have a device.
pub fn need(machine: &Machine) -> Result<Need> {
    if let Some(chosen) = chosen(machine)? {
        return Ok(Need::Nothing(chosen));
    }
    let manifests = manifests(machine);
    let loader = machine.has_library(LOADER);
    for device in devices(machine) {
        let words = REAL.iter().filter(|(name, _)| *name == device).flat_map(|(_, words)| *words);
        let words: Vec<&&str> = words.collect();
        let driver = manifests.iter().find(|path| words.iter().any(|word| file_name(path).contains(**word)));
        if let Some(driver) = driver {
            let found = format!("{} for this machine's {device} GPU", driver.display());
            return Ok(if loader { Need::Nothing(found) } else { Need::Loader(found) });
        }
    }
    let Some(lavapipe) = manifests.iter().find(|path| {
        let name = file_name(path);
        name.contains("lvp") || name.contains("lavapipe") || name.contains("swrast")
    }) else {
        return Ok(Need::Lavapipe("no Vulkan driver was found".into()));
    };
    if !loader {
        return Ok(Need::Lavapipe(format!("the Vulkan loader {LOADER} was not found")));
    }
    // Only the package's own manifest speaks for the package's version.
    let version = machine.installed("mesa-vulkan-drivers").filter(|_| lavapipe.starts_with("/usr/share"));
    match version {
        Some(version) if major(&version) < OLDEST_MESA => Ok(Need::Lavapipe(format!(
            "lavapipe of Mesa {version} ends long loops silently, Mesa {OLDEST_MESA} or newer is needed"
        ))),
        Some(version) => Ok(Need::Nothing(format!("{}, Mesa {version}", lavapipe.display()))),
        None => Ok(Need::Nothing(format!("{}, version unknown to the package manager", lavapipe.display()))),
    }
}

/// The driver the environment names: it overrides every other, so set-up must not work around it.
fn chosen(machine: &Machine) -> Result<Option<String>> {
    for name in ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"] {
        let Some(value) = machine.variable(name) else { continue };
        for path in std::env::split_paths(value) {
            if !machine.path(&path).exists() {
                bail!(
                    "{name} names {}, which does not exist; unset {name}, or name the manifest of an \
                     installed Vulkan driver",
                    path.display()
                );
            }
        }
        return Ok(Some(format!("{value}, chosen by {name}")));
    }
    Ok(None)
}

/// The driver manifests the loader would read and whose library is there.
fn manifests(machine: &Machine) -> Vec<PathBuf> {
    let home = machine.variable("HOME").unwrap_or("/root");
    let or_home =
        |name: &str, below: &str| machine.variable(name).map_or_else(|| Path::new(home).join(below), PathBuf::from);
    let parents = [
        or_home("XDG_CONFIG_HOME", ".config"),
        "/etc/xdg".into(),
        "/usr/local/etc".into(),
        "/etc".into(),
        or_home("XDG_DATA_HOME", ".local/share"),
        "/usr/local/share".into(),
        "/usr/share".into(),
    ];
    let mut found = Vec::new();
    for folder in parents.map(|parent| parent.join("vulkan/icd.d")) {
        let names = machine.names(&folder).into_iter().filter(|name| name.ends_with(".json"));
        found.extend(names.map(|name| folder.join(name)).filter(|path| library_is_there(machine, path)));
    }
    found
}

/// Whether the library a manifest names exists: a container often gets one without the other.
fn library_is_there(machine: &Machine, manifest: &Path) -> bool {
    let text = machine.read(manifest).unwrap_or_default();
    let Some(library) = string_after(&text, "\"library_path\"") else { return false };
    if library.starts_with('/') {
        return machine.path(library).exists();
    }
    if library.contains('/') {
        // By the loader's rules such a path is relative to the manifest.
        return manifest.parent().is_some_and(|folder| machine.path(folder).join(library).exists());
    }
    machine.has_library(library)
}

/// The JSON string after a key, without escapes: library paths have none.
fn string_after<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let value = text.split_once(key)?.1.trim_start().strip_prefix(':')?.trim_start();
    value.strip_prefix('"')?.split('"').next()
}

/// The kernel drivers of the GPUs this process may open.
fn devices(machine: &Machine) -> Vec<String> {
    let mut found = Vec::new();
    // A container sees the host's /sys; only the nodes in its own /dev are its own.
    for node in machine.names("/dev/dri").iter().filter(|name| name.starts_with("renderD")) {
        let event = machine.read(format!("/sys/class/drm/{node}/device/uevent")).unwrap_or_default();
        let driver = event.lines().find_map(|line| line.strip_prefix("DRIVER="));
        found.extend(driver.map(|name| if name.starts_with("msm") { "msm" } else { name }.to_owned()));
    }
    for (node, driver) in [("/dev/nvidia0", "nvidia"), ("/dev/dxg", "dxg")] {
        if machine.path(node).exists() {
            found.push(driver.to_owned());
        }
    }
    found
}

/// The number a Debian version begins with, 0 where it begins with none.
fn major(version: &str) -> u32 {
    let upstream = version.split_once(':').map_or(version, |(_, rest)| rest);
    let digits: String = upstream.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(0)
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::Scratch;

    const LIBRARIES: &str = "/usr/lib/x86_64-linux-gnu";

    /// A machine with Mesa's drivers of a version, as Debian's package leaves them.
    fn mesa(name: &str, version: &str) -> Scratch {
        let scratch = Scratch::new(name);
        for driver in ["lvp", "intel", "radeon"] {
            let library = format!("{LIBRARIES}/libvulkan_{driver}.so");
            let manifest = format!("{{\"ICD\": {{\n \"library_path\": \"{library}\"}}}}");
            scratch.file(&library, "");
            scratch.file(&format!("/usr/share/vulkan/icd.d/{driver}_icd.x86_64.json"), &manifest);
        }
        scratch.file(&format!("{LIBRARIES}/libvulkan.so.1"), "");
        let status = format!("Package: mesa-vulkan-drivers\nStatus: install ok installed\nVersion: {version}\n");
        scratch.file("/var/lib/dpkg/status", &status);
        scratch
    }

    fn need_of(scratch: &Scratch, environment: &[(&str, &str)]) -> Need {
        need(&Machine::laid_out(&scratch.0, environment)).unwrap()
    }

    #[test]
    fn a_bare_machine_needs_lavapipe() {
        let scratch = Scratch::new("bare");
        assert_eq!(need_of(&scratch, &[]), Need::Lavapipe("no Vulkan driver was found".into()));
    }

    #[test]
    fn new_lavapipe_is_enough_and_old_is_not() {
        let new = mesa("new", "25.0.7-2~bpo12+1");
        assert!(matches!(need_of(&new, &[]), Need::Nothing(text) if text.ends_with("Mesa 25.0.7-2~bpo12+1")));
        let old = mesa("old", "22.3.6-1+deb12u1");
        assert!(matches!(need_of(&old, &[]), Need::Lavapipe(text) if text.contains("22.3.6")));
    }

    #[test]
    fn a_real_gpu_keeps_its_driver_however_old() {
        let scratch = mesa("gpu", "22.3.6-1+deb12u1");
        scratch.file("/dev/dri/renderD128", "");
        scratch.file("/sys/class/drm/renderD128/device/uevent", "DRIVER=i915\nPCI_ID=8086:46A6\n");
        assert!(matches!(need_of(&scratch, &[]), Need::Nothing(text) if text.contains("i915")));
        std::fs::remove_file(scratch.0.join(&LIBRARIES[1..]).join(LOADER)).unwrap();
        assert!(matches!(need_of(&scratch, &[]), Need::Loader(_)));
    }

    #[test]
    fn a_gpu_the_container_cannot_open_does_not_count() {
        let scratch = mesa("container", "22.3.6-1+deb12u1");
        scratch.file("/sys/class/drm/renderD128/device/uevent", "DRIVER=amdgpu\n");
        assert!(matches!(need_of(&scratch, &[]), Need::Lavapipe(_)));
    }

    #[test]
    fn an_nvidia_manifest_counts_only_with_its_library() {
        let scratch = Scratch::new("nvidia");
        scratch.file("/dev/nvidia0", "").file(&format!("{LIBRARIES}/{LOADER}"), "");
        scratch.file("/etc/vulkan/icd.d/nvidia_icd.json", "{\"ICD\": {\"library_path\": \"libGLX_nvidia.so.0\"}}");
        assert!(matches!(need_of(&scratch, &[]), Need::Lavapipe(_)));
        scratch.file(&format!("{LIBRARIES}/libGLX_nvidia.so.0"), "");
        assert!(matches!(need_of(&scratch, &[]), Need::Nothing(_)));
    }

    #[test]
    fn a_missing_loader_is_said() {
        let scratch = mesa("loader", "25.0.7-2");
        std::fs::remove_file(scratch.0.join(&LIBRARIES[1..]).join(LOADER)).unwrap();
        assert!(matches!(need_of(&scratch, &[]), Need::Lavapipe(text) if text.contains(LOADER)));
    }

    #[test]
    fn the_environment_decides() {
        let scratch = mesa("chosen", "22.3.6-1");
        scratch.file("/opt/mesa/lvp.json", "{}");
        let set = [("VK_DRIVER_FILES", "/opt/mesa/lvp.json")];
        assert!(matches!(need_of(&scratch, &set), Need::Nothing(text) if text.contains("VK_DRIVER_FILES")));
        let unset = [("VK_DRIVER_FILES", "")];
        assert!(matches!(need_of(&scratch, &unset), Need::Lavapipe(_)));
        let wrong = Machine::laid_out(&scratch.0, &[("VK_ICD_FILENAMES", "/opt/none.json")]);
        assert!(need(&wrong).unwrap_err().to_string().contains("VK_ICD_FILENAMES names /opt/none.json"));
    }

    #[test]
    fn versions_begin_with_a_number() {
        assert_eq!(major("25.0.7-2~bpo12+1"), 25);
        assert_eq!(major("1:22.3.6"), 22);
        assert_eq!(major("git"), 0);
    }
}

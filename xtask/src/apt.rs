//! Debian's package sources: are backports there, and if not, how does this machine reach them?

use crate::machine::Machine;

/// A package source as apt reads it, with the text it came from.
#[derive(Debug)]
struct Source {
    uris: Vec<String>,
    suites: Vec<String>,
    components: Vec<String>,
    text: Text,
}

#[derive(Debug)]
enum Text {
    /// A paragraph of a `.sources` file: fields with their continuation lines.
    Paragraph(Vec<(String, String)>),
    /// A line of a `.list` file: its bracketed options, empty where there are none.
    Line { options: String },
}

/// A sources file to add: its name below `/etc/apt/sources.list.d`, and its text.
#[derive(Debug, PartialEq, Eq)]
pub struct Addition {
    /// The file's name.
    pub name: &'static str,
    /// All of its text.
    pub text: String,
}

/// What apt has to be told so that it knows a release's backports.
#[derive(Debug, PartialEq, Eq)]
pub enum Backports {
    /// Already configured, by a file of the machine's own.
    Configured,
    /// This file is needed.
    Missing(Addition),
    /// No source of the release itself was found to take mirror and keys from.
    Unknown,
}

/// Whether this machine's sources have `codename`'s backports, and the file to add if not.
///
/// The added source uses the same mirror, keyring and options as the release's own, so that it
/// works behind a private mirror too.
pub fn backports(machine: &Machine, codename: &str) -> Backports {
    let sources = sources(machine);
    let suite = format!("{codename}-backports");
    let has_main = |source: &&Source| source.components.iter().any(|name| name == "main");
    if sources.iter().filter(has_main).any(|source| source.suites.contains(&suite)) {
        return Backports::Configured;
    }
    let names = [codename, "stable", "oldstable"];
    let release = sources
        .iter()
        .filter(has_main)
        .find(|source| source.suites.iter().any(|suite| names.contains(&suite.as_str())) && !source.uris.is_empty());
    let Some(release) = release else { return Backports::Unknown };
    Backports::Missing(match &release.text {
        Text::Paragraph(fields) => Addition { name: "wgrad-backports.sources", text: paragraph(fields, &suite) },
        Text::Line { options } => {
            let gap = if options.is_empty() { "" } else { " " };
            let text = format!("deb {options}{gap}{} {suite} main\n", release.uris[0]);
            Addition { name: "wgrad-backports.list", text }
        }
    })
}

/// A paragraph for backports with all the other fields of the release's own.
fn paragraph(fields: &[(String, String)], suite: &str) -> String {
    let mut text = format!("Types: deb\nSuites: {suite}\nComponents: main\n");
    let own = ["types", "suites", "components", "enabled"];
    for (name, value) in fields.iter().filter(|(name, _)| !own.contains(&&*name.to_lowercase())) {
        text.push_str(&format!("{name}: {value}\n"));
    }
    text
}

/// All binary package sources that are switched on.
fn sources(machine: &Machine) -> Vec<Source> {
    const FOLDER: &str = "/etc/apt/sources.list.d";
    let mut found = lines(&machine.read("/etc/apt/sources.list").unwrap_or_default());
    for name in machine.names(FOLDER) {
        // apt reads these two endings and passes over every other.
        let text = || machine.read(format!("{FOLDER}/{name}")).unwrap_or_default();
        if name.ends_with(".list") {
            found.extend(lines(&text()));
        } else if name.ends_with(".sources") {
            found.extend(paragraphs(&text()));
        }
    }
    found
}

/// The sources of a `.list` file: `deb [options] uri suite component... # comment`.
fn lines(text: &str) -> Vec<Source> {
    let source = |line: &str| {
        let line = line.split('#').next().unwrap_or_default().trim();
        let rest = line.strip_prefix("deb")?.strip_prefix([' ', '\t'])?.trim_start();
        let (options, rest) = match rest.find(']') {
            Some(end) if rest.starts_with('[') => rest.split_at(end + 1),
            _ => ("", rest),
        };
        let mut words = rest.split_whitespace().map(str::to_owned);
        Some(Source {
            uris: vec![words.next()?],
            suites: vec![words.next()?],
            components: words.collect(),
            text: Text::Line { options: options.to_owned() },
        })
    };
    text.lines().filter_map(source).collect()
}

/// The sources of a `.sources` file: paragraphs of `Field: value`, continued on indented lines.
fn paragraphs(text: &str) -> Vec<Source> {
    let mut found = Vec::new();
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in text.lines().chain([""]) {
        if line.starts_with('#') {
            continue;
        }
        if line.trim().is_empty() {
            found.extend(source(std::mem::take(&mut fields)));
        } else if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push('\n');
                value.push_str(line);
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.to_owned(), value.trim().to_owned()));
        }
    }
    found
}

/// One paragraph as a source, if it is a switched-on source of binary packages.
fn source(fields: Vec<(String, String)>) -> Option<Source> {
    let words = |wanted: &str| -> Vec<String> {
        let field = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        field.map(|(_, value)| value.split_whitespace().map(str::to_owned).collect()).unwrap_or_default()
    };
    let off = words("Enabled").iter().any(|word| ["no", "false", "off", "0"].contains(&word.as_str()));
    if off || !words("Types").iter().any(|word| word == "deb") {
        return None;
    }
    let (uris, suites, components) = (words("URIs"), words("Suites"), words("Components"));
    Some(Source { uris, suites, components, text: Text::Paragraph(fields) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::Scratch;

    const DOCKER: &str = "Types: deb\n\
        # http://snapshot.debian.org/archive/debian/20250520T000000Z\n\
        URIs: http://mirror.example/debian\n\
        Suites: bookworm bookworm-updates\n\
        Components: main\n\
        Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n\
        \n\
        Types: deb\n\
        URIs: http://mirror.example/debian-security\n\
        Suites: bookworm-security\n\
        Components: main\n";

    fn backports_of(name: &str, files: &[(&str, &str)]) -> Backports {
        let scratch = Scratch::new(name);
        for (path, text) in files {
            scratch.file(path, text);
        }
        backports(&Machine::laid_out(&scratch.0, &[]), "bookworm")
    }

    fn missing(name: &str, files: &[(&str, &str)]) -> Addition {
        match backports_of(name, files) {
            Backports::Missing(addition) => addition,
            other => panic!("expected an addition, got {other:?}"),
        }
    }

    #[test]
    fn a_paragraph_lends_its_mirror_and_keyring() {
        let added = missing("docker", &[("/etc/apt/sources.list.d/debian.sources", DOCKER)]);
        assert_eq!(added.name, "wgrad-backports.sources");
        assert_eq!(
            added.text,
            "Types: deb\nSuites: bookworm-backports\nComponents: main\n\
             URIs: http://mirror.example/debian\n\
             Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n"
        );
    }

    #[test]
    fn a_key_inside_the_paragraph_comes_along() {
        let text = "Types: deb deb-src\nURIs: https://m/debian\nSuites: bookworm\n\
                    Components: main contrib\nSigned-By:\n -----BEGIN PGP-----\n .\n abc\n";
        let added = missing("key", &[("/etc/apt/sources.list.d/own.sources", text)]);
        assert!(added.text.ends_with("Signed-By: \n -----BEGIN PGP-----\n .\n abc\n"), "{}", added.text);
    }

    #[test]
    fn a_line_lends_its_mirror_and_options() {
        let text = "# deb cdrom:[Debian 12]/ bookworm main\n\
                    deb-src http://m/debian bookworm main\n\
                    deb [ arch=amd64 signed-by=/k.gpg ] http://m/debian/ bookworm main non-free # own\n";
        let added = missing("line", &[("/etc/apt/sources.list", text)]);
        assert_eq!(added.name, "wgrad-backports.list");
        assert_eq!(added.text, "deb [ arch=amd64 signed-by=/k.gpg ] http://m/debian/ bookworm-backports main\n");
        let plain = missing("plain", &[("/etc/apt/sources.list", "deb http://m/debian bookworm main\n")]);
        assert_eq!(plain.text, "deb http://m/debian bookworm-backports main\n");
    }

    #[test]
    fn configured_backports_are_left_alone() {
        let line = "deb http://m/debian bookworm-backports main\n";
        let files =
            [("/etc/apt/sources.list.d/debian.sources", DOCKER), ("/etc/apt/sources.list.d/backports.list", line)];
        assert_eq!(backports_of("configured", &files), Backports::Configured);
        let all = DOCKER.replace("bookworm-updates", "bookworm-updates bookworm-backports");
        let files = [("/etc/apt/sources.list.d/debian.sources", all.as_str())];
        assert_eq!(backports_of("suites", &files), Backports::Configured);
    }

    #[test]
    fn what_apt_passes_over_does_not_count() {
        let off = format!("Enabled: no\n{}", DOCKER.replace("bookworm-updates", "bookworm-backports"));
        let files = [
            ("/etc/apt/sources.list.d/debian.sources", off.as_str()),
            ("/etc/apt/sources.list.d/old.list.save", "deb http://m/debian bookworm-backports main\n"),
            ("/etc/apt/sources.list", "#deb http://m/debian bookworm-backports main\n"),
        ];
        assert_eq!(backports_of("off", &files), Backports::Unknown);
    }
}

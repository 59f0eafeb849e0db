//! Valid and bindings: naga takes every text, translates it, and reflects the bindings the Rust side states.

use naga::back::{hlsl, msl, spv};
use naga::valid::{Capabilities, ModuleInfo, ValidationFlags, Validator};
use naga::{AddressSpace, Module, StorageAccess, TypeInner};
use rayon::prelude::*;
use wgrad::judge::cases::operands;
use wgrad::judge::texts::{Text, texts};

/// Kernel texts, each once: constants aside, most cases share theirs.
fn all() -> Vec<Text> {
    let all: Vec<Text> = texts().collect();
    assert!(all.len() > 500, "{} texts", all.len());
    all
}

fn parse(text: &Text) -> Module {
    naga::front::wgsl::parse_str(&text.source)
        .unwrap_or_else(|e| panic!("{}: {}", text.title(), e.emit_to_string(&text.source)))
}

fn validate(text: &Text, module: &Module) -> ModuleInfo {
    let able = Capabilities::SUBGROUP | Capabilities::SHADER_FLOAT16;
    let mut validator = Validator::new(ValidationFlags::all(), able);
    validator.validate(module).unwrap_or_else(|e| panic!("{}: {}", text.title(), e.emit_to_string(&text.source)))
}

fn translate(text: &Text, module: &Module, info: &ModuleInfo) {
    let fail = |language: &str, error: String| panic!("{} as {language}: {error}", text.title());
    let options = spv::Options { lang_version: (1, 3), ..Default::default() };
    match spv::write_vec(module, info, &options, None) {
        Ok(words) => assert!(!words.is_empty(), "{}: an empty SPIR-V module", text.title()),
        Err(e) => fail("SPIR-V", e.to_string()),
    }
    let options = msl::Options { lang_version: (2, 4), fake_missing_bindings: true, ..Default::default() };
    if let Err(e) = msl::write_string(module, info, &options, &msl::PipelineOptions::default()) {
        fail("MSL", e.to_string());
    }
    let options =
        hlsl::Options { shader_model: hlsl::ShaderModel::V6_0, fake_missing_bindings: true, ..Default::default() };
    let mut out = String::new();
    let pipeline = hlsl::PipelineOptions::default();
    if let Err(e) = hlsl::Writer::new(&mut out, &options, &pipeline).write(module, info, None) {
        fail("HLSL", e.to_string());
    }
}

#[test]
fn every_text_is_valid_and_translates() {
    all().par_iter().for_each(|text| {
        let module = parse(text);
        let info = validate(text, &module);
        translate(text, &module, &info);
    });
}

#[test]
fn bindings_are_what_rust_says() {
    all().par_iter().for_each(bindings);
}

fn bindings(text: &Text) {
    let module = parse(text);
    let title = text.title();
    assert!(module.entry_points.iter().any(|e| e.name == "main"), "{title}: no entry point `main`");
    let mut found: Vec<(u32, u32, String, bool)> = Vec::new();
    for (_, v) in module.global_variables.iter() {
        let Some(b) = &v.binding else { continue };
        let name = v.name.clone().unwrap_or_default();
        let written = match v.space {
            AddressSpace::Storage { access } => access.contains(StorageAccess::STORE),
            AddressSpace::Uniform => {
                assert_eq!((b.group, b.binding), (1, 0), "{title}: `{name}` is the only uniform");
                step_slot(&title, &module, v.ty);
                continue;
            }
            space => panic!("{title}: `{name}` is bound in {space:?}"),
        };
        let element = match module.types[v.ty].inner {
            TypeInner::Array { base, size: naga::ArraySize::Dynamic, .. } => &module.types[base].inner,
            _ => panic!("{title}: `{name}` is not an array of open length"),
        };
        let float = match element {
            TypeInner::Scalar(s) | TypeInner::Vector { scalar: s, .. } => *s == naga::Scalar::F32,
            _ => false,
        };
        assert!(float, "{title}: `{name}` is not an array of f32 or of its vectors");
        found.push((b.group, b.binding, name, written));
    }
    found.sort();
    let reads = text.call.reads().into_iter().map(|a| (a.0.to_owned(), false));
    let writes = text.call.writes().into_iter().map(|a| (a.0.to_owned(), true));
    let stages = operands(&*text.call, &text.stages).into_iter().map(|a| (a.0, a.3));
    let stated = reads.chain(writes).chain(stages).enumerate();
    let stated: Vec<_> = stated.map(|(i, (name, written))| (0, i as u32, name, written)).collect();
    assert_eq!(found, stated, "{title}: bindings (group, number, name, written)");
}

/// The step slot's layout is what executors write: eight words, then two vectors.
fn step_slot(title: &str, module: &Module, ty: naga::Handle<naga::Type>) {
    let TypeInner::Struct { members, span } = &module.types[ty].inner else {
        panic!("{title}: the step slot is not a struct")
    };
    let at = |name: &str| members.iter().find(|m| m.name.as_deref() == Some(name)).map(|m| m.offset);
    let fields = ["index", "rows", "seed_lo", "seed_hi", "learning_rate", "coef"].map(at);
    assert_eq!(fields, [0, 4, 8, 12, 16, 32].map(Some), "{title}: offsets in the step slot");
    assert_eq!(*span, 64, "{title}: bytes of the step slot");
}

#[test]
fn the_grid_is_within_webgpus_limit() {
    for text in texts() {
        let grid = text.call.shader(text.schedule).grid;
        assert!(grid.iter().all(|g| (1..=65_535).contains(g)), "{}: grid {grid:?}", text.title());
    }
}

//! WGSL text made whole, and the pipelines compiled from it: equal texts share one.
#![allow(unsafe_code, reason = "wgpu's unchecked shader modules; the SAFETY line says what stands in for the checks")]

use super::device::{GpuDevice, one_line};
use crate::base::{Error, Result};
use crate::kernel::{Call, Stage, stage};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of the step slot: four u32, four f32, eight f32.
pub(super) const STEP_BYTES: u64 = 64;

const PRELUDE: &str = concat!(include_str!("../../../shaders/prelude.wgsl"), include_str!("../../../shaders/rng.wgsl"));

/// A text of our own behind the prelude.
pub(super) fn with_prelude(source: &str) -> String {
    [PRELUDE, source].concat()
}

/// The whole WGSL text of a kernel start: prelude, constants, kernel, and its stages' `epilogue`.
pub fn text(call: &dyn Call, stages: &[Stage], schedule: crate::kernel::Schedule) -> String {
    let mut text = with_prelude(&call.shader(schedule).source);
    if call.open() {
        text.push_str(&stage::epilogue(stages, call.reads().len() + call.writes().len()));
    }
    text
}

/// For each binding of a kernel start, in order: whether it is only read.
pub(super) fn read_only(call: &dyn Call, stages: &[Stage]) -> Vec<bool> {
    let aux = stages.iter().filter(|s| s.reads_aux() || s.writes_aux()).map(Stage::reads_aux);
    let own = std::iter::repeat_n(true, call.reads().len()).chain(std::iter::repeat_n(false, call.writes().len()));
    own.chain(aux).collect()
}

/// A compiled kernel.
pub(super) struct Pipeline {
    /// Equal for equal texts: a pass sets a pipeline only where this changes.
    pub id: usize,
    pub raw: wgpu::ComputePipeline,
    /// Layout of group 0.
    pub operands: wgpu::BindGroupLayout,
}

#[derive(Default)]
struct Shelves {
    pipelines: HashMap<(Vec<bool>, String), Arc<Pipeline>>,
    layouts: HashMap<Vec<bool>, (wgpu::BindGroupLayout, wgpu::PipelineLayout)>,
    step: Option<wgpu::BindGroupLayout>,
}

/// Everything compiled on a device.
#[derive(Default)]
pub(super) struct Library(Mutex<Shelves>);

impl Library {
    fn open(&self) -> std::sync::MutexGuard<'_, Shelves> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Pipelines compiled so far.
    pub fn len(&self) -> usize {
        self.open().pipelines.len()
    }

    /// Layout of group 1: the step slot, at a dynamic offset.
    pub fn step_layout(&self, device: &wgpu::Device) -> wgpu::BindGroupLayout {
        self.open().step(device)
    }

    /// The pipeline of `source`, whose bindings are as `read_only` says; `name` is for messages.
    pub fn pipeline(
        &self,
        device: &GpuDevice,
        name: &str,
        source: String,
        read_only: &[bool],
    ) -> Result<Arc<Pipeline>> {
        let key = (read_only.to_vec(), source);
        if let Some(known) = self.open().pipelines.get(&key) {
            return Ok(Arc::clone(known));
        }
        let most = device.limits().max_storage_buffers_per_shader_stage as usize;
        if read_only.len() > most {
            return Err(Error::device(
                format!("kernel `{name}` has {} operands, {} allows {most}", read_only.len(), device.summary()),
                "choose another with --device, or use --device cpu",
            ));
        }
        device.check("compiling kernels")?;
        let made = device.scoped(|| {
            let (operands, layout) = self.open().layouts(device.raw(), read_only);
            // The shelves are open to others meanwhile: drivers take their time, and kernels compile side by side.
            (compile(device.raw(), name, &key.1, &layout), operands)
        });
        let (raw, operands) = made.map_err(|e| {
            Error::device(
                format!("kernel `{name}` was refused by {}: {}", device.summary(), one_line(&e.to_string())),
                "update its driver, choose another with --device, or use --device cpu",
            )
        })?;
        let mut shelves = self.open();
        let id = shelves.pipelines.len();
        let entry = shelves.pipelines.entry(key).or_insert_with(|| Arc::new(Pipeline { id, raw, operands }));
        Ok(Arc::clone(entry))
    }
}

impl Shelves {
    fn step(&mut self, device: &wgpu::Device) -> wgpu::BindGroupLayout {
        let make = || {
            let ty = wgpu::BindingType::Buffer {
                ty: wgpu::BufferBindingType::Uniform,
                has_dynamic_offset: true,
                min_binding_size: std::num::NonZeroU64::new(STEP_BYTES),
            };
            group_layout(device, &[ty])
        };
        self.step.get_or_insert_with(make).clone()
    }

    fn layouts(&mut self, device: &wgpu::Device, read_only: &[bool]) -> (wgpu::BindGroupLayout, wgpu::PipelineLayout) {
        let step = self.step(device);
        let make = || {
            let storage = |read_only: &bool| wgpu::BindingType::Buffer {
                ty: wgpu::BufferBindingType::Storage { read_only: *read_only },
                has_dynamic_offset: false,
                min_binding_size: None,
            };
            let operands = group_layout(device, &read_only.iter().map(storage).collect::<Vec<_>>());
            let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: None,
                bind_group_layouts: &[Some(&operands), Some(&step)],
                immediate_size: 0,
            });
            (operands, layout)
        };
        self.layouts.entry(read_only.to_vec()).or_insert_with(make).clone()
    }
}

fn group_layout(device: &wgpu::Device, types: &[wgpu::BindingType]) -> wgpu::BindGroupLayout {
    let entries = types.iter().enumerate().map(|(i, ty)| wgpu::BindGroupLayoutEntry {
        binding: i as u32,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: *ty,
        count: None,
    });
    let entries: Vec<_> = entries.collect();
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: None, entries: &entries })
}

fn compile(device: &wgpu::Device, name: &str, source: &str, layout: &wgpu::PipelineLayout) -> wgpu::ComputePipeline {
    let descriptor =
        wgpu::ShaderModuleDescriptor { label: Some(name), source: wgpu::ShaderSource::Wgsl(source.into()) };
    let module = if checked() {
        device.create_shader_module(descriptor)
    } else {
        // SAFETY: the text is a kernel of ours (or of a caller who wrote a kernel in safe Rust, where it is tried
        // with checks in debug builds and under WGRAD_CHECKED=1): indices stay below the lengths its `Arg`s state, which
        // the tape compares with the operands; loops end; no divisor is zero. Vulkan devices are opened with robust
        // buffer access, so that even a wrong index stays within wgpu's buffers.
        unsafe { device.create_shader_module_trusted(descriptor, wgpu::ShaderRuntimeChecks::unchecked()) }
    };
    device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: Some(name),
        layout: Some(layout),
        module: &module,
        entry_point: Some("main"),
        compilation_options: wgpu::PipelineCompilationOptions {
            constants: &[],
            // Kernels write shared memory before they read it.
            zero_initialize_workgroup_memory: false,
        },
        cache: None,
    })
}

/// Whether shaders keep wgpu's run-time checks: in debug builds, and wherever `WGRAD_CHECKED` is 1.
fn checked() -> bool {
    match std::env::var("WGRAD_CHECKED").as_deref() {
        Ok("0") => false,
        Ok(_) => true,
        Err(_) => cfg!(debug_assertions),
    }
}

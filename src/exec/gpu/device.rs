//! An open graphics device: faults are kept, waits are bounded, allocations can fail.

use super::adapters::{self, AdapterSummary};
use super::canary;
use super::shader::Library;
use crate::base::{Error, Result};
use crate::kernel::Schedule;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use wgpu::{BufferUsages, ErrorFilter, Features, PollType, SubmissionIndex};

/// How long one submit may take before the device counts as lost. A submit is made to last a fraction of a
/// second; software devices compile kernels at their first start, within it.
const PATIENCE: Duration = Duration::from_secs(120);

/// Bytes handed to the queue before a wait when much is uploaded: bounds the driver's staging memory.
const UPLOAD: usize = 32 << 20;

/// Objects made on a device so far; a training step makes none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Created {
    /// Compiled kernels.
    pub pipelines: u64,
    /// Bind groups.
    pub bind_groups: u64,
    /// Buffers.
    pub buffers: u64,
}

#[derive(Default)]
struct Counts {
    bind_groups: AtomicU64,
    buffers: AtomicU64,
    bytes: AtomicU64,
}

struct Inner {
    device: wgpu::Device,
    queue: wgpu::Queue,
    summary: AdapterSummary,
    schedule: Schedule,
    /// The first fault reported: from then on everything fails.
    fault: Arc<OnceLock<String>>,
    counts: Counts,
    library: Library,
}

/// A graphics device, opened and tried out. Clones share it and its compiled kernels.
#[derive(Clone)]
pub struct GpuDevice(Arc<Inner>);

impl GpuDevice {
    /// All devices of this machine, best first.
    pub fn all() -> Vec<AdapterSummary> {
        adapters::enumerate().into_iter().map(|(s, _)| s).collect()
    }

    /// Opens the device meant by `choice`: `gpu`, `vulkan`, `metal`, `dx12`, a number of [`GpuDevice::all`] or a
    /// part of a name. Software devices count.
    ///
    /// # Errors
    /// [`Error::Device`] where no device is meant (lists what there is), it cannot be opened, or it computes wrongly.
    pub fn open(choice: &str) -> Result<Self> {
        let device = Self::open_untested(choice)?;
        let wrong: Vec<String> = canary::check(&device)?.into_iter().filter_map(canary::Finding::complaint).collect();
        if wrong.is_empty() {
            return Ok(device);
        }
        Err(Error::device(
            format!("{} computes wrongly: {}", device.summary(), wrong.join("; ")),
            "update its driver (Mesa 25 or later for llvmpipe), choose another with --device, or use --device cpu",
        ))
    }

    /// As [`GpuDevice::open`] without trying it out first: for `wgrad devices --check`, which shows the findings.
    ///
    /// # Errors
    /// [`Error::Device`] where no device is meant or it cannot be opened.
    pub fn open_untested(choice: &str) -> Result<Self> {
        let (summary, adapter) = adapters::choose(choice)?;
        let wanted = Features::SUBGROUP
            | Features::TIMESTAMP_QUERY
            | Features::TIMESTAMP_QUERY_INSIDE_ENCODERS
            | Features::TIMESTAMP_QUERY_INSIDE_PASSES;
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("wgrad"),
            required_features: adapter.features() & wanted,
            required_limits: adapter.limits(),
            memory_hints: wgpu::MemoryHints::Performance,
            ..Default::default()
        };
        let (device, queue) = pollster::block_on(adapter.request_device(&descriptor)).map_err(|e| {
            Error::device(
                format!("{summary} cannot be opened: {e}"),
                "choose another with --device, or use --device cpu",
            )
        })?;
        let fault = Arc::new(OnceLock::new());
        // wgpu's default for an error nobody catches is a panic; handlers come before anything is made.
        let first = Arc::clone(&fault);
        device.on_uncaptured_error(Arc::new(move |e: wgpu::Error| _ = first.set(one_line(&e.to_string()))));
        let first = Arc::clone(&fault);
        device.set_device_lost_callback(move |reason, text| _ = first.set(one_line(&format!("{reason:?} {text}"))));
        let info = adapter.get_info();
        let lanes = info.device_type == wgpu::DeviceType::Cpu && info.subgroup_max_size == 8;
        let schedule = if lanes { Schedule::Lanes } else { Schedule::Tiles };
        let library = Library::default();
        Ok(Self(Arc::new(Inner { device, queue, summary, schedule, fault, counts: Counts::default(), library })))
    }

    /// The best device that is not a processor in disguise: what `auto` means. `None` where there is none; a
    /// software device is slower than the CPU executor.
    ///
    /// # Errors
    /// As [`GpuDevice::open`].
    pub fn best_hardware() -> Result<Option<Self>> {
        match Self::all().iter().find(|s| !s.is_software()) {
            Some(s) => Self::open(&s.number.to_string()).map(Some),
            None => Ok(None),
        }
    }

    /// Whether both are one opened device.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// What it is.
    pub fn summary(&self) -> &AdapterSummary {
        &self.0.summary
    }

    /// Which of the kernels' two layouts suits it.
    pub fn schedule(&self) -> Schedule {
        self.0.schedule
    }

    /// What it allows.
    pub fn limits(&self) -> wgpu::Limits {
        self.0.device.limits()
    }

    /// What wgpu offers on it, of what we ask for.
    pub fn features(&self) -> Features {
        self.0.device.features()
    }

    /// Objects made on this device so far, by everyone who shares it.
    pub fn created(&self) -> Created {
        let read = |n: &AtomicU64| n.load(Ordering::Relaxed);
        let counts = &self.0.counts;
        Created {
            pipelines: self.0.library.len() as u64,
            bind_groups: read(&counts.bind_groups),
            buffers: read(&counts.buffers),
        }
    }

    /// Bytes allocated on this device so far, by everyone who shares it; freeing is not counted.
    pub fn allocated(&self) -> u64 {
        self.0.counts.bytes.load(Ordering::Relaxed)
    }

    /// What wgpu itself counts as alive on this device, passing staging buffers included: compare after a wait.
    pub fn alive(&self) -> Created {
        let hal = self.0.device.get_internal_counters().hal;
        let read = |n: &wgpu::wgt::InternalCounter| n.read().max(0) as u64;
        Created {
            pipelines: read(&hal.compute_pipelines),
            bind_groups: read(&hal.bind_groups),
            buffers: read(&hal.buffers),
        }
    }

    /// Makes the device unusable, as an unplugged or crashed one is: what a caller does on [`Error::Lost`] can be tried.
    pub fn destroy(&self) {
        self.0.device.destroy();
        let _ = self.0.fault.set("the device was destroyed on request".to_owned());
    }

    pub(super) fn raw(&self) -> &wgpu::Device {
        &self.0.device
    }

    pub(super) fn queue(&self) -> &wgpu::Queue {
        &self.0.queue
    }

    pub(super) fn library(&self) -> &Library {
        &self.0.library
    }

    /// Fails if the device has reported a fault, now or ever.
    pub(super) fn check(&self, during: &str) -> Result<()> {
        self.0.fault.get().map_or(Ok(()), |reason| Err(lost(during, reason)))
    }

    /// Waits for `submit` (or for everything), but not forever.
    pub(super) fn wait_for(&self, submit: Option<SubmissionIndex>, during: &str) -> Result<()> {
        self.check(during)?;
        let wait = PollType::Wait { submission_index: submit, timeout: Some(PATIENCE) };
        if let Err(e) = self.0.device.poll(wait) {
            let reason = format!("no answer within {} s ({e})", PATIENCE.as_secs());
            // What never answered once is not asked again.
            let _ = self.0.fault.set(reason.clone());
            return Err(lost(during, &reason));
        }
        self.check(during)
    }

    /// Runs `f`, which makes objects, and returns what wgpu complains about.
    pub(super) fn scoped<T>(&self, f: impl FnOnce() -> T) -> std::result::Result<T, wgpu::Error> {
        let device = &self.0.device;
        let internal = device.push_error_scope(ErrorFilter::Internal);
        let validation = device.push_error_scope(ErrorFilter::Validation);
        let memory = device.push_error_scope(ErrorFilter::OutOfMemory);
        let made = f();
        let errors = [pollster::block_on(memory.pop()), pollster::block_on(validation.pop())];
        let errors = errors.into_iter().chain([pollster::block_on(internal.pop())]);
        errors.flatten().next().map_or(Ok(made), Err)
    }

    /// Allocates at least `bytes`, rounded up so that a vector of four may be read at the end.
    pub(super) fn buffer(&self, label: &str, bytes: u64, usage: BufferUsages) -> Result<wgpu::Buffer> {
        let size = bytes.max(1).next_multiple_of(256);
        let refuse = |what: String, allowed: u64| Error::Memory {
            what,
            needed: size,
            allowed,
            help: "use a smaller batch or model, or --device cpu".to_owned(),
        };
        let limits = self.limits();
        if size > limits.max_buffer_size {
            return Err(refuse(format!("buffer `{label}`"), limits.max_buffer_size));
        }
        if usage.contains(BufferUsages::STORAGE) && size > limits.max_storage_buffer_binding_size {
            return Err(refuse(format!("array `{label}`"), limits.max_storage_buffer_binding_size));
        }
        self.check("allocating memory")?;
        let descriptor = wgpu::BufferDescriptor { label: Some(label), size, usage, mapped_at_creation: false };
        let placed = self.0.counts.bytes.load(Ordering::Relaxed);
        match self.scoped(|| self.0.device.create_buffer(&descriptor)) {
            Ok(buffer) => {
                self.0.counts.buffers.fetch_add(1, Ordering::Relaxed);
                self.0.counts.bytes.fetch_add(size, Ordering::Relaxed);
                Ok(buffer)
            }
            Err(wgpu::Error::OutOfMemory { .. }) => {
                Err(refuse(format!("buffer `{label}`, beside {placed} bytes allocated so far,"), 0))
            }
            Err(e) => {
                let reason = one_line(&e.to_string());
                Err(lost(&format!("allocating `{label}`"), self.0.fault.get().unwrap_or(&reason)))
            }
        }
    }

    /// A bind group over `entries`: (buffer, first byte, bytes).
    pub(super) fn bind_group(
        &self,
        label: &str,
        layout: &wgpu::BindGroupLayout,
        entries: &[(&wgpu::Buffer, u64, u64)],
    ) -> Result<wgpu::BindGroup> {
        let entries = entries.iter().enumerate().map(|(i, (buffer, offset, bytes))| wgpu::BindGroupEntry {
            binding: i as u32,
            resource: wgpu::BindingResource::Buffer(wgpu::BufferBinding {
                buffer,
                offset: *offset,
                size: std::num::NonZeroU64::new(*bytes),
            }),
        });
        let entries: Vec<_> = entries.collect();
        let descriptor = wgpu::BindGroupDescriptor { label: Some(label), layout, entries: &entries };
        self.check("binding buffers")?;
        let group = self.scoped(|| self.0.device.create_bind_group(&descriptor));
        self.0.counts.bind_groups.fetch_add(1, Ordering::Relaxed);
        group.map_err(|e| {
            Error::device(
                format!("the operands of `{label}` cannot be bound: {}", one_line(&e.to_string())),
                "report it",
            )
        })
    }

    /// Writes `bytes` (a multiple of 4) into `buffer`, waiting now and then where it is much.
    pub(super) fn upload(&self, buffer: &wgpu::Buffer, offset: u64, bytes: &[u8]) -> Result<()> {
        self.check("writing to the device")?;
        let mut at = offset;
        for piece in bytes.chunks(UPLOAD) {
            self.0.queue.write_buffer(buffer, at, piece);
            at += piece.len() as u64;
            if piece.len() == UPLOAD {
                let submit = self.0.queue.submit([]);
                self.wait_for(Some(submit), "writing to the device")?;
            }
        }
        self.check("writing to the device")
    }
}

fn lost(during: &str, reason: &str) -> Error {
    Error::Lost { during: during.to_owned(), reason: reason.to_owned() }
}

/// wgpu's messages span lines; ours are one.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

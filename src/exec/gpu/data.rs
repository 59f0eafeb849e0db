//! Data sets on the device: bytes stay bytes, and one dispatch an input fetches the batches of a whole submit.

use super::device::GpuDevice;
use super::memory::Memory;
use super::shader::{Pipeline, STEP_BYTES};
use crate::base::{Error, Result, RowData, Rows};
use crate::exec::DataId;
use crate::exec::cpu::put;
use crate::kernel::Constant;
use crate::kernel::shader::flat_grid;
use crate::plan::{Plan, Value};
use std::sync::Arc;
use wgpu::{BindGroup, Buffer, BufferUsages, ComputePass};

/// What a submit takes, as the gather kernels read it from the step slot's place.
#[derive(Clone, Copy)]
pub(super) struct Window {
    /// First row in the order.
    pub first: u32,
    /// Rows that are samples.
    pub rows: u32,
    /// Rows of all the submit's batches, padding included.
    pub total: u32,
}

impl Window {
    pub fn bytes(self) -> [u8; STEP_BYTES as usize] {
        let mut words = [0u32; STEP_BYTES as usize / 4];
        words[..3].copy_from_slice(&[self.first, self.rows, self.total]);
        bytemuck::cast(words)
    }
}

/// Consecutive rows of a table that fit one binding.
struct Chunk {
    words: Buffer,
    first: usize,
    rows: usize,
}

/// A table on the device.
struct Table {
    source: Rows,
    chunks: Vec<Chunk>,
    /// Of a table of bytes: the number each byte means.
    meaning: Option<Buffer>,
}

/// One gather dispatch.
struct Gather {
    pipeline: Arc<Pipeline>,
    group: BindGroup,
    /// Invocations a row.
    per_row: usize,
}

/// A data set, ready to be gathered from.
pub(super) struct Loaded {
    tables: Vec<(Value, Arc<Table>)>,
    /// Rows of the tables.
    pub rows: usize,
    /// Rows in the order set.
    pub ordered: usize,
    order: Buffer,
    gathers: Vec<Gather>,
}

/// The data sets of an executor.
#[derive(Default)]
pub(super) struct Shelf(Vec<Option<Loaded>>);

impl Shelf {
    /// Puts a data set on the device; a table that is there already is not put there twice.
    pub fn load(
        &mut self,
        device: &GpuDevice,
        plan: &Plan,
        memory: &Memory,
        columns: &[(Value, Rows)],
        rows: usize,
    ) -> Result<usize> {
        let mut tables = Vec::with_capacity(columns.len());
        for (value, source) in columns {
            let known = self.0.iter().flatten().flat_map(|l| &l.tables).find(|(_, t)| same(&t.source, source));
            let table = match known {
                Some((_, table)) => Arc::clone(table),
                None => Arc::new(Table::new(device, &plan.values[value.0].name, source)?),
            };
            tables.push((*value, table));
        }
        let order = order_buffer(device, rows)?;
        let mut new = Loaded { tables, rows, ordered: 0, order, gathers: Vec::new() };
        new.bind(device, plan, memory)?;
        new.set_order(device, plan, memory, &(0..rows as u32).collect::<Vec<_>>())?;
        Ok(put(&mut self.0, new))
    }

    /// The data set of this number.
    pub fn get(&self, data: DataId) -> Option<&Loaded> {
        self.0.get(data.0)?.as_ref()
    }

    /// The data set of this number, to be ordered.
    pub fn get_mut(&mut self, data: DataId) -> Option<&mut Loaded> {
        self.0.get_mut(data.0)?.as_mut()
    }

    /// Lets go of a data set.
    pub fn unload(&mut self, data: DataId) {
        if let Some(loaded) = self.0.get_mut(data.0) {
            *loaded = None;
        }
    }
}

impl Loaded {
    /// Sets the order in which rows are taken.
    pub fn set_order(&mut self, device: &GpuDevice, plan: &Plan, memory: &Memory, order: &[u32]) -> Result<()> {
        if order.len() as u64 * 4 > self.order.size() {
            self.order = order_buffer(device, order.len())?;
            self.bind(device, plan, memory)?;
        }
        device.upload(&self.order, 0, bytemuck::cast_slice(order))?;
        self.ordered = order.len();
        Ok(())
    }

    fn bind(&mut self, device: &GpuDevice, plan: &Plan, memory: &Memory) -> Result<()> {
        self.gathers.clear();
        for (value, table) in &self.tables {
            for chunk in &table.chunks {
                self.gathers.push(table.gather(device, plan, memory, *value, chunk, &self.order)?);
            }
        }
        Ok(())
    }

    /// Adds the dispatches that fetch `window`; group 1 is set to it.
    pub fn encode(&self, pass: &mut ComputePass<'_>, window: Window) {
        for gather in &self.gathers {
            pass.set_pipeline(&gather.pipeline.raw);
            pass.set_bind_group(0, &gather.group, &[]);
            let [x, y, z] = flat_grid((window.total as usize * gather.per_row).div_ceil(64));
            pass.dispatch_workgroups(x, y, z);
        }
    }
}

/// Whether two tables are one piece of memory read alike.
fn same(a: &Rows, b: &Rows) -> bool {
    a.width == b.width
        && match (&a.data, &b.data) {
            (RowData::Floats(a), RowData::Floats(b)) => Arc::ptr_eq(a, b),
            (RowData::Bytes { data: a, scale: p, shift: q }, RowData::Bytes { data: b, scale: r, shift: s }) => {
                Arc::ptr_eq(a, b) && p.to_bits() == r.to_bits() && q.to_bits() == s.to_bits()
            }
            _ => false,
        }
}

fn order_buffer(device: &GpuDevice, rows: usize) -> Result<Buffer> {
    device.buffer("order of samples", rows as u64 * 4, BufferUsages::STORAGE | BufferUsages::COPY_DST)
}

impl Table {
    fn new(device: &GpuDevice, name: &str, source: &Rows) -> Result<Self> {
        let usage = BufferUsages::STORAGE | BufferUsages::COPY_DST;
        let limits = device.limits();
        // Kernels index with 32 bits, and buffers are rounded up to 256 bytes.
        let most = limits.max_storage_buffer_binding_size.min(limits.max_buffer_size).min(u64::from(u32::MAX)) & !255;
        let per_number = if matches!(source.data, RowData::Bytes { .. }) { 1 } else { 4 };
        let row_bytes = source.width as u64 * per_number;
        let chunk_rows = (most / row_bytes.max(1)) as usize;
        if chunk_rows == 0 {
            return Err(Error::Memory {
                what: format!("a row of the data of `{name}`"),
                needed: row_bytes,
                allowed: most,
                help: "use smaller samples, or --device cpu".to_owned(),
            });
        }
        let mut chunks = Vec::new();
        for first in (0..source.len()).step_by(chunk_rows) {
            let rows = chunk_rows.min(source.len() - first);
            let range = first * source.width..(first + rows) * source.width;
            let words = device.buffer(&format!("data of {name}"), rows as u64 * row_bytes, usage)?;
            match &source.data {
                RowData::Floats(data) => device.upload(&words, 0, bytemuck::cast_slice(&data[range]))?,
                RowData::Bytes { data, .. } => {
                    let (whole, rest) = data[range].as_chunks::<4>();
                    device.upload(&words, 0, whole.as_flattened())?;
                    let mut last = [0; 4];
                    last[..rest.len()].copy_from_slice(rest);
                    if !rest.is_empty() {
                        device.upload(&words, whole.len() as u64 * 4, &last)?;
                    }
                }
            }
            chunks.push(Chunk { words, first, rows });
        }
        let meaning = match source.data {
            RowData::Floats(_) => None,
            RowData::Bytes { scale, shift, .. } => {
                let numbers: Vec<f32> = (0..=u8::MAX).map(|v| f32::from(v) * scale + shift).collect();
                let buffer = device.buffer("meaning of bytes", 1024, usage)?;
                device.upload(&buffer, 0, bytemuck::cast_slice(&numbers))?;
                Some(buffer)
            }
        };
        Ok(Self { source: source.clone(), chunks, meaning })
    }

    fn gather(
        &self,
        device: &GpuDevice,
        plan: &Plan,
        memory: &Memory,
        value: Value,
        chunk: &Chunk,
        order: &Buffer,
    ) -> Result<Gather> {
        let width = self.source.width;
        let (samples, stride) = memory.all_slots(plan, value);
        let per = if width.is_multiple_of(4) { 4 } else { 1 };
        let constants = [
            ("width", width),
            ("batch", plan.batch),
            ("stride", stride as usize),
            ("chunk_first", chunk.first),
            ("chunk_rows", chunk.rows),
            ("per", per),
        ];
        let mut source: String = constants.iter().map(|(name, v)| Constant::U32(*v as u32).wgsl(name)).collect();
        let mut buffers = vec![&chunk.words, order];
        let (name, text) = match &self.meaning {
            Some(meaning) => {
                buffers.push(meaning);
                ("gather_bytes", include_str!("../../../shaders/util/gather_bytes.wgsl"))
            }
            None => ("gather_floats", include_str!("../../../shaders/util/gather_floats.wgsl")),
        };
        source.push_str(text);
        buffers.push(samples);
        let read_only: Vec<bool> = (1..=buffers.len()).map(|n| n < buffers.len()).collect();
        let pipeline = device.library().pipeline(device, name, source, &read_only)?;
        let entries: Vec<_> = buffers.iter().map(|b| (*b, 0, b.size())).collect();
        let group = device.bind_group(name, &pipeline.operands, &entries)?;
        Ok(Gather { pipeline, group, per_row: width / per })
    }
}

//! Reading back: through a buffer the host may map, kept for the next time.

use super::device::GpuDevice;
use crate::base::{Error, Result};
use std::sync::mpsc;
use std::time::Duration;
use wgpu::{Buffer, BufferUsages, CommandEncoderDescriptor, MapMode};

/// Bytes read at once: longer arrays come in pieces.
const PIECE: u64 = 32 << 20;

/// A place to read into; grows to the longest array read.
#[derive(Default)]
pub(super) struct Staging(Option<Buffer>);

/// How long a finished copy may take to be told.
const GRACE: Duration = Duration::from_secs(5);

impl Staging {
    /// A staging buffer for `bytes`, made before the first step.
    pub fn with(device: &GpuDevice, bytes: u64) -> Result<Self> {
        let mut new = Self::default();
        new.ready(device, bytes)?;
        Ok(new)
    }

    fn ready(&mut self, device: &GpuDevice, bytes: u64) -> Result<&Buffer> {
        let bytes = bytes.min(PIECE).next_power_of_two().max(4096);
        if self.0.as_ref().is_none_or(|b| b.size() < bytes) {
            self.0 = None;
        }
        match self.0 {
            Some(ref buffer) => Ok(buffer),
            ref mut empty => {
                let usage = BufferUsages::MAP_READ | BufferUsages::COPY_DST;
                Ok(empty.insert(device.buffer("read back", bytes, usage)?))
            }
        }
    }

    /// `words` 32-bit words of `source` from byte `offset` on, after all work submitted so far.
    pub fn read(&mut self, device: &GpuDevice, source: &Buffer, offset: u64, words: usize) -> Result<Vec<u32>> {
        let mut out = Vec::with_capacity(words);
        let end = offset + words as u64 * 4;
        let mut at = offset;
        while at < end {
            let bytes = (end - at).min(PIECE);
            self.piece(device, source, at, bytes, &mut out)?;
            at += bytes;
        }
        Ok(out)
    }

    fn piece(&mut self, device: &GpuDevice, source: &Buffer, at: u64, bytes: u64, out: &mut Vec<u32>) -> Result<()> {
        const DURING: &str = "reading from the device";
        device.check(DURING)?;
        let buffer = self.ready(device, bytes)?;
        let mut encoder = device.raw().create_command_encoder(&CommandEncoderDescriptor { label: Some("read back") });
        encoder.copy_buffer_to_buffer(source, at, buffer, 0, bytes);
        let submit = device.queue().submit([encoder.finish()]);
        let (tell, told) = mpsc::channel();
        buffer.map_async(MapMode::Read, 0..bytes, move |result| _ = tell.send(result));
        device.wait_for(Some(submit), DURING)?;
        // The work is done, but another thread that polls this device may be the one about to tell us; and after a
        // loss maps may never call back, so the wait is bounded.
        let lost = |reason: String| Error::Lost { during: DURING.to_owned(), reason };
        told.recv_timeout(GRACE)
            .map_err(|_| lost("the copy never arrived".into()))?
            .map_err(|e| lost(e.to_string()))?;
        {
            let view = buffer.get_mapped_range(0..bytes).map_err(|e| lost(e.to_string()))?;
            // Mapped memory need not be aligned for u32, so words are put together from bytes.
            out.extend(view.as_chunks::<4>().0.iter().map(|b| u32::from_le_bytes(*b)));
        }
        buffer.unmap();
        Ok(())
    }
}

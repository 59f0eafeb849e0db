//! A kernel's WGSL text and grid, and the two kinds of device it is written for.

/// How a kernel is laid out on a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Schedule {
    /// A software device of 8 lanes (lavapipe): small workgroups, no shared memory in hot loops.
    Lanes,
    /// A graphics card: workgroups of 64 to 256 with shared-memory tiles.
    Tiles,
}

impl Schedule {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Lanes, Self::Tiles];
}

/// WGSL text (without prelude and epilogue) and the workgroups to start.
#[derive(Clone, Debug)]
pub struct Shader {
    /// The text.
    pub source: String,
    /// Workgroups in x, y and z.
    pub grid: [u32; 3],
}

impl Shader {
    /// A text and its grid.
    pub fn new(source: &str, grid: [u32; 3]) -> Self {
        Self { source: source.to_owned(), grid }
    }

    /// A text that handles `per_group` items a workgroup in a flat index space of `items`; its group is number
    /// `id.y * groups.x + id.x`.
    pub fn flat(source: &str, items: usize, per_group: usize) -> Self {
        Self::new(source, flat_grid(items.div_ceil(per_group).max(1)))
    }
}

/// Workgroups in x and y for a flat count: at most 65,535 a dimension (WebGPU's limit).
pub fn flat_grid(groups: usize) -> [u32; 3] {
    let rows = groups.div_ceil(65_535).max(1);
    [groups.div_ceil(rows).max(1) as u32, rows as u32, 1]
}

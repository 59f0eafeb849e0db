//! Matrix products: which WGSL texts make a product of given form and shape, and on which grid.
//!
//! The text names its sizes `rows`, `inner` and `cols` and its operands `a`, `b`, `c` (and `s`), so that a kernel's own
//! constants (`m`, `k`, `n` with other meanings) may stand beside them. It calls `epilogue(v, at)` for every number of c.

use super::{Schedule, Shader};
use std::fmt::Write as _;

const LANES: &str = include_str!("../../shaders/layer/product_lanes.wgsl");
const LANES_A: &str = include_str!("../../shaders/layer/product_lanes_a.wgsl");
const LANES_A_TURNED: &str = include_str!("../../shaders/layer/product_lanes_at.wgsl");
const LANES_B: &str = include_str!("../../shaders/layer/product_lanes_b.wgsl");
const LANES_B_TURNED: &str = include_str!("../../shaders/layer/product_lanes_bt.wgsl");
const TILES: &str = include_str!("../../shaders/layer/product_tiles.wgsl");

/// Most workgroups in one dimension (WebGPU's limit).
const MAX_GROUPS: u32 = 65_535;

/// Fewest tiles of 64 × 64 that fill a graphics card; with fewer, tiles of 32 × 32 are used.
const ENOUGH_TILES: u32 = 64;

/// Multiplications from which on 16 rows a workgroup instead of 8 repay their doubled compile time on software devices.
const TALL_WORK: u64 = 1 << 27;

pub use crate::base::product::Form;

/// A product c\[m,n\] = a · b over an inner length k.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProductShape {
    /// Rows of c.
    pub m: u32,
    /// Length of the sums.
    pub k: u32,
    /// Columns of c.
    pub n: u32,
    /// Layout of the operands.
    pub form: Form,
}

/// WGSL of a product and its workgroup grid.
///
/// Bindings of group 0: `a`, `b` (read), `c` (written) and, with `column_sums`, `s[n]`, the sums of b over k (written;
/// meant for [`Form::TN`], where they are the bias gradient).
pub fn shader(shape: ProductShape, column_sums: bool, schedule: Schedule) -> Shader {
    let ProductShape { m, k, n, form } = shape;
    let side = if m.div_ceil(64) * n.div_ceil(64) < ENOUGH_TILES { 8 } else { 16 };
    let (height, width) = match schedule {
        Schedule::Lanes if m >= 64 && work(shape) >= TALL_WORK => (16, 32),
        Schedule::Lanes => (8, 32),
        Schedule::Tiles => (side * 4, side * 4),
    };
    let down = m.div_ceil(height).max(1);
    let layers = down.div_ceil(MAX_GROUPS);
    let grid = [down.div_ceil(layers), n.div_ceil(width).max(1), layers];

    let mut text = String::new();
    for (name, value) in [("rows", m), ("inner", k), ("cols", n), ("grid_x", grid[0]), ("height", height)] {
        _ = writeln!(text, "const {name}: u32 = {value}u;");
    }
    match schedule {
        Schedule::Lanes => {
            let (a_turned, b_turned) = (form == Form::TN, form == Form::NT);
            text += &operand("a", 0, length(m, k), (if a_turned { m } else { k }).is_multiple_of(4));
            text += &operand("b", 1, length(k, n), (if b_turned { k } else { n }).is_multiple_of(4));
            text += WITHIN_INNER;
            text += LANES;
            text += if a_turned { LANES_A_TURNED } else { LANES_A };
            text += if b_turned { LANES_B_TURNED } else { LANES_B };
        }
        Schedule::Tiles => {
            _ = writeln!(text, "const side: u32 = {side}u;\nconst sums: bool = {column_sums};");
            _ = writeln!(
                text,
                "const a_rows: bool = {};\nconst b_cols: bool = {};",
                form != Form::TN,
                form == Form::NT
            );
            text += "@group(0) @binding(0) var<storage, read> a: array<f32>;\n";
            text += "@group(0) @binding(1) var<storage, read> b: array<f32>;\n";
            text += TILES;
        }
    }
    text += &results(n.is_multiple_of(4), column_sums);
    Shader::new(&text, grid)
}

/// Multiplications of a product.
fn work(shape: ProductShape) -> u64 {
    u64::from(shape.m).saturating_mul(shape.k.into()).saturating_mul(shape.n.into())
}

/// Numbers in a matrix. What a u32 cannot index fits no binding, and the device's limits refuse it.
fn length(rows: u32, width: u32) -> u32 {
    rows.saturating_mul(width)
}

/// Zeroes what lies past the inner length in four numbers from `k` on.
const WITHIN_INNER: &str = "
fn within_inner(v: vec4<f32>, k: u32) -> vec4<f32> {
    return select(vec4<f32>(), v, (vec4(k) + vec4(0u, 1u, 2u, 3u) < vec4(inner)) | vec4(inner % 4u == 0u));
}
";

/// A read operand and its access `name4(at)`: four numbers from `at` on, some number where that is past the end.
/// Where rows are multiples of four, it is one load.
fn operand(name: &str, binding: u32, len: u32, fours: bool) -> String {
    let (element, last) =
        if fours { ("vec4<f32>", (len / 4).saturating_sub(1)) } else { ("f32", len.saturating_sub(1)) };
    let value = if fours {
        format!("{name}[min(at / 4u, {last}u)]")
    } else {
        let one = |i: u32| format!("{name}[min(at + {i}u, {last}u)]");
        format!("vec4({}, {}, {}, {})", one(0), one(1), one(2), one(3))
    };
    format!(
        "@group(0) @binding({binding}) var<storage, read> {name}: array<{element}>;\n\
         fn {name}4(at: u32) -> vec4<f32> {{ return {value}; }}\n"
    )
}

/// The written operands and their accesses `store_c(v, row, col)` and `store_s(v, col)`, which skip what is past the last
/// column.
fn results(fours: bool, column_sums: bool) -> String {
    let mut text = String::new();
    let element = if fours { "vec4<f32>" } else { "f32" };
    for (name, binding) in [("c", 2), ("s", 3)].into_iter().take(1 + usize::from(column_sums)) {
        _ = writeln!(text, "@group(0) @binding({binding}) var<storage, read_write> {name}: array<{element}>;");
    }
    text += if fours { STORE_C_FOUR } else { STORE_C_ONE };
    text += match (column_sums, fours) {
        (true, true) => STORE_S_FOUR,
        (true, false) => STORE_S_ONE,
        (false, _) => "fn store_s(v: vec4<f32>, col: u32) {}\n",
    };
    text
}

const STORE_C_FOUR: &str = "fn store_c(v: vec4<f32>, row: u32, col: u32) {
    if col < cols {
        let at = row * cols + col;
        c[at / 4u] = vec4(epilogue(v.x, at), epilogue(v.y, at + 1u), epilogue(v.z, at + 2u), epilogue(v.w, at + 3u));
    }
}
";
const STORE_C_ONE: &str = "fn store_c(v: vec4<f32>, row: u32, col: u32) {
    for (var i = 0u; i < 4u; i++) {
        if col + i < cols {
            c[row * cols + col + i] = epilogue(v[i], row * cols + col + i);
        }
    }
}
";
const STORE_S_FOUR: &str = "fn store_s(v: vec4<f32>, col: u32) {
    if col < cols {
        s[col / 4u] = v;
    }
}
";
const STORE_S_ONE: &str = "fn store_s(v: vec4<f32>, col: u32) {
    for (var i = 0u; i < 4u; i++) {
        if col + i < cols {
            s[col + i] = v[i];
        }
    }
}
";

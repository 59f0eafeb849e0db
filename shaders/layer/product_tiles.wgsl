// c[rows,cols] = a · b; a workgroup of side × side threads makes a tile of 4·side × 4·side through shared memory
//
// A thread makes 4 × 4 numbers. In each round it brings four numbers of a and four of b (one inner index, `side` of
// them a round) for the workgroup; the next round's are loaded while this round's are multiplied. Whatever lies past
// the end of a matrix is read as zero.

const width: u32 = side * 4u;

var<workgroup> a_tile: array<vec4<f32>, side * side>;
var<workgroup> b_tile: array<vec4<f32>, side * side>;

@compute @workgroup_size(side * side)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let row0 = (group.x + group.z * grid_x) * width;
    let col0 = group.y * width;
    let x = thread % side;
    let y = thread / side;
    // Where this thread loads: `.x` is the inner index in the round, `.y` the four rows or columns. Neighbouring
    // threads follow the contiguous direction.
    let a_at = select(vec2(y, x), vec2(x, y), a_rows);
    let b_at = select(vec2(y, x), vec2(x, y), b_cols);
    let row = row0 + a_at.y * 4u;
    let col = col0 + b_at.y * 4u;

    var acc: array<vec4<f32>, 4>;
    var sum: vec4<f32>;
    var next_a = a_four(row, a_at.x);
    var next_b = b_four(col, b_at.x);
    for (var k = 0u; k < inner; k += side) {
        a_tile[a_at.x * side + a_at.y] = next_a;
        b_tile[b_at.x * side + b_at.y] = next_b;
        sum += next_b;
        workgroupBarrier();
        next_a = a_four(row, k + side + a_at.x);
        next_b = b_four(col, k + side + b_at.x);
        for (var i = 0u; i < side; i++) {
            let p = a_tile[i * side + y];
            let q = b_tile[i * side + x];
            acc[0] = fma(vec4(p.x), q, acc[0]);
            acc[1] = fma(vec4(p.y), q, acc[1]);
            acc[2] = fma(vec4(p.z), q, acc[2]);
            acc[3] = fma(vec4(p.w), q, acc[3]);
        }
        workgroupBarrier();
    }
    for (var r = 0u; r < 4u; r++) {
        if row0 + y * 4u + r < rows {
            store_c(acc[r], row0 + y * 4u + r, col0 + x * 4u);
        }
    }
    if sums && row0 == 0u {
        b_tile[b_at.x * side + b_at.y] = sum;
        workgroupBarrier();
        if y == 0u {
            var total: vec4<f32>;
            for (var i = 0u; i < side; i++) {
                total += b_tile[i * side + x];
            }
            store_s(total, col0 + x * 4u);
        }
    }
}

fn a_one(row: u32, k: u32) -> f32 {
    var v = 0f;
    if row < rows && k < inner {
        v = a[select(k * rows + row, row * inner + k, a_rows)];
    }
    return v;
}

fn b_one(col: u32, k: u32) -> f32 {
    var v = 0f;
    if col < cols && k < inner {
        v = b[select(k * cols + col, col * inner + k, b_cols)];
    }
    return v;
}

fn a_four(row: u32, k: u32) -> vec4<f32> {
    return vec4(a_one(row, k), a_one(row + 1u, k), a_one(row + 2u, k), a_one(row + 3u, k));
}

fn b_four(col: u32, k: u32) -> vec4<f32> {
    return vec4(b_one(col, k), b_one(col + 1u, k), b_one(col + 2u, k), b_one(col + 3u, k));
}

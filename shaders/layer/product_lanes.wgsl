// c[rows,cols] = a · b; a subgroup of 8 lanes makes 8 or 16 rows (`height`) × 32 columns without shared memory
//
// For software devices, where every load that is not uniform is a loop over lanes: a lane owns four columns of all rows
// and keeps them in registers; four inner numbers at a time, `a_tile` brings 8 × 4 numbers of a with one load a lane,
// `multiply` hands them round by broadcast, and `b_tile` brings four numbers for each of the lane's columns.
// Rows and columns past the end compute numbers that are not stored; inner numbers past the end are zero.

alias Rows = array<vec4<f32>, 8>;

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let row = (group.x + group.z * grid_x) * height;
    let col = (group.y * 8u + lane) * 4u;
    var upper: Rows;
    var lower: Rows;
    var sum: vec4<f32>;
    for (var k = 0u; k < inner; k += 4u) {
        let y = b_tile(k, col);
        multiply(&upper, a_tile(row, k, lane), y);
        if height == 16u {
            multiply(&lower, a_tile(row + 8u, k, lane), y);
        }
        sum += (y[0] + y[1]) + (y[2] + y[3]);
    }
    if row == 0u {
        store_s(sum, col);
    }
    store_rows(upper, row, col);
    if height == 16u {
        store_rows(lower, row + 8u, col);
    }
}

fn store_rows(acc: Rows, row: u32, col: u32) {
    // A copy and a bound known only at run time keep this loop rolled: unrolled, its stores double compile time.
    var made = acc;
    for (var r = 0u; r < min(8u, max(rows, row) - row); r++) {
        store_c(made[r], row + r, col);
    }
}

fn add_products(acc: vec4<f32>, x: vec4<f32>, y: mat4x4<f32>) -> vec4<f32> {
    return fma(vec4(x.w), y[3], fma(vec4(x.z), y[2], fma(vec4(x.y), y[1], fma(vec4(x.x), y[0], acc))));
}

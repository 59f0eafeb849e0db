// c[rows,cols] = a · b; a subgroup of 8 lanes makes 8 rows × 32 columns without shared memory
//
// For software devices, where every load that is not uniform is a loop over lanes: a lane owns four columns of eight
// rows and keeps them in registers; four inner numbers at a time, `a_tile` brings 8 × 4 numbers of a with one load a
// lane, `multiply` hands them round by broadcast, and `b_tile` brings four numbers for each of the lane's columns.
// Rows and columns past the end compute numbers that are not stored; inner numbers past the end are zero.

alias Rows = array<vec4<f32>, 8>;

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let row = (group.x + group.z * grid_x) * 8u;
    let col = (group.y * 8u + lane) * 4u;
    var acc: Rows;
    var sum: vec4<f32>;
    for (var k = 0u; k < inner; k += 4u) {
        let x = a_tile(row, k, lane);
        let y = b_tile(k, col);
        multiply(&acc, x, y);
        sum += (y[0] + y[1]) + (y[2] + y[3]);
    }
    if row == 0u {
        store_s(sum, col);
    }
    for (var r = 0u; r < 8u; r++) {
        if row + r < rows {
            store_c(acc[r], row + r, col);
        }
    }
}

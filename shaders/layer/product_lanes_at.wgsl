
// a[inner,rows]: lanes 0..4 hold four rows of inner numbers 0..4, lanes 4..8 the next four rows.
fn a_tile(row: u32, k: u32, lane: u32) -> vec4<f32> {
    let at = k + lane % 4u;
    return select(vec4<f32>(), a4(at * rows + row + lane / 4u * 4u), at < inner);
}

fn outer4(acc: ptr<function, Rows>, first: u32, x: vec4<f32>, y: vec4<f32>) {
    acc[first] = fma(vec4(x.x), y, acc[first]);
    acc[first + 1u] = fma(vec4(x.y), y, acc[first + 1u]);
    acc[first + 2u] = fma(vec4(x.z), y, acc[first + 2u]);
    acc[first + 3u] = fma(vec4(x.w), y, acc[first + 3u]);
}

fn multiply(acc: ptr<function, Rows>, x: vec4<f32>, y: mat4x4<f32>) {
    outer4(acc, 0u, subgroupBroadcast(x, 0u), y[0]);
    outer4(acc, 0u, subgroupBroadcast(x, 1u), y[1]);
    outer4(acc, 0u, subgroupBroadcast(x, 2u), y[2]);
    outer4(acc, 0u, subgroupBroadcast(x, 3u), y[3]);
    outer4(acc, 4u, subgroupBroadcast(x, 4u), y[0]);
    outer4(acc, 4u, subgroupBroadcast(x, 5u), y[1]);
    outer4(acc, 4u, subgroupBroadcast(x, 6u), y[2]);
    outer4(acc, 4u, subgroupBroadcast(x, 7u), y[3]);
}

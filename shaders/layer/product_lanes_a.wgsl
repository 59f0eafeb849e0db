
// a[rows,inner]: a lane holds four inner numbers of one row.
fn a_tile(row: u32, k: u32, lane: u32) -> vec4<f32> {
    return within_inner(a4((row + lane) * inner + k), k);
}

fn dot4(acc: vec4<f32>, x: vec4<f32>, y: mat4x4<f32>) -> vec4<f32> {
    return fma(vec4(x.w), y[3], fma(vec4(x.z), y[2], fma(vec4(x.y), y[1], fma(vec4(x.x), y[0], acc))));
}

fn multiply(acc: ptr<function, Rows>, x: vec4<f32>, y: mat4x4<f32>) {
    acc[0] = dot4(acc[0], subgroupBroadcast(x, 0u), y);
    acc[1] = dot4(acc[1], subgroupBroadcast(x, 1u), y);
    acc[2] = dot4(acc[2], subgroupBroadcast(x, 2u), y);
    acc[3] = dot4(acc[3], subgroupBroadcast(x, 3u), y);
    acc[4] = dot4(acc[4], subgroupBroadcast(x, 4u), y);
    acc[5] = dot4(acc[5], subgroupBroadcast(x, 5u), y);
    acc[6] = dot4(acc[6], subgroupBroadcast(x, 6u), y);
    acc[7] = dot4(acc[7], subgroupBroadcast(x, 7u), y);
}

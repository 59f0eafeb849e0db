// a[rows,inner]: a lane holds four inner numbers of one row.
fn a_tile(row: u32, k: u32, lane: u32) -> vec4<f32> {
    return within_inner(a4((row + lane) * inner + k), k);
}

fn multiply(acc: ptr<function, Rows>, x: vec4<f32>, y: mat4x4<f32>) {
    acc[0] = add_products(acc[0], subgroupBroadcast(x, 0u), y);
    acc[1] = add_products(acc[1], subgroupBroadcast(x, 1u), y);
    acc[2] = add_products(acc[2], subgroupBroadcast(x, 2u), y);
    acc[3] = add_products(acc[3], subgroupBroadcast(x, 3u), y);
    acc[4] = add_products(acc[4], subgroupBroadcast(x, 4u), y);
    acc[5] = add_products(acc[5], subgroupBroadcast(x, 5u), y);
    acc[6] = add_products(acc[6], subgroupBroadcast(x, 6u), y);
    acc[7] = add_products(acc[7], subgroupBroadcast(x, 7u), y);
}

// a[inner,rows]: lanes 0..4 hold four rows of inner numbers 0..4, lanes 4..8 the next four rows.
fn a_tile(row: u32, k: u32, lane: u32) -> vec4<f32> {
    let at = k + lane % 4u;
    return select(vec4<f32>(), a4(at * rows + row + lane / 4u * 4u), at < inner);
}

fn multiply(acc: ptr<function, Rows>, x: vec4<f32>, y: mat4x4<f32>) {
    let upper = transpose(mat4x4<f32>(
        subgroupBroadcast(x, 0u), subgroupBroadcast(x, 1u), subgroupBroadcast(x, 2u), subgroupBroadcast(x, 3u),
    ));
    let lower = transpose(mat4x4<f32>(
        subgroupBroadcast(x, 4u), subgroupBroadcast(x, 5u), subgroupBroadcast(x, 6u), subgroupBroadcast(x, 7u),
    ));
    acc[0] = add_products(acc[0], upper[0], y);
    acc[1] = add_products(acc[1], upper[1], y);
    acc[2] = add_products(acc[2], upper[2], y);
    acc[3] = add_products(acc[3], upper[3], y);
    acc[4] = add_products(acc[4], lower[0], y);
    acc[5] = add_products(acc[5], lower[1], y);
    acc[6] = add_products(acc[6], lower[2], y);
    acc[7] = add_products(acc[7], lower[3], y);
}

// b[inner,cols]: four inner numbers (columns of the result) for the lane's four columns.
fn b_tile(k: u32, col: u32) -> mat4x4<f32> {
    return mat4x4<f32>(b_row(k, col), b_row(k + 1u, col), b_row(k + 2u, col), b_row(k + 3u, col));
}

fn b_row(k: u32, col: u32) -> vec4<f32> {
    return select(vec4<f32>(), b4(k * cols + col), inner % 4u == 0u || k < inner);
}

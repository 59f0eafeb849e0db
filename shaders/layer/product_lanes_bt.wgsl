// b[cols,inner]: four inner numbers (columns of the result) for the lane's four columns.
fn b_tile(k: u32, col: u32) -> mat4x4<f32> {
    return transpose(mat4x4<f32>(b_col(k, col), b_col(k, col + 1u), b_col(k, col + 2u), b_col(k, col + 3u)));
}

fn b_col(k: u32, col: u32) -> vec4<f32> {
    return within_inner(b4(col * inner + k), k);
}

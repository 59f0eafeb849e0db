// column(i, c) = (y, y², (y − z)², 1) of z[i,c] and y[i,c]
fn column(i: u32, c: u32) -> vec4<f32> {
    let t = y[i * n + c];
    let d = t - z[i * n + c];
    return vec4<f32>(t, t * t, d * d, 1.0);
}

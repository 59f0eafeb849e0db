// gaussian_noise(v, r) = v + p[0] r, r standard normal
fn gaussian_noise(v: f32, r: f32, p: vec4<f32>) -> f32 {
    return v + p.x * r;
}

// poisson(z, y) = z − y log(z + 10⁻⁷)
fn poisson(z: f32, y: f32, p: vec4<f32>) -> f32 {
    return z - y * log_(z + 1e-7);
}

fn poisson_slope(z: f32, y: f32, p: vec4<f32>) -> f32 {
    return 1.0 - y / (z + 1e-7);
}

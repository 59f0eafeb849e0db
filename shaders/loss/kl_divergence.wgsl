// kl_divergence(z, y) = y log(y / z), summed over a row, y and z clipped to [10⁻⁷, 1] (Kullback and Leibler 1951)
fn clipped_(v: f32) -> f32 {
    return select(select(v, 1e-7, v < 1e-7), 1.0, v > 1.0);
}

fn kl_divergence(z: f32, y: f32, p: vec4<f32>) -> f32 {
    let t = clipped_(y);
    return t * log_(t / clipped_(z));
}

fn kl_divergence_slope(z: f32, y: f32, p: vec4<f32>) -> f32 {
    return select(-clipped_(y) / z, 0.0, z < 1e-7 || z > 1.0);
}

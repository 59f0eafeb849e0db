// binary_crossentropy(z, y) = −t log c − (1 − t) log(1 − c), c = z clipped to [10⁻⁷, 1 − 10⁻⁷], t = y (1 − s) + ½ s, s = p[0]
fn held_(v: f32) -> f32 {
    return select(select(v, 1e-7, v < 1e-7), 0.9999999, v > 0.9999999);
}

fn binary_crossentropy(z: f32, y: f32, p: vec4<f32>) -> f32 {
    let t = y * (1.0 - p.x) + 0.5 * p.x;
    // 1 − c by clipping 1 − z: taken from c, it would be a fifth too large at the end in f32.
    return -t * log_(held_(z)) - (1.0 - t) * log_(held_(1.0 - z));
}

fn binary_crossentropy_slope(z: f32, y: f32, p: vec4<f32>) -> f32 {
    let t = y * (1.0 - p.x) + 0.5 * p.x;
    let slope = (1.0 - t) / held_(1.0 - z) - t / held_(z);
    return select(slope, 0.0, z < 1e-7 || z > 0.9999999);
}

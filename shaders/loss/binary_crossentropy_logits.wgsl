// binary_crossentropy_logits(z, y) = max(z, 0) − z t + log(1 + e^−|z|), t = y (1 − s) + ½ s, s = p[0]
fn binary_crossentropy_logits(z: f32, y: f32, p: vec4<f32>) -> f32 {
    let t = y * (1.0 - p.x) + 0.5 * p.x;
    return select(z, 0.0, z < 0.0) - z * t + log1p_(exp_(-abs(z)));
}

fn binary_crossentropy_logits_slope(z: f32, y: f32, p: vec4<f32>) -> f32 {
    return sigmoid_(z) - (y * (1.0 - p.x) + 0.5 * p.x);
}

// binary_focal_crossentropy_logits(z, y) = binary_focal_crossentropy(sigmoid(z), y)
fn binary_focal_crossentropy_logits(z: f32, y: f32, p: vec4<f32>) -> f32 {
    return binary_focal_crossentropy(sigmoid_(z), y, p);
}

fn binary_focal_crossentropy_logits_slope(z: f32, y: f32, p: vec4<f32>) -> f32 {
    let s = sigmoid_(z);
    return binary_focal_crossentropy_slope(s, y, p) * s * (1.0 - s);
}

// squared_hinge(z, y) = max(1 − y z, 0)², y of −1 or 1
fn squared_hinge(z: f32, y: f32, p: vec4<f32>) -> f32 {
    let d = 1.0 - y * z;
    return select(d * d, 0.0, d < 0.0);
}

fn squared_hinge_slope(z: f32, y: f32, p: vec4<f32>) -> f32 {
    let d = 1.0 - y * z;
    return select(-2.0 * y * d, 0.0, d < 0.0);
}

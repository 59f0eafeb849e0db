// hinge(z, y) = max(1 − y z, 0), y of −1 or 1 (slope 0 at 0)
fn hinge(z: f32, y: f32, p: vec4<f32>) -> f32 {
    let d = 1.0 - y * z;
    return select(d, 0.0, d < 0.0);
}

fn hinge_slope(z: f32, y: f32, p: vec4<f32>) -> f32 {
    return select(-y, 0.0, 1.0 - y * z <= 0.0);
}

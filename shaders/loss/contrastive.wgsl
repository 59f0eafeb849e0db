// contrastive(z, y) = y z² + (1 − y) max(margin − z, 0)², z a distance, margin = p[0] (Hadsell, Chopra and LeCun 2006)
fn contrastive(z: f32, y: f32, p: vec4<f32>) -> f32 {
    let d = p.x - z;
    return y * z * z + (1.0 - y) * select(d * d, 0.0, d < 0.0);
}

fn contrastive_slope(z: f32, y: f32, p: vec4<f32>) -> f32 {
    let d = p.x - z;
    return 2.0 * y * z - 2.0 * (1.0 - y) * select(d, 0.0, d < 0.0);
}

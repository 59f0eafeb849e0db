// leaky_relu(x) = x if x ≥ 0 else x · negative_slope, negative_slope = p[0] ≥ 0 (Maas et al. 2013)
fn leaky_relu(x: f32, p: vec4<f32>) -> f32 {
    return select(x, x * p.x, x < 0.0);
}

fn leaky_relu_slope(y: f32, p: vec4<f32>) -> f32 {
    return select(1.0, p.x, y < 0.0 || (y == 0.0 && p.x == 0.0));
}

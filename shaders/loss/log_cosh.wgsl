// log_cosh(z, y) = log cosh(z − y) = |d| + log(½ (1 + e^(−2|d|))), d = z − y
fn log_cosh(z: f32, y: f32, p: vec4<f32>) -> f32 {
    let d = abs(z - y);
    return d + log1p_(0.5 * expm1_(-2.0 * d));
}

fn log_cosh_slope(z: f32, y: f32, p: vec4<f32>) -> f32 {
    return tanh_(z - y);
}

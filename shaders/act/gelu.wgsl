// gelu(x) = x · Φ(x), Φ(x) = (1 + erf(x/√2)) / 2 (Hendrycks & Gimpel 2016, arXiv:1606.08415)
fn gelu(x: f32, p: vec4<f32>) -> f32 {
    return x * (0.5 + 0.5 * erf_(x * 0.7071067811865476));
}

fn gelu_slope(x: f32, p: vec4<f32>) -> f32 {
    let share = 0.5 + 0.5 * erf_(x * 0.7071067811865476);
    return share + x * (0.3989422804014327 * exp_(-0.5 * x * x));
}

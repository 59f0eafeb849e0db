// tanh(x) = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)
fn tanh(x: f32, p: vec4<f32>) -> f32 {
    return tanh_(x);
}

fn tanh_slope(y: f32, p: vec4<f32>) -> f32 {
    return 1.0 - y * y;
}

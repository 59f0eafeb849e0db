// sigmoid(x) = 1 / (1 + e⁻ˣ)
fn sigmoid(x: f32, p: vec4<f32>) -> f32 {
    return sigmoid_(x);
}

fn sigmoid_slope(y: f32, p: vec4<f32>) -> f32 {
    return y * (1.0 - y);
}

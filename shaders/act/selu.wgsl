// selu(x) = λx if x > 0 else λα(eˣ − 1), λ = 1.0507…, α = 1.6732… (Klambauer et al. 2017, arXiv:1706.02515)
fn selu(x: f32, p: vec4<f32>) -> f32 {
    return select(1.7580993408473766 * expm1_(x), 1.0507009873554805 * x, x > 0.0);
}

fn selu_slope(y: f32, p: vec4<f32>) -> f32 {
    return select(y + 1.7580993408473766, 1.0507009873554805, y > 0.0);
}

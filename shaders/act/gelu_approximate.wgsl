// gelu(x) ≈ x · σ(2u), u = √(2/π) (x + 0.044715 x³), σ(2u) = (1 + tanh u) / 2 (Hendrycks & Gimpel 2016, arXiv:1606.08415)
fn gelu_twice_u_(x: f32) -> f32 {
    return 1.5957691216057308 * x * (1.0 + 0.044715 * x * x);
}

fn gelu_approximate(x: f32, p: vec4<f32>) -> f32 {
    return x * sigmoid_(gelu_twice_u_(x));
}

fn gelu_approximate_slope(x: f32, p: vec4<f32>) -> f32 {
    let u = gelu_twice_u_(x);
    return sigmoid_(u) + x * (sigmoid_(u) * sigmoid_(-u)) * (1.5957691216057308 * (1.0 + 0.134145 * x * x));
}

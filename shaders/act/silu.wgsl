// silu(x) = x · σ(x), σ(x) = 1 / (1 + e⁻ˣ) (Ramachandran et al. 2017, arXiv:1710.05941, as swish)
fn silu(x: f32, p: vec4<f32>) -> f32 {
    return x * sigmoid_(x);
}

fn silu_slope(x: f32, p: vec4<f32>) -> f32 {
    return sigmoid_(x) * (1.0 + x * sigmoid_(-x));
}

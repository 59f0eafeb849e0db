// softplus(x) = ln(1 + eˣ) (Dugas et al. 2001)
fn softplus(x: f32, p: vec4<f32>) -> f32 {
    return select(0.0, x, x > 0.0) + log1p_(exp_(-abs(x)));
}

fn softplus_slope(y: f32, p: vec4<f32>) -> f32 {
    return -expm1_(-y);
}

// mish(x) = x · tanh(ln(1 + eˣ)) (Misra 2019, arXiv:1908.08681)
fn mish_square_(x: f32) -> f32 {
    let e = exp_(select(x, 20.0, x > 20.0));
    return e * (e + 2.0);
}

fn mish(x: f32, p: vec4<f32>) -> f32 {
    let n = mish_square_(x);
    return x * (n / (n + 2.0));
}

fn mish_slope(x: f32, p: vec4<f32>) -> f32 {
    let n = mish_square_(x);
    let w = n / (n + 2.0);
    return w + x * ((2.0 / (n + 2.0)) * (1.0 + w) * sigmoid_(x));
}

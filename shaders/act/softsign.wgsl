// softsign(x) = x / (1 + |x|) (Turian et al. 2009)
fn softsign(x: f32, p: vec4<f32>) -> f32 {
    return x / (1.0 + abs(x));
}

fn softsign_slope(y: f32, p: vec4<f32>) -> f32 {
    let rest = 1.0 - abs(y);
    return rest * rest;
}

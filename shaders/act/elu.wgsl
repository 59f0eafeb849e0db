// elu(x) = x if x > 0 else α(eˣ − 1), α = p[0] (Clevert et al. 2015, arXiv:1511.07289)
fn elu(x: f32, p: vec4<f32>) -> f32 {
    return select(p.x * expm1_(x), x, x > 0.0);
}

fn elu_slope(y: f32, p: vec4<f32>) -> f32 {
    return select(y + p.x, 1.0, y > 0.0);
}

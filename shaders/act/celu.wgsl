// celu(x) = x if x > 0 else α(e^(x/α) − 1), α = p[0] > 0 (Barron 2017, arXiv:1704.07483)
fn celu(x: f32, p: vec4<f32>) -> f32 {
    return select(p.x * expm1_(x / p.x), x, x > 0.0);
}

fn celu_slope(y: f32, p: vec4<f32>) -> f32 {
    return select(y / p.x + 1.0, 1.0, y > 0.0);
}

// gaussian_dropout(v, r) = v (1 + p[0] r), r standard normal (Srivastava et al. 2014)
fn gaussian_dropout(v: f32, r: f32, p: vec4<f32>) -> f32 {
    return v * (1.0 + p.x * r);
}

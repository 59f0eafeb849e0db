// dropout(v, r) = v p[0] where r = 1, 0 where r = 0 (Srivastava et al. 2014)
fn dropout(v: f32, r: f32, p: vec4<f32>) -> f32 {
    return select(0.0, v * p.x, r > 0.5);
}

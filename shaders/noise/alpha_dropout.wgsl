// alpha_dropout(v, r) = p[0] (v where r = 1, p[1] where r = 0) + p[2] (Klambauer et al. 2017, arXiv:1706.02515)
fn alpha_dropout(v: f32, r: f32, p: vec4<f32>) -> f32 {
    return p.x * select(p.y, v, r > 0.5) + p.z;
}

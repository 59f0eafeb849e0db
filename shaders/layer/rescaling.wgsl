// rescaling(x) = p[0] x + p[1]
fn rescaling(x: f32, p: vec4<f32>) -> f32 {
    return x * p.x + p.y;
}

fn rescaling_slope(x: f32, p: vec4<f32>) -> f32 {
    return p.x;
}

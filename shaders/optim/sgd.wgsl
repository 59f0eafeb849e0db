// p[n] = p - rate * g
fn rule(i: u32, g: vec4<f32>, p: vec4<f32>, lost: vec4<f32>, rate: f32) -> vec4<f32> {
    return p - (lost + rate * g);
}

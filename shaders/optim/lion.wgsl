// p[n] = p - rate sign(coef[0] m + coef[1] g); m[n] = coef[2] m + coef[3] g
@group(0) @binding(3) var<storage, read_write> m: array<vec4<f32>>;

fn rule(i: u32, g: vec4<f32>, p: vec4<f32>, lost: vec4<f32>, rate: f32) -> vec4<f32> {
    let c = step.coef[0];
    let toward = c.x * m[i] + c.y * g;
    m[i] = c.z * m[i] + c.w * g;
    // Not `sign`, which may take NaN for 0.
    return p - (lost + rate * select(select(toward, vec4<f32>(1.0), toward > vec4<f32>()), vec4<f32>(-1.0), toward < vec4<f32>()));
}

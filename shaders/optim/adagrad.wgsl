// s[n] = s + g^2; p[n] = p - rate g / sqrt(s + coef[0])
@group(0) @binding(3) var<storage, read_write> s: array<vec4<f32>>;

fn rule(i: u32, g: vec4<f32>, p: vec4<f32>, lost: vec4<f32>, rate: f32) -> vec4<f32> {
    let sum = s[i] + g * g;
    s[i] = sum;
    return p - (lost + rate * g / sqrt(sum + step.coef[0].x));
}

// m[n] = m + coef[1] (g - m); s[n] = s + coef[2] (g^2 - s); p[n] = p - rate coef[0] m / (sqrt(s) + coef[3])
@group(0) @binding(3) var<storage, read_write> m: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> s: array<vec4<f32>>;

fn rule(i: u32, g: vec4<f32>, p: vec4<f32>, lost: vec4<f32>, rate: f32) -> vec4<f32> {
    let c = step.coef[0];
    let first = m[i] + (g - m[i]) * c.y;
    let second = s[i] + (g * g - s[i]) * c.z;
    m[i] = first;
    s[i] = second;
    return p - (lost + rate * c.x * first / (sqrt(second) + c.w));
}

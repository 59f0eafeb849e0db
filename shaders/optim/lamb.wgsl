// m and s as adam; u[n] = m coef[0] / (sqrt(coef[1] s) + coef[4]); p[n] = p, as decayed
@group(0) @binding(3) var<storage, read_write> m: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> s: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> u: array<vec4<f32>>;

fn rule(i: u32, g: vec4<f32>, p: vec4<f32>, lost: vec4<f32>, rate: f32) -> vec4<f32> {
    let c = step.coef[0];
    let first = m[i] + (g - m[i]) * c.z;
    let second = s[i] + (g * g - s[i]) * c.w;
    m[i] = first;
    s[i] = second;
    u[i] = first * c.x / (sqrt(second * c.y) + step.coef[1].x);
    return p - lost;
}

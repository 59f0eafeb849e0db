// m and s as adam with coef[3], coef[4]; p[n] = p - rate (coef[0] m + coef[1] g) / (sqrt(coef[2] s) + coef[5])
@group(0) @binding(3) var<storage, read_write> m: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> s: array<vec4<f32>>;

fn rule(i: u32, g: vec4<f32>, p: vec4<f32>, lost: vec4<f32>, rate: f32) -> vec4<f32> {
    let c = step.coef[0];
    let d = step.coef[1];
    let first = m[i] + (g - m[i]) * c.w;
    let second = s[i] + (g * g - s[i]) * d.x;
    m[i] = first;
    s[i] = second;
    return p - (lost + rate * (c.x * first + c.y * g) / (sqrt(second * c.z) + d.y));
}

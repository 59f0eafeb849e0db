// m and s as adam; h[n] = max(h, s); p[n] = p - rate coef[0] m / (sqrt(h) + coef[3])
@group(0) @binding(3) var<storage, read_write> m: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> s: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> h: array<vec4<f32>>;

fn rule(i: u32, g: vec4<f32>, p: vec4<f32>, lost: vec4<f32>, rate: f32) -> vec4<f32> {
    let c = step.coef[0];
    let first = m[i] + (g - m[i]) * c.y;
    let second = s[i] + (g * g - s[i]) * c.z;
    let largest = select(second, h[i], h[i] > second);
    m[i] = first;
    s[i] = second;
    h[i] = largest;
    return p - (lost + rate * c.x * first / (sqrt(largest) + c.w));
}

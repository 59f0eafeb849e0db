// m[n] = m + coef[1] (g - m); u[n] = max(coef[2] u, |g|); p[n] = p - rate coef[0] m / (u + coef[3])
@group(0) @binding(3) var<storage, read_write> m: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> u: array<vec4<f32>>;

fn rule(i: u32, g: vec4<f32>, p: vec4<f32>, lost: vec4<f32>, rate: f32) -> vec4<f32> {
    let c = step.coef[0];
    let first = m[i] + (g - m[i]) * c.y;
    let kept = c.z * u[i];
    let size = abs(g);
    let largest = select(size, kept, kept > size);
    m[i] = first;
    u[i] = largest;
    return p - (lost + rate * c.x * first / (largest + c.w));
}

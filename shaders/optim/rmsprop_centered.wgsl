// s as rmsprop; a[n] = rho a + (1-rho) g; m[n] = momentum m + rate g / sqrt(s - a^2 + eps); p[n] = p - m
@group(0) @binding(3) var<storage, read_write> s: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> a: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> m: array<vec4<f32>>;

fn rule(i: u32, g: vec4<f32>, p: vec4<f32>, lost: vec4<f32>, rate: f32) -> vec4<f32> {
    let c = step.coef[0];
    let square = c.x * s[i] + c.y * (g * g);
    let mean = c.x * a[i] + c.y * g;
    let moved = c.w * m[i] + rate * g / sqrt(square - mean * mean + c.z);
    s[i] = square;
    a[i] = mean;
    m[i] = moved;
    return p - (lost + moved);
}

// s as rmsprop; m[n] = momentum m + rate g / sqrt(s + eps); p[n] = p - m; coef = [rho, 1-rho, eps, momentum]
@group(0) @binding(3) var<storage, read_write> s: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> m: array<vec4<f32>>;

fn rule(i: u32, g: vec4<f32>, p: vec4<f32>, lost: vec4<f32>, rate: f32) -> vec4<f32> {
    let c = step.coef[0];
    let square = c.x * s[i] + c.y * (g * g);
    let moved = c.w * m[i] + rate * g / sqrt(square + c.z);
    s[i] = square;
    m[i] = moved;
    return p - (lost + moved);
}

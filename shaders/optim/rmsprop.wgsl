// s[n] = rho s + (1-rho) g^2; p[n] = p - rate g / sqrt(s + eps); coef = [rho, 1-rho, eps]
@group(0) @binding(3) var<storage, read_write> s: array<vec4<f32>>;

fn rule(i: u32, g: vec4<f32>, p: vec4<f32>, lost: vec4<f32>, rate: f32) -> vec4<f32> {
    let c = step.coef[0];
    let square = c.x * s[i] + c.y * (g * g);
    s[i] = square;
    return p - (lost + rate * g / sqrt(square + c.z));
}

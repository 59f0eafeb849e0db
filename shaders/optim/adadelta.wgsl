// s[n] = rho s + (1-rho) g^2; u = sqrt(m + eps) g / sqrt(s + eps); m[n] = rho m + (1-rho) u^2; p[n] = p - rate u; coef = [rho, 1-rho, eps]
@group(0) @binding(3) var<storage, read_write> s: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> m: array<vec4<f32>>;

fn rule(i: u32, g: vec4<f32>, p: vec4<f32>, lost: vec4<f32>, rate: f32) -> vec4<f32> {
    let c = step.coef[0];
    let gradients = c.x * s[i] + c.y * (g * g);
    let u = sqrt(m[i] + c.z) * g / sqrt(gradients + c.z);
    s[i] = gradients;
    m[i] = c.x * m[i] + c.y * (u * u);
    return p - (lost + rate * u);
}

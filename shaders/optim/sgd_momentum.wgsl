// m[n] = momentum * m - rate * g; p[n] = p + m, or p + momentum * m - rate * g (Nesterov); coef = [momentum]
@group(0) @binding(3) var<storage, read_write> m: array<vec4<f32>>;

fn rule(i: u32, g: vec4<f32>, p: vec4<f32>, lost: vec4<f32>, rate: f32) -> vec4<f32> {
    let momentum = step.coef[0].x;
    let move_by = rate * g;
    let kept = momentum * m[i] - move_by;
    m[i] = kept;
    if (variant == 1u) {
        return p + ((momentum * kept - move_by) - lost);
    }
    return p + (kept - lost);
}

// y[n] = f(x[n]), f the prelude's function of that number
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

fn f(x: f32) -> f32 {
    switch (function) {
        case 0u: { return exp_(x); }
        case 1u: { return log_(x); }
        case 2u: { return log1p_(x); }
        case 3u: { return expm1_(x); }
        case 4u: { return tanh_(x); }
        case 5u: { return sigmoid_(x); }
        default: { return erf_(x); }
    }
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let at = (group.y * groups.x + group.x) * 64u + lane;
    if (at < n) {
        y[at] = f(x[at]);
    }
}

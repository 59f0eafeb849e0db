// g[n] = g scaled and held within ±clip_value; p[n] = p - p weight_decay rate, with a row of t[n/64, 4] for each 64 numbers
@group(0) @binding(0) var<storage, read> t: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> g: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> p: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let i = (group.y * groups.x + group.x) * 64u + lane;
    if (i >= n / 4u) { return; }
    let row = t[i / 16u];
    var gradient = g[i] * row.z;
    if (clip_value > 0.0) {
        let most = vec4<f32>(clip_value);
        gradient = select(gradient, most, gradient > most);
        gradient = select(gradient, -most, gradient < -most);
    }
    g[i] = gradient;
    p[i] -= p[i] * (weight_decay * (step.learning_rate * row.x) * row.y);
}

// p[n] = p - rate * t[n/64, 0] * t[n/64, 3] * u[n]; Adafactor's ratio has the rate in it
@group(0) @binding(0) var<storage, read> u: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> t: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> p: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let i = (group.y * groups.x + group.x) * 64u + lane;
    if (i >= n / 4u) { return; }
    let row = t[i / 16u];
    if (row.x == 0.0) { return; }
    let rate = select(step.learning_rate, 1.0, variant == 1u);
    p[i] -= (rate * row.x * row.w) * u[i];
}

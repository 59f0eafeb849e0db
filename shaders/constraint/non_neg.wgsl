// w[n] = max(w, 0); NaN stays NaN
@group(0) @binding(0) var<storage, read_write> w: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let i = (group.y * groups.x + group.x) * 64u + lane;
    if (i >= n) { return; }
    w[i] = select(w[i], 0.0, w[i] < 0.0);
}

// a[n] = a + g; in a step that updates g[n] = (a + g) / steps and a = 0
@group(0) @binding(0) var<storage, read_write> g: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> a: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let i = (group.y * groups.x + group.x) * 64u + lane;
    if (i >= n / 4u) { return; }
    let sum = a[i] + g[i];
    if (step.apply == 1u) {
        g[i] = sum * (1.0 / f32(steps));
        a[i] = vec4<f32>();
    } else {
        a[i] = sum;
    }
}

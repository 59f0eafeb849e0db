// y[at] = x[strided(at)]: x with its axes in another order
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let at = (group.y * groups.x + group.x) * 64u + lane;
    if (at < e0 * e1 * e2 * e3 * e4 * e5) {
        y[at] = epilogue(x[strided(at)], at);
    }
}

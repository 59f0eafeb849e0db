// y[n] = sum of eight chains v = v * 0.5 + x[n], `turns` long, starting at x[n] + 0..7
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let at = (group.y * groups.x + group.x) * 64u + lane;
    if (at >= n) { return; }
    let c = x[at];
    let add = vec4<f32>(c);
    let half = vec4<f32>(0.5);
    var low = add + vec4<f32>(0.0, 1.0, 2.0, 3.0);
    var high = add + vec4<f32>(4.0, 5.0, 6.0, 7.0);
    for (var i = 0u; i < turns; i++) {
        low = fma(low, half, add);
        high = fma(high, half, add);
    }
    let sum = low + high;
    y[at] = sum.x + sum.y + sum.z + sum.w;
}

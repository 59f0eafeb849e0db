// g[o,i,j] = g / sqrt(r[o,i] / mean_i r[o,i] c[o,j]), g is outer×m×n
@group(0) @binding(0) var<storage, read> r: array<f32>;
@group(0) @binding(1) var<storage, read> c: array<f32>;
@group(0) @binding(2) var<storage, read_write> g: array<f32>;

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let i = (group.y * groups.x + group.x) * 32u + lane;
    if (i >= outer * m) { return; }
    let o = i / m;
    var sum = 0.0;
    for (var k = 0u; k < m; k++) {
        sum += r[o * m + k];
    }
    let share = r[i] / (sum / f32(m));
    for (var j = 0u; j < n; j++) {
        g[i * n + j] = g[i * n + j] / sqrt(share * c[o * n + j]);
    }
}

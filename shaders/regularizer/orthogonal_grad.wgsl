// g[i,l] = (c sum_j s[i,j] u[j,l] - u[i,l] a[i]) / norm[i], over m vectors of k numbers
@group(0) @binding(0) var<storage, read> u: array<f32>;
@group(0) @binding(1) var<storage, read> norm: array<f32>;
@group(0) @binding(2) var<storage, read> s: array<f32>;
@group(0) @binding(3) var<storage, read> a: array<f32>;
@group(0) @binding(4) var<storage, read_write> g: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let at = (group.y * groups.x + group.x) * 64u + lane;
    if (at >= m * k) { return; }
    let i = at / k;
    let l = at % k;
    var toward = 0.0;
    for (var j = 0u; j < m; j++) {
        toward += s[i * m + j] * u[j * k + l];
    }
    let along = select(0.0, u[at] * a[i], norm[i] > 1e-7);
    g[i * stride + l * inner] = (c * toward - along) / norm[i];
}

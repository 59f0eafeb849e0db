// r[i] = coef[0] r + (1 - coef[0]) mean_j (g[i,j]^2 + coef[1]), g is outer×m×n, r is outer×m
@group(0) @binding(0) var<storage, read> g: array<f32>;
@group(0) @binding(1) var<storage, read_write> r: array<f32>;

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let i = (group.y * groups.x + group.x) * 32u + lane;
    if (i >= outer * m) { return; }
    var sum = 0.0;
    for (var j = 0u; j < n; j++) {
        let v = g[i * n + j];
        sum += v * v + step.coef[0].y;
    }
    let stay = step.coef[0].x;
    r[i] = stay * r[i] + (1.0 - stay) * (sum / f32(n));
}

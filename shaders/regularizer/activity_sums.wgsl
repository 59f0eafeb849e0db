// s[i] = sum_j (l1 |y[i,j]| + l2 y[i,j]^2) / rows for rows i < rows, else 0; y is m×n
@group(0) @binding(0) var<storage, read> y: array<f32>;
@group(0) @binding(1) var<storage, read_write> s: array<f32>;

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let i = (group.y * groups.x + group.x) * 32u + lane;
    if (i >= m) { return; }
    let rows = min(step.rows, m);
    var sum = 0.0;
    for (var j = 0u; j < n; j++) {
        let v = y[i * n + j];
        sum += l1 * abs(v) + l2 * v * v;
    }
    s[i] = select(0.0, sum / f32(rows), i < rows);
}

// dy[i,j] = (l1 sign y[i,j] + 2 l2 y[i,j]) / rows for rows i < rows, else 0; y is m×n
@group(0) @binding(0) var<storage, read> y: array<f32>;
@group(0) @binding(1) var<storage, read_write> dy: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let at = (group.y * groups.x + group.x) * 64u + lane;
    if (at >= m * n) { return; }
    let rows = min(step.rows, m);
    let v = y[at];
    // 0 and NaN are their own signs.
    let sign_of = select(select(v, 1.0, v > 0.0), -1.0, v < 0.0);
    let slope = (l1 * sign_of + (2.0 * l2) * v) / max(f32(rows), 1.0);
    dy[at] = epilogue(select(0.0, slope, at < rows * n), at);
}

// dx[i,j] = y[i,j] * (dy[i,j] - sum_j dy[i,j] * y[i,j]), all m×n
@group(0) @binding(0) var<storage, read> y: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let row = (group.y * groups.x + group.x) * 32u + lane;
    if (row >= m) { return; }
    let start = row * n;
    var dot = 0.0;
    for (var j = 0u; j < n; j++) {
        dot += y[start + j] * dy[start + j];
    }
    for (var j = 0u; j < n; j++) {
        dx[start + j] = epilogue(y[start + j] * (dy[start + j] - dot), start + j);
    }
}

// dx[i,j,k] = result(y[i,j,k], dy[i,j,k], sum_j term(y[i,j,k], dy[i,j,k])), all m×n×inner
@group(0) @binding(0) var<storage, read> y: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let row = (group.y * groups.x + group.x) * 32u + lane;
    if (row >= m * inner) { return; }
    let start = (row / inner) * n * inner + row % inner;
    var sum = 0.0;
    for (var j = 0u; j < n; j++) {
        let at = start + j * inner;
        sum += term(y[at], dy[at]);
    }
    for (var j = 0u; j < n; j++) {
        let at = start + j * inner;
        dx[at] = epilogue(result(y[at], dy[at], sum), at);
    }
}

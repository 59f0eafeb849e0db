// s[j] = sum_i x[i,j], i < m in a fixed order, x is m×n
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> s: array<f32>;

@compute @workgroup_size(columns, slices)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_id) lane: vec3<u32>) {
    let wanted = (group.y * groups.x + group.x) * columns + lane.x;
    let j = min(wanted, n - 1u);
    var sum = 0.0;
    for (var i = lane.y; i < m; i += slices) {
        sum += x[i * n + j];
    }
    let total = column_sum(sum, lane.x, lane.y);
    if (wanted < n && lane.y == 0u) {
        s[j] = total;
    }
}

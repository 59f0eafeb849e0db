// dx = gamma/sqrt(var+epsilon) (dy - (dbeta + normal * dgamma) / rows), dgamma = sum dy * normal, dbeta = sum dy, x is rows×n
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> gamma: array<f32>;
@group(0) @binding(2) var<storage, read> saved: array<f32>;
@group(0) @binding(3) var<storage, read> dy: array<f32>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;
@group(0) @binding(5) var<storage, read_write> dgamma: array<f32>;
@group(0) @binding(6) var<storage, read_write> dbeta: array<f32>;

@compute @workgroup_size(columns, slices)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_id) lane: vec3<u32>) {
    let wanted = (group.y * groups.x + group.x) * columns + lane.x;
    let live = wanted < n;
    let j = min(wanted, n - 1u);
    let rows = min(step.rows, m) * positions;
    let mean = saved[j];
    let inverse = saved[n + j];
    var sum = 0.0;
    var along = 0.0;
    for (var i = lane.y; i < rows; i += slices) {
        let at = place(i, j);
        sum += dy[at];
        along += dy[at] * ((x[at] - mean) * inverse);
    }
    let total = column_sum(sum, lane.x, lane.y);
    let total_along = column_sum(along, lane.x, lane.y);
    if (!live) { return; }
    if (lane.y == 0u) {
        dbeta[j] = total;
        dgamma[j] = total_along;
    }
    let g = select(1.0, gamma[j], scale == 1u) * inverse;
    let share = 1.0 / max(f32(rows), 1.0);
    for (var i = lane.y; i < m * positions; i += slices) {
        let at = place(i, j);
        let normal = (x[at] - mean) * inverse;
        let v = select(0.0, g * (dy[at] - share * (total + normal * total_along)), i < rows);
        dx[at] = epilogue(v, at);
    }
}

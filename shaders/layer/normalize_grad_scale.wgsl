// dgamma[j] = sum dy (x - mean[c]) inverse[c], dbeta[j] = sum dy, sums over all numbers of column j, c the cell of each
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> saved: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> dgamma: array<f32>;
@group(0) @binding(4) var<storage, read_write> dbeta: array<f32>;

@compute @workgroup_size(columns, slices)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_id) lane: vec3<u32>) {
    let wanted = (group.y * groups.x + group.x) * columns + lane.x;
    let j = min(wanted, n - 1u);
    let rows = min(step.rows, m) * positions;
    var sum = 0.0;
    var along = 0.0;
    for (var i = lane.y; i < rows; i += slices) {
        let at = place(i, j);
        let c = cell(at);
        sum += dy[at];
        along += dy[at] * ((x[at] - saved[c]) * saved[cells + c]);
    }
    let total = column_sum(sum, lane.x, lane.y);
    let total_along = column_sum(along, lane.x, lane.y);
    if (wanted < n && lane.y == 0u) {
        dbeta[j] = total;
        dgamma[j] = total_along;
    }
}

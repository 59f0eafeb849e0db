// y[i,j] = gamma[j] (x[i,j] - mean[j]) / sqrt(var[j] + epsilon) + beta[j], x and y are rows×n, saved = [mean, 1/sqrt(var + epsilon)]
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> gamma: array<f32>;
@group(0) @binding(2) var<storage, read> beta: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<storage, read_write> saved: array<f32>;
@group(0) @binding(5) var<storage, read_write> moving_mean: array<f32>;
@group(0) @binding(6) var<storage, read_write> moving_variance: array<f32>;

@compute @workgroup_size(columns, slices)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_id) lane: vec3<u32>) {
    let wanted = (group.y * groups.x + group.x) * columns + lane.x;
    let live = wanted < n;
    let j = min(wanted, n - 1u);
    let rows = min(step.rows, m) * positions;
    let count = max(f32(rows), 1.0);
    var sum = 0.0;
    for (var i = lane.y; i < rows; i += slices) {
        sum += x[place(i, j)];
    }
    let mean = column_sum(sum, lane.x, lane.y) / count;
    sum = 0.0;
    for (var i = lane.y; i < rows; i += slices) {
        let d = x[place(i, j)] - mean;
        sum += d * d;
    }
    let variance = column_sum(sum, lane.x, lane.y) / count;
    let inverse = 1.0 / sqrt(variance + epsilon);
    if (!live) { return; }
    if (lane.y == 0u) {
        saved[j] = mean;
        saved[n + j] = inverse;
        moving_mean[j] = moving_mean[j] * momentum + mean * (1.0 - momentum);
        moving_variance[j] = moving_variance[j] * momentum + variance * (1.0 - momentum);
    }
    let g = select(1.0, gamma[j], scale == 1u);
    let b = select(0.0, beta[j], center == 1u);
    for (var i = lane.y; i < m * positions; i += slices) {
        let at = place(i, j);
        let v = select(0.0, g * ((x[at] - mean) * inverse) + b, i < rows);
        y[at] = epilogue(v, at);
    }
}

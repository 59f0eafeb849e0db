// z is m×n, y its labels, w[m / per] the samples' weights; loss = Σ w l over live rows / their number, dz its gradient
@group(0) @binding(0) var<storage, read> z: array<f32>;
@group(0) @binding(1) var<storage, read> y: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read_write> dz: array<f32>;
@group(0) @binding(4) var<storage, read_write> totals: array<f32>;

const p = vec4<f32>(p0, p1, p2, p3);
var<workgroup> lane_sums: array<f32, lanes>;

// Rows that are no padding.
fn live_rows() -> u32 {
    return min(step.rows, m / per) * per;
}

// Rows of a workgroup.
const chunk: u32 = (m + groups - 1u) / groups;

// The sum over the workgroup's lanes, in a fixed order, for each of them.
fn sum_lanes(lane: u32, v: f32) -> f32 {
    lane_sums[lane] = v;
    workgroupBarrier();
    for (var half = lanes / 2u; half > 0u; half /= 2u) {
        if (lane < half) { lane_sums[lane] += lane_sums[lane + half]; }
        workgroupBarrier();
    }
    let sum = lane_sums[0];
    workgroupBarrier();
    return sum;
}

// Index of the first largest output of the row that begins at `start`.
fn best_output(start: u32) -> u32 {
    var best = 0u;
    for (var j = 1u; j < n; j++) {
        if (z[start + j] > z[start + best]) { best = j; }
    }
    return best;
}

// 1 where the largest output is the largest label; with one output, where its side of `cut` is the label.
fn right_side(i: u32) -> f32 {
    let start = i * n;
    if (n == 1u) { return select(0.0, 1.0, y[i] == select(0.0, 1.0, side * (z[i] - cut) > 0.0)); }
    var best = 0u;
    for (var j = 1u; j < n; j++) {
        if (y[start + j] > y[start + best]) { best = j; }
    }
    return select(0.0, 1.0, best_output(start) == best);
}

fn finish(lane: u32, group: u32, lane_loss: f32, lane_right: f32) {
    let loss = sum_lanes(lane, lane_loss);
    let right = sum_lanes(lane, lane_right);
    if (lane == 0u) {
        if (groups == 1u) {
            add_batch(loss, right);
        } else {
            totals[2u * group] = loss;
            totals[2u * group + 1u] = right;
        }
    }
}

// z is m×n, y its labels, w[m / per] the samples' weights; loss = Σ w l over live rows / their number, dz its gradient
@group(0) @binding(0) var<storage, read> z: array<f32>;
@group(0) @binding(1) var<storage, read> y: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read_write> dz: array<f32>;
@group(0) @binding(4) var<storage, read_write> totals: array<f32>;

// Rows of a workgroup.
const chunk: u32 = (m + groups - 1u) / groups;

// 1 where the largest output is the largest label; with one output, where its side of `cut` is the label.
fn right_side(i: u32) -> f32 {
    if (n == 1u) { return select(0.0, 1.0, y[i] == select(0.0, 1.0, side * (z[i] - cut) > 0.0)); }
    return select(0.0, 1.0, best_output(i * n) == best_label(i * n));
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

// totals[0..4] = [sum of losses, right, samples, mean loss of this batch], added up over 64 lanes in a fixed order
const lanes: u32 = 64u;
var<workgroup> lane_loss: array<f32, lanes>;
var<workgroup> lane_right: array<f32, lanes>;

fn add_totals(lane: u32, loss: f32, right: f32, rows: u32) {
    lane_loss[lane] = loss;
    lane_right[lane] = right;
    workgroupBarrier();
    if (lane == 0u) {
        var loss_sum = 0.0;
        var right_sum = 0.0;
        for (var i = 0u; i < lanes; i++) {
            loss_sum += lane_loss[i];
            right_sum += lane_right[i];
        }
        totals[0] += loss_sum;
        totals[1] += right_sum;
        totals[2] += f32(rows);
        totals[3] = loss_sum / f32(rows);
    }
}

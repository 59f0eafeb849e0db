// sum_lanes(lane, v) = Σ v over the workgroup's lanes, in a fixed order, for each of them
var<workgroup> lane_sums: array<f32, lanes>;

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

// sum of 64 lanes' parts, in a fixed order; every lane gets it
var<workgroup> range_parts: array<f32, 64>;

fn range_sum(part: f32, lane: u32) -> f32 {
    workgroupBarrier();
    range_parts[lane] = part;
    workgroupBarrier();
    var sum = 0.0;
    for (var l = 0u; l < 64u; l++) {
        sum += range_parts[l];
    }
    return sum;
}

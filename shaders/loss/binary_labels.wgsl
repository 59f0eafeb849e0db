// converts = every label of the batch is 0 or 1: they then mean −1 and 1
fn converts(lane: u32, live: u32) -> bool {
    var others = 0.0;
    for (var at = lane; at < live * n; at += lanes) {
        if (y[at] != 0.0 && y[at] != 1.0) { others = 1.0; }
    }
    return sum_lanes(lane, others) == 0.0;
}

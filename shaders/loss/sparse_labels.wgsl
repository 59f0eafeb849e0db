// label(i) = y[i]; rows of the class p[0] count for nothing where p[1] is 1: scaled = 1 / live rows of other classes, or 0
fn label_of(i: u32) -> u32 {
    return min(u32(y[i]), n - 1u);
}

fn ignored(i: u32) -> bool {
    return p.y == 1.0 && y[i] == p.x;
}

fn scaled(lane: u32, live: u32) -> f32 {
    if (p.y != 1.0) { return 1.0 / f32(live); }
    var mine = 0.0;
    for (var i = lane; i < live; i += lanes) {
        mine += select(1.0, 0.0, ignored(i));
    }
    let count = sum_lanes(lane, mine);
    return select(0.0, 1.0 / count, count > 0.0);
}

fn blank(i: u32) -> f32 {
    for (var j = 0u; j < n; j++) { dz[i * n + j] = 0.0; }
    return 0.0;
}

fn right_row(i: u32) -> f32 {
    return select(0.0, 1.0, f32(best_output(i * n)) == y[i]);
}

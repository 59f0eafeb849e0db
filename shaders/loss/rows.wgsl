// Rows of m×n outputs z and their labels y that are no padding, and the largest of each
const p = vec4<f32>(p0, p1, p2, p3);

fn live_rows() -> u32 {
    return min(step.rows, m / per) * per;
}

// Index of the first largest output of the row that begins at `start`.
fn best_output(start: u32) -> u32 {
    var best = 0u;
    for (var j = 1u; j < n; j++) {
        if (z[start + j] > z[start + best]) { best = j; }
    }
    return best;
}

// Index of the first largest label of the row that begins at `start`.
fn best_label(start: u32) -> u32 {
    var best = 0u;
    for (var j = 1u; j < n; j++) {
        if (y[start + j] > y[start + best]) { best = j; }
    }
    return best;
}

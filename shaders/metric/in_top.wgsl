// in_top(i, label) = [fewer than p[0] outputs of row i are larger than z[i, label]], a NaN there being the smallest
fn in_top(i: u32, label: u32) -> f32 {
    let v = z[i * n + label];
    var above = 0u;
    for (var j = 0u; j < n; j++) {
        let other = z[i * n + j];
        let larger = other > v || (is_nan_bits(v) && !is_nan_bits(other) && other > -3.4028235e38);
        above += select(0u, 1u, larger);
    }
    return select(0.0, 1.0, above < u32(p.x));
}

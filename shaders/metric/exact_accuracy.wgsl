// row(i) = share of j with z[i,j] = y[i,j]
fn row(i: u32, convert: bool) -> f32 {
    var same = 0.0;
    for (var j = 0u; j < n; j++) {
        same += select(0.0, 1.0, z[i * n + j] == y[i * n + j]);
    }
    return same / f32(n);
}

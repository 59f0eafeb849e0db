// row(i) = share Σⱼ l(z[i,j], y[i,j])
fn row(i: u32, convert: bool) -> f32 {
    var sum = 0.0;
    for (var j = 0u; j < n; j++) {
        let at = i * n + j;
        sum += value(z[at], select(y[at], 2.0 * y[at] - 1.0, convert));
    }
    return share * sum;
}

// row(i) = p[0] Σⱼ z[i,j]
fn row(i: u32, convert: bool) -> f32 {
    var sum = 0.0;
    for (var j = 0u; j < n; j++) { sum += z[i * n + j]; }
    return p.x * sum;
}

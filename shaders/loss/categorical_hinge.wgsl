// l = max(maxⱼ (1 − y[i,j]) z[i,j] − Σⱼ y[i,j] z[i,j] + 1, 0)
fn row(i: u32, weight: f32) -> f32 {
    let start = i * n;
    var right_sum = 0.0;
    var worst = (1.0 - y[start]) * z[start];
    var at = 0u;
    for (var j = 0u; j < n; j++) {
        let v = (1.0 - y[start + j]) * z[start + j];
        right_sum += y[start + j] * z[start + j];
        if (v > worst) { worst = v; at = j; }
    }
    let loss = worst - right_sum + 1.0;
    let open = select(weight, 0.0, loss <= 0.0);
    for (var j = 0u; j < n; j++) {
        dz[start + j] = open * (select(0.0, 1.0 - y[start + j], j == at) - y[start + j]);
    }
    return select(loss, 0.0, loss < 0.0);
}

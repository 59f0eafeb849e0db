// l = −Σⱼ t[i,j] log softmax(z)[i,j], ∇l = softmax(z) Σⱼ t − t, t = y (1 − s) + s / n, s = p[0]
fn row(i: u32, weight: f32) -> f32 {
    let start = i * n;
    let spread = softmax_of(i);
    let log_sum = log_(spread.y);
    var mass = 0.0;
    var loss = 0.0;
    for (var j = 0u; j < n; j++) {
        let t = y[start + j] * (1.0 - p.x) + p.x / f32(n);
        mass += t;
        loss += t * (log_sum - (z[start + j] - spread.x));
    }
    for (var j = 0u; j < n; j++) {
        let t = y[start + j] * (1.0 - p.x) + p.x / f32(n);
        let q = exp_(z[start + j] - spread.x) / spread.y;
        dz[start + j] = weight * (q * mass - t);
    }
    return loss;
}

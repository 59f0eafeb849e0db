// l = Σⱼ focal(q[i,j], t[i,j]), q = softmax(z), t = y (1 − s) + s / n, s = p[0]; ∇l = q (g − Σⱼ g q), g the slope
fn row(i: u32, weight: f32) -> f32 {
    let start = i * n;
    let spread = softmax_of(i);
    var loss = 0.0;
    var along = 0.0;
    for (var j = 0u; j < n; j++) {
        let t = y[start + j] * (1.0 - p.x) + p.x / f32(n);
        let q = exp_(z[start + j] - spread.x) / spread.y;
        loss += focal(q, t);
        along += focal_slope(q, t) * q;
    }
    for (var j = 0u; j < n; j++) {
        let t = y[start + j] * (1.0 - p.x) + p.x / f32(n);
        let q = exp_(z[start + j] - spread.x) / spread.y;
        dz[start + j] = weight * q * (focal_slope(q, t) - along);
    }
    return loss;
}

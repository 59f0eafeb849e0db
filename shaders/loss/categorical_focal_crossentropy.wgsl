// l = Σⱼ focal(q[i,j], t[i,j]), q = z / Σⱼ z, t = y (1 − s) + s / n, s = p[0]; ∇l = (g − Σⱼ g q) / Σⱼ z, g the slope (Lin et al. 2018)
fn row(i: u32, weight: f32) -> f32 {
    let start = i * n;
    let mass = mass_of(i);
    var loss = 0.0;
    var along = 0.0;
    for (var j = 0u; j < n; j++) {
        let t = y[start + j] * (1.0 - p.x) + p.x / f32(n);
        let q = z[start + j] / mass;
        loss += focal(q, t);
        along += focal_slope(q, t) * q;
    }
    for (var j = 0u; j < n; j++) {
        let t = y[start + j] * (1.0 - p.x) + p.x / f32(n);
        dz[start + j] = weight * (focal_slope(z[start + j] / mass, t) - along) / mass;
    }
    return loss;
}

// l = −Σⱼ t[i,j] log c[i,j], c = q clipped, q = z / Σⱼ z, ∇l = (g − Σⱼ g q) / Σⱼ z, g = −t / c where not clipped, t smoothed by p[0]
fn row(i: u32, weight: f32) -> f32 {
    let start = i * n;
    let mass = mass_of(i);
    var loss = 0.0;
    var along = 0.0;
    for (var j = 0u; j < n; j++) {
        let t = y[start + j] * (1.0 - p.x) + p.x / f32(n);
        let q = z[start + j] / mass;
        loss -= t * log_(held(q));
        along -= select(t, 0.0, is_held(q));
    }
    for (var j = 0u; j < n; j++) {
        let t = y[start + j] * (1.0 - p.x) + p.x / f32(n);
        let q = z[start + j] / mass;
        dz[start + j] = weight * (select(-t / q, 0.0, is_held(q)) - along) / mass;
    }
    return loss;
}

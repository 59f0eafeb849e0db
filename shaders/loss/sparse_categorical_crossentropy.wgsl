// l = −log c, c = q clipped, q = z[i, y[i]] / Σⱼ z[i,j], ∇l = (1 − onehot(y) / q) / Σⱼ z where not clipped; 0 for the ignored class
fn row(i: u32, weight: f32) -> f32 {
    if (ignored(i)) { return blank(i); }
    let start = i * n;
    let mass = mass_of(i);
    let label = label_of(i);
    let q = z[start + label] / mass;
    let open = select(1.0, 0.0, is_held(q));
    for (var j = 0u; j < n; j++) {
        dz[start + j] = weight * open * (1.0 - select(0.0, 1.0 / q, j == label)) / mass;
    }
    return -log_(held(q));
}

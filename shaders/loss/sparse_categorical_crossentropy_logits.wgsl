// l = −log softmax(z)[i, y[i]], ∇l = softmax(z) − onehot(y); 0 for the ignored class
fn row(i: u32, weight: f32) -> f32 {
    if (ignored(i)) { return blank(i); }
    let start = i * n;
    let spread = softmax_of(i);
    let label = label_of(i);
    for (var j = 0u; j < n; j++) {
        let q = exp_(z[start + j] - spread.x) / spread.y;
        dz[start + j] = weight * (q - select(0.0, 1.0, j == label));
    }
    return log_(spread.y) - (z[start + label] - spread.x);
}

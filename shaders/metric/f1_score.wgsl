// column(i, c) = (p y, p (1 − y), (1 − p) y, y), p = [z[i,c] > p[0]], or, where p[1] is 1, [z[i,c] is the row's largest, |z| > 10⁻⁹]
fn column(i: u32, c: u32) -> vec4<f32> {
    let v = z[i * n + c];
    let t = y[i * n + c];
    var taken = v > p.x;
    if (p.y == 1.0) { taken = v >= z[i * n + best_output(i * n)] && abs(v) > 1e-9; }
    let one = select(0.0, 1.0, taken);
    return vec4<f32>(one * t, one * (1.0 - t), (1.0 - one) * t, t);
}

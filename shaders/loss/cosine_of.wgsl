// dots(i) = (Σⱼ z², Σⱼ y², Σⱼ z y) of row i; inverse_norm(‖v‖²) = min(1 / ‖v‖, 10⁷)
fn dots(i: u32) -> vec3<f32> {
    var sums = vec3<f32>(0.0);
    for (var j = 0u; j < n; j++) {
        let a = z[i * n + j];
        let b = y[i * n + j];
        sums += vec3<f32>(a * a, b * b, a * b);
    }
    return sums;
}

fn inverse_norm(square: f32) -> f32 {
    return select(1.0 / sqrt(square), 1e7, square < 1e-14);
}

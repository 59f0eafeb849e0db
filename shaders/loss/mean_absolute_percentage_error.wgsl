// mean_absolute_percentage_error(z, y) = 100 |y − z| / max(|y|, 10⁻⁷)
fn percent_(y: f32) -> f32 {
    return 100.0 / select(abs(y), 1e-7, abs(y) < 1e-7);
}

fn mean_absolute_percentage_error(z: f32, y: f32, p: vec4<f32>) -> f32 {
    return abs(y - z) * percent_(y);
}

fn mean_absolute_percentage_error_slope(z: f32, y: f32, p: vec4<f32>) -> f32 {
    let d = z - y;
    return select(select(d, -1.0, d < 0.0), 1.0, d > 0.0) * percent_(y);
}

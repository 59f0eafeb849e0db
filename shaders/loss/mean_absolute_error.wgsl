// mean_absolute_error(z, y) = |z − y| (slope 0 at 0)
fn mean_absolute_error(z: f32, y: f32, p: vec4<f32>) -> f32 {
    return abs(z - y);
}

fn mean_absolute_error_slope(z: f32, y: f32, p: vec4<f32>) -> f32 {
    let d = z - y;
    return select(select(d, -1.0, d < 0.0), 1.0, d > 0.0);
}

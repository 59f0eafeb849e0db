// mean_squared_error(z, y) = (z − y)²
fn mean_squared_error(z: f32, y: f32, p: vec4<f32>) -> f32 {
    return (z - y) * (z - y);
}

fn mean_squared_error_slope(z: f32, y: f32, p: vec4<f32>) -> f32 {
    return 2.0 * (z - y);
}

// mean_squared_logarithmic_error(z, y) = (log(max(z, 10⁻⁷) + 1) − log(max(y, 10⁻⁷) + 1))²
fn logs_apart_(z: f32, y: f32) -> f32 {
    return log1p_(select(z, 1e-7, z < 1e-7)) - log1p_(select(y, 1e-7, y < 1e-7));
}

fn mean_squared_logarithmic_error(z: f32, y: f32, p: vec4<f32>) -> f32 {
    let d = logs_apart_(z, y);
    return d * d;
}

fn mean_squared_logarithmic_error_slope(z: f32, y: f32, p: vec4<f32>) -> f32 {
    return select(2.0 * logs_apart_(z, y) / (z + 1.0), 0.0, z < 1e-7);
}
